/** When things happened: one record an attempt, and the call's own numbers read from them. */
import type { Failure } from './failure.ts'
import type { RetryDecision } from './retry.ts'
import type { Headers } from './transport.ts'

/** One send. Instants (`…AtMs`) are the client's monotonic clock; undefined: it did not come to that. */
export interface Attempt {
  /** 1: the first try. */
  readonly attempt: number
  readonly sentAtMs: number
  /** The first byte of the answer. */
  readonly headersAtMs: number | undefined
  /** Content is text, a refusal or a piece of a tool call; a role, an empty delta and reasoning are none. */
  readonly firstContentAtMs: number | undefined
  readonly lastContentAtMs: number | undefined
  readonly endAtMs: number
  readonly status: number | undefined
  /** Those that tell of limits, waits and identity, names in lower case. */
  readonly headers: Headers
  readonly failure: Failure | undefined
  /** What was decided after it; undefined after one that did not fail. */
  readonly decision: RetryDecision | undefined
}

/** The call as a whole. Durations in ms; undefined: it did not come to that. */
export interface Timeline {
  /** When the call was made. */
  readonly startedAtMs: number
  /** Call → first send: loading and waiting for a slot. */
  readonly queuedMs: number
  /** First send → first byte of the last attempt's answer. */
  readonly ttfbMs: number | undefined
  /** First send → first content: retries and waits included. */
  readonly ttftMs: number | undefined
  /** First send → last byte. */
  readonly e2eMs: number | undefined
  /** (last content − first content) / (output tokens − 1); undefined below 2 tokens. */
  readonly tpotMs: number | undefined
  /** When each piece of content came, in order, on the client's monotonic clock. */
  readonly contentAtMs: readonly number[]
}

export function timelineOf(
  attempts: readonly Attempt[],
  {
    startedAtMs,
    contentAtMs,
    outputTokens,
  }: { startedAtMs: number; contentAtMs: readonly number[]; outputTokens: number | undefined },
): Timeline {
  const first = attempts[0]
  const last = attempts.at(-1)
  const since = (atMs: number | undefined) =>
    first && atMs !== undefined ? atMs - first.sentAtMs : undefined
  const speakingMs =
    last?.firstContentAtMs === undefined || last.lastContentAtMs === undefined
      ? undefined
      : last.lastContentAtMs - last.firstContentAtMs
  return {
    startedAtMs,
    queuedMs: first ? first.sentAtMs - startedAtMs : 0,
    ttfbMs: since(last?.headersAtMs),
    ttftMs: since(last?.firstContentAtMs),
    e2eMs: since(last?.endAtMs),
    tpotMs:
      speakingMs === undefined || outputTokens === undefined || outputTokens < 2
        ? undefined
        : speakingMs / (outputTokens - 1),
    contentAtMs,
  }
}

/** The headers worth keeping of an answer. */
export function notableHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => NOTABLE.test(name)))
}

const NOTABLE =
  /^(x-request-id|openai-processing-ms|retry-after(-ms)?|x-should-retry|x-ratelimit-.*|x-tokadence-.*)$/
