/** What an answer says about limits: `x-ratelimit-*`, `retry-after` and `retry-after-ms`, both ways. */
import { formatGoDuration } from './go-duration.ts'

/** One limit as the headers tell it. */
export interface LimitState {
  /** Units a minute. */
  readonly limit: number
  /** Whole units left now. */
  readonly remaining: number
  /** Ms until the limit is full again. */
  readonly resetMs: number
}

/** The headers for each limit that exists; none for one that does not. */
export function rateLimitHeaders(limits: {
  requests?: LimitState | undefined
  tokens?: LimitState | undefined
}): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const part of ['limit', 'remaining', 'reset'] as const) {
    for (const kind of ['requests', 'tokens'] as const) {
      const state = limits[kind]
      if (!state) continue
      headers[`x-ratelimit-${part}-${kind}`] =
        part === 'reset' ? formatGoDuration(state.resetMs) : String(state[part])
    }
  }
  return headers
}

/** Both forms of one wait: whole seconds, rounded up so that obeying is enough, and exact ms. */
export function retryAfterHeaders(waitMs: number): Record<string, string> {
  return {
    'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
    'retry-after-ms': String(Math.ceil(waitMs)),
  }
}

/**
 * The wait that the server asked for, in ms: `retry-after-ms`, else `retry-after` in seconds or as an
 * HTTP date (RFC 9110 §10.2.3; a date in the past is 0). Undefined when absent or unreadable.
 */
export function readRetryAfter(
  header: (name: string) => string | null | undefined,
  wallMs: number,
): number | undefined {
  const exact = readNumber(header('retry-after-ms'))
  if (exact !== undefined) return exact
  const value = header('retry-after')
  const seconds = readNumber(value)
  if (seconds !== undefined) return seconds * 1000
  // Date.parse takes any word before a number for a date; an HTTP date has its time of day.
  if (!value || !/\d:\d\d:\d\d/.test(value)) return undefined
  const dateMs = Date.parse(value)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallMs)
}

function readNumber(text: string | null | undefined): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
