/** A planned legacy completion as its stream's chunks, and whole. */
import { beatsOf, logprobsAt } from './beats.ts'
import type { TokenLogprobs } from './logprobs.ts'
import type { Plan } from './plan.ts'
import type { Reply } from './reply.ts'
import { done, framing, type Script, type ScriptEvent } from './script.ts'

export interface TextCompletionHead {
  /** Seconds since the epoch. */
  readonly created: number
  readonly model: string
  readonly fingerprint: string
  readonly includeUsage: boolean
  /** What is shown, in order: some of the plan's replies. */
  readonly answers: readonly Answer[]
}

export interface Answer {
  readonly reply: Reply
  readonly prompt: string
  /** The answer repeats the prompt before it goes on. */
  readonly echo: boolean
  /** Of the prompt's tokens; undefined where they are not asked for. */
  readonly promptLogprobs: readonly Entry[] | undefined
}

/** What is said at one step. */
interface Piece {
  readonly text: string
  readonly tokens: number
  readonly logprobs: readonly Entry[] | undefined
}

/** What is said of one token. */
export type Entry = TokenLogprobs | (Pick<TokenLogprobs, 'token'> & { logprob: null; top: null })

/** An answer step by step; undefined: nothing is said aloud. The prompt, if it is repeated, comes before. */
interface Voice {
  readonly echo: Piece | undefined
  readonly steps: readonly (Piece | undefined)[]
  readonly finishReason: string
}

function voiceOf({ reply, prompt, echo, promptLogprobs }: Answer): Voice {
  const steps = [...beatsOf(reply)].map(({ item, token, place }) => {
    if (!token || (item.kind !== 'text' && item.kind !== 'refusal')) return undefined
    const { text, tokens } = token
    return { text, tokens, logprobs: logprobsAt(item, place) }
  })
  const { finishReason } = reply
  return {
    echo: echo ? { text: prompt, tokens: 0, logprobs: promptLogprobs } : undefined,
    steps,
    finishReason: finishReason === 'tool_calls' ? 'stop' : finishReason,
  }
}

/** What nothing came before has no probability. */
export function unforeseenFirst([first, ...rest]: readonly TokenLogprobs[]): readonly Entry[] {
  return first ? [{ token: first.token, logprob: null, top: null }, ...rest] : []
}

export function textCompletionScript(plan: Plan, head: TextCompletionHead): Script {
  const { dueMs } = plan
  const { id, object, created, model } = startOf(plan, head)
  const voices = head.answers.map(voiceOf)
  /** Where in prompt and answer together each has come to. */
  const offsets = head.answers.map(({ prompt, echo }) => (echo ? 0 : prompt.length))

  const chunk = (choices: readonly object[], usage: unknown = null) =>
    JSON.stringify({ id, object, created, choices, model, ...(head.includeUsage && { usage }) })

  function say(index: number, { text, tokens, logprobs }: Piece, isLast: boolean): ScriptEvent {
    const told = logprobs ? logprobsObject(logprobs, offsets[index]!) : null
    offsets[index]! += text.length
    const finish_reason = isLast ? voices[index]!.finishReason : null
    return { data: chunk([{ text, index, logprobs: told, finish_reason }]), tokens }
  }

  function* speak(index: number, step: number): Generator<ScriptEvent> {
    const { echo, steps } = voices[index]!
    const piece = steps[step]
    const isLast = step === steps.length - 1
    // The last piece has the reason with it: nothing comes after it, be it empty.
    const echoesAll = isLast && !piece
    if (step === 0 && echo) yield say(index, echo, echoesAll)
    if (piece) yield say(index, piece, isLast)
    else if (isLast && !(step === 0 && echo)) yield say(index, NOTHING, true)
  }

  return {
    dueMs,
    at(step) {
      const events = voices.flatMap((_, index) => [...speak(index, step)])
      if (step < dueMs.length - 1) return events
      if (head.includeUsage) events.push(framing(chunk([], usageObject(plan))))
      return [...events, done]
    },
  }
}

const NOTHING: Piece = { text: '', tokens: 0, logprobs: undefined }

function startOf({ id }: Plan, { created, model }: TextCompletionHead) {
  return { id, object: 'text_completion', created, model }
}

function usageObject({ promptTokens, outputTokens }: Plan) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
  }
}

/** The completion that is not streamed. */
export function textCompletionObject(plan: Plan, head: TextCompletionHead) {
  const choices = head.answers.map((answer, index) => {
    const { echo, steps, finishReason } = voiceOf(answer)
    const pieces = [echo, ...steps].filter(piece => piece !== undefined)
    const entries = pieces.flatMap(({ logprobs }) => logprobs ?? [])
    const offset = echo ? 0 : answer.prompt.length
    return {
      text: pieces.map(({ text }) => text).join(''),
      index,
      logprobs: entries.length > 0 ? logprobsObject(entries, offset) : null,
      finish_reason: finishReason,
    }
  })
  const { fingerprint: system_fingerprint } = head
  return { ...startOf(plan, head), choices, usage: usageObject(plan), system_fingerprint }
}

/** `offset`: where in prompt and answer together the first of them stands. */
function logprobsObject(entries: readonly Entry[], offset: number) {
  const offsets: number[] = []
  let place = offset
  for (const { token } of entries) {
    offsets.push(place)
    place += token.length
  }
  return {
    text_offset: offsets,
    token_logprobs: entries.map(({ logprob }) => logprob),
    tokens: entries.map(({ token }) => token),
    top_logprobs: entries.map(
      ({ top }) => top && Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
    ),
  }
}
