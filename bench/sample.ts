/** The record of one request: every stamp as a difference, what came of it, what it carried. */
import type { TimeName } from './measure.ts'

/** How a request can end; a closed set, and the `outcome` label in Prometheus. */
export const outcomes = [
  'ok',
  'http_4xx',
  'http_429',
  'http_5xx',
  'timeout',
  'connect_error',
  'malformed',
  'stream_cut',
  'cancelled',
  'open',
] as const
export type Outcome = (typeof outcomes)[number]

/**
 * `sent = ok + failed + cut + open`: the four that every outcome falls into. What the run itself
 * cancelled is open: nobody knows how long it would have lasted, only that it was longer.
 */
export type Account = 'ok' | 'failed' | 'cut' | 'open'

export function accountOf(outcome: Outcome): Account {
  if (outcome === 'ok' || outcome === 'open') return outcome
  if (outcome === 'cancelled') return 'open'
  return outcome === 'stream_cut' ? 'cut' : 'failed'
}

/** A try that was given up for another. */
export interface GivenUp {
  readonly outcome: Outcome
  readonly status: number | undefined
  /** From the send of this try to its end. */
  readonly lastedMs: number
  /** From its end to the send of the next try. */
  readonly waitedMs: number
}

export interface Sample {
  /** Counts requests from 0 in the order of sending, with several workers in that of the schedule; no two are alike. */
  readonly index: number
  /** The scenario it came from; undefined where the run has but one. */
  readonly scenario: string | undefined
  /** The server's `x-request-id`, by which its own records can be joined; undefined: none came. */
  readonly requestId: string | undefined
  /** When the schedule wanted it sent, in ms of the run's clock; undefined in a closed loop. */
  readonly dueAtMs: number | undefined
  /** When its first try was sent, in ms of the run's clock; where none was: when it was to be. */
  readonly sentAtMs: number
  /** Before its first try the client held it back for so long; undefined: nothing holds requests back. */
  readonly heldMs?: number | undefined
  /** Its last try was never sent: the client still held it back, or waited, when it was left. */
  readonly isUnsent?: true | undefined
  /** Which session it belongs to, counted from 0 as they began; undefined: sessions were not asked for. */
  readonly session?: number | undefined
  /** Which turn of its session it is, from 1. */
  readonly turn?: number | undefined
  /** How many turns its session has when it comes to its end. */
  readonly turns?: number | undefined
  /** Tries before the last, in their order; without retries none. */
  readonly givenUp: readonly GivenUp[]
  /** Of the last try. */
  readonly outcome: Outcome
  /** The HTTP status of the last try; undefined when none came. */
  readonly status: number | undefined
  /** Last try's send → first byte of the response. */
  readonly ttfbMs: number | undefined
  /** Last try's send → first chunk with content. */
  readonly ttftMs: number | undefined
  /** First chunk of any kind → first chunk with content: what a role-only prelude hides. */
  readonly preludeMs: number | undefined
  /** Gaps between content chunks in ms, in order of arrival; length = contentChunks − 1. */
  readonly gapsMs: readonly number[]
  /** (Last content − first content) / (output tokens − 1); undefined below 2 tokens or unfinished. */
  readonly tpotMs: number | undefined
  /** First try's send → last byte, every wait between tries in it; undefined when unfinished. */
  readonly e2eMs: number | undefined
  /** For `open` and `cancelled`: it had lasted this long when it was left, so its E2E is this or more. */
  readonly censoredMs: number | undefined
  readonly contentChunks: number
  /** `usage.completion_tokens` when it came, else the number of content chunks. */
  readonly outputTokens: number
  /** `usage.prompt_tokens`; undefined when no usage came. */
  readonly inputTokens: number | undefined
  readonly tokensFrom: 'usage' | 'chunks'
  /** What went wrong, in the server's or the system's words, shortened; undefined when nothing did. */
  readonly detail: string | undefined
}

/** How often it was sent. */
export function triesOf({ givenUp, isUnsent }: Pick<Sample, 'givenUp' | 'isUnsent'>): number {
  return givenUp.length + (isUnsent ? 0 : 1)
}

/** When the last try was sent, in ms of the run's clock. */
export function lastSentAtMs({ sentAtMs, givenUp }: Sample): number {
  return givenUp.reduce((atMs, { lastedMs, waitedMs }) => atMs + lastedMs + waitedMs, sentAtMs)
}

/** The times that count from when it was due; `lagMs` is undefined in a closed loop, and is the generator's alone. */
export function waitsOf(sample: Sample): {
  readonly lagMs: number | undefined
  readonly ttftDueMs: number | undefined
  readonly responseMs: number | undefined
} {
  const { dueAtMs, sentAtMs, heldMs = 0, ttftMs, e2eMs } = sample
  const dueMs = dueAtMs ?? sentAtMs
  return {
    lagMs: dueAtMs === undefined ? undefined : Math.max(0, sentAtMs - dueAtMs - heldMs),
    ttftDueMs: ttftMs === undefined ? undefined : lastSentAtMs(sample) - dueMs + ttftMs,
    responseMs: e2eMs === undefined ? undefined : sentAtMs - dueMs + e2eMs,
  }
}

/** What keeps the values of each time. */
export type Kept = Readonly<Record<TimeName, { record(ms: number): void }>>

/** Records every time that the sample has, each gap by itself. */
export function recordTimes(sample: Sample, kept: Kept): void {
  const { ttfbMs, ttftMs, gapsMs, tpotMs, e2eMs, preludeMs } = sample
  const { lagMs, ttftDueMs, responseMs } = waitsOf(sample)
  if (lagMs !== undefined) kept.lag.record(lagMs)
  if (ttftDueMs !== undefined) kept.ttftDue.record(ttftDueMs)
  if (responseMs !== undefined) kept.response.record(responseMs)
  if (preludeMs !== undefined) kept.prelude.record(preludeMs)
  if (ttfbMs !== undefined) kept.ttfb.record(ttfbMs)
  if (ttftMs !== undefined) kept.ttft.record(ttftMs)
  for (const gapMs of gapsMs) kept.itl.record(gapMs)
  if (tpotMs !== undefined) kept.tpot.record(tpotMs)
  if (e2eMs !== undefined) kept.e2e.record(e2eMs)
}
