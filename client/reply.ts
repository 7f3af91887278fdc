/** The answer as it grows: frames in, texts and counts out. */
import type { WireUsage } from '../protocol/read-chunk.ts'
import { createStreamCounter, type StreamCounter } from '../protocol/tokens/stream-counter.ts'
import type { Tokenizer } from '../protocol/tokens/tokenizer.ts'
import type { Frame, TextFrame, ToolCallFrame } from './frame.ts'

/** One of the answers to a request. */
export interface Choice {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  /** As the server said it; undefined: it never came. */
  readonly finishReason: string | undefined
}

export interface ToolCall {
  readonly id: string | undefined
  readonly name: string | undefined
  /** JSON, whole only if the answer is. */
  readonly arguments: string
}

type Open<T> = { -readonly [K in keyof T]: T[K] }
type OpenChoice = Open<Choice> & { toolCalls: Open<ToolCall>[] }

export interface Reply {
  add(frame: Frame): void
  /** Called once a choice: the server's word that it is whole. */
  finish(choice: number, reason: string): void
  readonly choices: readonly Choice[]
  readonly usage: WireUsage | undefined
  /** Exact output tokens so far; 0 without a tokenizer. */
  readonly outputTokens: number
  /** Whether the server said of every choice that it is whole. */
  readonly isFinished: boolean
}

export function createReply(tokenizer: Tokenizer | undefined): Reply {
  const choices: OpenChoice[] = []
  /** One counter for each text: tokens do not span two. */
  const counters = new Map<string, StreamCounter>()
  let usage: WireUsage | undefined

  function choiceAt(index: number): OpenChoice {
    while (choices.length <= index) {
      choices.push({ text: '', reasoning: '', refusal: '', toolCalls: [], finishReason: undefined })
    }
    return choices[index] as OpenChoice
  }

  function count(of: string, text: string): void {
    if (!tokenizer) return
    let counter = counters.get(of)
    if (!counter) {
      counter = createStreamCounter(tokenizer)
      counters.set(of, counter)
    }
    counter.add(text)
  }

  function addText({ kind, choice, text }: TextFrame): void {
    choiceAt(choice)[kind === 'content' ? 'text' : kind] += text
    count(choice === 0 ? kind : `${choice}.${kind}`, text)
  }

  function addToolCall({ choice, index, id, name, text }: ToolCallFrame): void {
    const { toolCalls } = choiceAt(choice)
    while (toolCalls.length <= index) {
      toolCalls.push({ id: undefined, name: undefined, arguments: '' })
    }
    const call = toolCalls[index] as Open<ToolCall>
    call.id ??= id
    call.name ??= name
    call.arguments += text
    if (name) count(`${choice}.${index}.name`, name)
    count(`${choice}.${index}`, text)
  }

  return {
    add(frame) {
      switch (frame.kind) {
        case 'content':
        case 'reasoning':
        case 'refusal':
          return addText(frame)
        case 'tool_call':
          return addToolCall(frame)
        case 'usage':
          usage = frame.usage
      }
    },
    finish(choice, reason) {
      choiceAt(choice).finishReason = reason
    },
    choices,
    get usage() {
      return usage
    },
    get outputTokens() {
      let total = 0
      for (const counter of counters.values()) total += counter.count
      return total
    },
    get isFinished() {
      return choices.length > 0 && choices.every(choice => choice.finishReason !== undefined)
    },
  }
}
