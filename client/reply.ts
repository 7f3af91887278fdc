/** One attempt's answer as it grows: frames in; texts, counts and stamps out. */
import type { WireUsage } from '../protocol/read-chunk.ts'
import { createStreamCounter, type StreamCounter } from '../protocol/tokens/stream-counter.ts'
import type { Tokenizer } from '../protocol/tokens/tokenizer.ts'
import type { Frame, TextFrame, ToolCallFrame } from './frame.ts'
import { BadStreamError } from './transport.ts'

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
  /** `atMs`: when it came. Throws BadStreamError when the answer outgrows what an answer may be. */
  add(frame: Frame, atMs: number): void
  /** The completion's id and the model's name, as the server tells them. */
  identify(id: string | undefined, model: string | undefined): void
  /** The server's word that a choice is whole. */
  finish(choice: number, reason: string): void
  readonly choices: readonly Choice[]
  readonly usage: WireUsage | undefined
  readonly id: string | undefined
  readonly model: string | undefined
  /** When each piece of content came, on the client's clock; reasoning is no content. */
  readonly contentAtMs: readonly number[]
  /** Exact output tokens so far; 0 without a tokenizer. */
  readonly outputTokens: number
  /** Whether anything of it was said yet, reasoning included. */
  readonly isBegun: boolean
  /** Whether the server said of every choice that it is whole. */
  readonly isFinished: boolean
}

/** OpenAI's own bounds are 128 for both; a server that writes 10⁹ shall not cost 10⁹ objects. */
const MAX_CHOICES = 128
const MAX_TOOL_CALLS = 1024
/** Characters of all texts together. */
const MAX_LENGTH = 64 * 1024 * 1024

export function createReply(tokenizer?: Tokenizer): Reply {
  const choices: OpenChoice[] = []
  /** By choice and the server's number, which with some begins with 1 or counts other things too. */
  const calls = new Map<string, Open<ToolCall>>()
  const contentAtMs: number[] = []
  /** One counter for each text: tokens do not span two. */
  const counters: Record<string, StreamCounter> = {}
  let length = 0
  let isBegun = false
  let usage: WireUsage | undefined
  let id: string | undefined
  let model: string | undefined

  function choiceAt(index: number): OpenChoice {
    if (index >= MAX_CHOICES) throw new BadStreamError(`There is no choice number ${index}.`)
    while (choices.length <= index) {
      choices.push({ text: '', reasoning: '', refusal: '', toolCalls: [], finishReason: undefined })
    }
    return choices[index] as OpenChoice
  }

  function count(of: string, text: string): void {
    isBegun = true
    length += text.length
    if (length > MAX_LENGTH) {
      throw new BadStreamError(`The answer is longer than ${MAX_LENGTH} characters.`)
    }
    if (!tokenizer) return
    counters[of] ??= createStreamCounter(tokenizer)
    counters[of].add(text)
  }

  function addText({ kind, choice, text }: TextFrame): void {
    choiceAt(choice)[kind === 'content' ? 'text' : kind] += text
    count(choice === 0 ? kind : `${choice}.${kind}`, text)
  }

  function addToolCall({ choice, index, id, name, text }: ToolCallFrame): void {
    const key = `${choice}.${index}`
    let call = calls.get(key)
    if (!call) {
      call = { id: undefined, name: undefined, arguments: '' }
      calls.set(key, call)
      const { toolCalls } = choiceAt(choice)
      if (toolCalls.push(call) > MAX_TOOL_CALLS) {
        throw new BadStreamError(`There are more than ${MAX_TOOL_CALLS} tool calls.`)
      }
    }
    call.id ??= id
    call.name ??= name
    call.arguments += text
    if (name) count(`${key}.name`, name)
    count(key, text)
  }

  return {
    add(frame, atMs) {
      switch (frame.kind) {
        case 'content':
        case 'refusal':
          contentAtMs.push(atMs)
          return addText(frame)
        case 'reasoning':
          return addText(frame)
        case 'tool_call':
          contentAtMs.push(atMs)
          return addToolCall(frame)
        case 'usage':
          usage = frame.usage
      }
    },
    identify(newId, newModel) {
      id = newId ?? id
      model = newModel ?? model
    },
    finish(choice, reason) {
      choiceAt(choice).finishReason = reason
    },
    choices,
    get usage() {
      return usage
    },
    get id() {
      return id
    },
    get model() {
      return model
    },
    contentAtMs,
    get isBegun() {
      return isBegun
    },
    get outputTokens() {
      let total = 0
      for (const counter of Object.values(counters)) total += counter.count
      return total
    },
    get isFinished() {
      return choices.length > 0 && choices.every(choice => choice.finishReason !== undefined)
    },
  }
}
