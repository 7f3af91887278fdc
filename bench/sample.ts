/** The record of one request: every stamp as a difference, what came of it, what it carried. */

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
  'open',
] as const
export type Outcome = (typeof outcomes)[number]

/** `sent = ok + failed + cut + open`: the four that every outcome falls into. */
export type Account = 'ok' | 'failed' | 'cut' | 'open'

export function accountOf(outcome: Outcome): Account {
  if (outcome === 'ok' || outcome === 'open') return outcome
  return outcome === 'stream_cut' ? 'cut' : 'failed'
}

export interface Sample {
  /** When it was sent, in ms of the run's clock. */
  readonly sentAtMs: number
  readonly outcome: Outcome
  /** The HTTP status; undefined when none came. */
  readonly status: number | undefined
  /** Send → first byte of the response. */
  readonly ttfbMs: number | undefined
  /** Send → first chunk with content. */
  readonly ttftMs: number | undefined
  /** Gaps between content chunks in ms, in order of arrival; length = contentChunks − 1. */
  readonly gapsMs: readonly number[]
  /** (Last content − first content) / (output tokens − 1); undefined below 2 tokens or unfinished. */
  readonly tpotMs: number | undefined
  /** Send → last byte; undefined when the response did not finish. */
  readonly e2eMs: number | undefined
  /** For `open`: it had lasted this long when the run ended, so its E2E is this or more. */
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
