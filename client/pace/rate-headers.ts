/** What an answer's `x-ratelimit-*` say, as far as it makes sense: `-1`, no numbers and nothing say nothing. */
import { parseGoDuration } from '../../protocol/go-duration.ts'

export interface ToldRate {
  readonly limit: number
  readonly remaining: number
  /** An hour's or a day's limit, as far as the reset can tell; undefined: it may be a minute's. */
  readonly longWindowMs: number | undefined
}

type Headers = Readonly<Record<string, string>>

export function readRate(headers: Headers, kind: 'requests' | 'tokens'): ToldRate | undefined {
  const limit = readCount(headers[`x-ratelimit-limit-${kind}`])
  const remaining = readCount(headers[`x-ratelimit-remaining-${kind}`])
  if (limit === undefined || limit < 1 || remaining === undefined) return undefined
  const left = Math.min(limit, remaining)
  const resetMs = readReset(headers[`x-ratelimit-reset-${kind}`])
  return { limit, remaining: left, longWindowMs: longWindowOf(limit, left, resetMs) }
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** `6m0s`, and plain seconds as some servers write them. */
function readReset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseGoDuration(text)
}

/** Some name a day's limit where others name a minute's. */
const LONG_WINDOWS_MS = [3_600_000, 86_400_000]
/** How far off a reset may be that is told in whole units. */
const TOLERANCE = 1.3

/**
 * What is missing takes `reset` to come back, so all of it takes reset × limit / missing. By chance the end of a
 * minute that is fixed looks like an hour: it must be seen twice.
 */
function longWindowOf(
  limit: number,
  left: number,
  resetMs: number | undefined,
): number | undefined {
  if (!resetMs || left >= limit) return undefined
  const seenMs = (resetMs * limit) / (limit - left)
  return LONG_WINDOWS_MS.find(ms => seenMs < ms * TOLERANCE && seenMs > ms / TOLERANCE)
}
