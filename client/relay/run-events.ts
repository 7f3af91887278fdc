/** What a run says of its call: typed events with small, flat JSON. */
import type { ChatResult, Failure, Frame } from '../index.ts'

export interface RunEvent {
  readonly type: 'token' | 'retry' | 'usage' | 'error' | 'done'
  readonly data: object
}

/** An event is never longer than this many characters of text: an answer in one piece comes as several. */
const MAX_PIECE = 8192

/** Frames of the end are told from the result, which knows more. */
export function eventsOfFrame(frame: Frame): readonly RunEvent[] {
  switch (frame.kind) {
    case 'content':
      return pieces(frame.text).map(text => ({ type: 'token', data: { text } }))
    case 'reasoning':
    case 'refusal':
      return pieces(frame.text).map(text => ({ type: 'token', data: { kind: frame.kind, text } }))
    case 'retry': {
      const { attempt, delayMs, given } = frame
      return [{ type: 'retry', data: { attempt, delayMs: Math.round(delayMs), given } }]
    }
    default:
      return []
  }
}

/** Why a run was stopped from here. */
export type StopReason = 'stopped' | 'no_reader' | 'shutting_down' | 'answer_too_long'

export const stopWords: Readonly<Record<StopReason, string>> = {
  stopped: 'The run was stopped.',
  no_reader: 'The run was stopped because nobody read it any more.',
  shutting_down: 'The relay is shutting down.',
  answer_too_long: 'The answer grew longer than the relay passes on.',
}

/** The end of every run: usage where it is known, an error where the answer is not whole, and `done`. */
export function endingOf(
  result: ChatResult,
  stopped: StopReason | undefined,
  clean: (text: string) => string,
): readonly RunEvent[] {
  const { usage, failure, how, finishReason } = result
  const events: RunEvent[] = []
  if (usage) events.push({ type: 'usage', data: usageOf(result) })
  if (failure && stopped !== 'stopped') {
    const data =
      stopped === undefined
        ? errorOf(failure, clean)
        : { code: stopped, message: stopWords[stopped], retryable: stopped === 'shutting_down' }
    events.push({ type: 'error', data })
  }
  events.push({ type: 'done', data: { how, finishReason } })
  return events
}

/** Tokens, money in 10⁻⁹ USD, times in ms; what is not known is left out. */
export function usageOf({ usage, cost, timeline, model, attempts }: ChatResult) {
  const { ttftMs, e2eMs, tpotMs } = timeline
  return {
    model,
    ...usage,
    nanoDollars: cost?.nanoDollars,
    ttftMs: rounded(ttftMs),
    e2eMs: rounded(e2eMs),
    tpotMs: rounded(tpotMs),
    attempts: attempts.length,
  }
}

function errorOf(failure: Failure, clean: (text: string) => string) {
  return {
    code: ('code' in failure ? failure.code : undefined) ?? failure.kind,
    message: clean(failure.message),
    status: 'status' in failure ? failure.status : undefined,
    retryAfterMs: 'retryAfterMs' in failure ? failure.retryAfterMs : undefined,
    retryable: passing.includes(failure.kind),
  }
}

/** What may well not be there at the next try. */
const passing: readonly Failure['kind'][] = [
  'rate-limited',
  'server',
  'timeout',
  'connection',
  'truncated',
]

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100
}

/** Cut between code points. */
function pieces(text: string): readonly string[] {
  if (text.length <= MAX_PIECE) return [text]
  const cut: string[] = []
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + MAX_PIECE, text.length)
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--
    cut.push(text.slice(at, end))
    at = end
  }
  return cut
}
