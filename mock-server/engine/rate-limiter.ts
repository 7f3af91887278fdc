/**
 * Limits per API key and model: requests and tokens a minute, and concurrent requests.
 *
 * The arithmetic is OpenAI's, as its recorded headers and messages show it: a bucket that refills at
 * limit / 60 a second, seen in whole units.
 *   reset = (limit − remaining) / (limit / 60 s)      until the bucket is full again
 *   wait  = (used + requested − limit) / (limit / 60 s)
 * What is used is rounded up to a whole unit before a wait is named, so that message and headers agree
 * to the millisecond, and a client that waits as told is let in.
 */

import type { Refusal } from '../../protocol/errors/limit.ts'
import type { LimitState } from '../../protocol/rate-limit-headers.ts'

export interface Limits {
  readonly requestsPerMinute: number | undefined
  readonly tokensPerMinute: number | undefined
  readonly maxConcurrent: number | undefined
}

export interface Claim {
  readonly apiKey: string
  readonly model: string
  /** Input tokens and the most output tokens that the request may take. */
  readonly tokens: number
}

/** A request let in, until it is released. */
export interface Lease {
  /** When it will be over, monotonic ms: what a refused request is told to wait for. */
  endsAtMs: number
  release(): void
}

/** The limits after the decision; undefined for a limit that is not set. */
export interface LimitsState {
  readonly requests: LimitState | undefined
  readonly tokens: LimitState | undefined
}

export type Decision =
  | { readonly admitted: true; readonly limits: LimitsState; readonly lease: Lease }
  | {
      readonly admitted: false
      readonly limits: LimitsState
      readonly refusal: Refusal
      /** The request alone is more than the whole limit. */
      readonly tooLarge: boolean
    }

export interface RateLimiter {
  decide(claim: Claim, nowMs: number): Decision
}

/** Callers kept; beyond it those whose buckets are full and idle are forgotten, which loses nothing. */
const MAX_CALLERS = 10_000
/** Beyond so many the oldest is forgotten, busy or not. */
const MAX_BUSY_CALLERS = 100_000

interface Caller {
  readonly requests: Bucket | undefined
  readonly tokens: Bucket | undefined
  /** The requests in flight. */
  readonly inFlight: Set<Lease>
}

/**
 * What is told where no limit is set: an account of the highest tier that is hardly used. Nothing is refused,
 * and clients that steer by these headers find them.
 */
export const UNMETERED: LimitsState = {
  requests: { limit: 30_000, remaining: 29_999, resetMs: 2 },
  tokens: { limit: 150_000_000, remaining: 149_997_500, resetMs: 1 },
}
const unlimited: Decision = {
  admitted: true,
  limits: UNMETERED,
  lease: { endsAtMs: 0, release() {} },
}
/** What a request is taken to last until its plan is known. */
const UNPLANNED_MS = 1000

export function createRateLimiter(limits: Limits): RateLimiter {
  const { requestsPerMinute, tokensPerMinute, maxConcurrent } = limits
  if (!requestsPerMinute && !tokensPerMinute && !maxConcurrent) return { decide: () => unlimited }
  const callers = new Map<string, Caller>()
  /** So many newcomers until the idle ones are looked for: as many as are looked at then. */
  let untilLook = MAX_CALLERS

  function callerOf({ apiKey, model }: Claim, nowMs: number): Caller {
    const name = `${apiKey}\u001f${model}`
    let caller = callers.get(name)
    if (!caller) {
      if (--untilLook < 0) {
        forgetIdle(callers, nowMs)
        untilLook = Math.max(MAX_CALLERS, callers.size)
      }
      if (callers.size >= MAX_BUSY_CALLERS) callers.delete(callers.keys().next().value!)
      caller = {
        requests: requestsPerMinute ? createBucket(requestsPerMinute, nowMs) : undefined,
        tokens: tokensPerMinute ? createBucket(tokensPerMinute, nowMs) : undefined,
        inFlight: new Set(),
      }
      callers.set(name, caller)
    }
    return caller
  }

  return {
    decide(claim, nowMs) {
      const caller = callerOf(claim, nowMs)
      const { requests, tokens, inFlight } = caller
      const state = (): LimitsState => ({
        requests: requests?.state(nowMs),
        tokens: tokens?.state(nowMs),
      })
      const refuse = (kind: Refusal['kind'], found: Shortage, tooLarge = false): Decision => ({
        admitted: false,
        limits: state(),
        refusal: { kind, model: claim.model, ...found },
        tooLarge,
      })

      if (tokens && claim.tokens > tokens.limit) {
        const { limit } = tokens
        return refuse('tokens', { limit, used: 0, requested: claim.tokens, waitMs: 0 }, true)
      }
      if (maxConcurrent && inFlight.size >= maxConcurrent) {
        return refuse('concurrent', {
          limit: maxConcurrent,
          used: inFlight.size,
          requested: 1,
          waitMs: Math.max(1, earliestEnd(inFlight) - nowMs),
        })
      }
      // The limit that takes longest to clear is named: waiting for the other would not be enough.
      const byRequests = requests?.shortage(1, nowMs)
      const byTokens = tokens?.shortage(claim.tokens, nowMs)
      if (byTokens && byTokens.waitMs > (byRequests?.waitMs ?? 0)) return refuse('tokens', byTokens)
      if (byRequests) return refuse('requests', byRequests)

      requests?.take(1, nowMs)
      tokens?.take(claim.tokens, nowMs)
      const lease: Lease = {
        endsAtMs: nowMs + UNPLANNED_MS,
        release: () => void inFlight.delete(lease),
      }
      if (maxConcurrent) inFlight.add(lease)
      return { admitted: true, limits: state(), lease }
    },
  }
}

type Shortage = Pick<Refusal, 'limit' | 'used' | 'requested' | 'waitMs'>

interface Bucket {
  readonly limit: number
  state(nowMs: number): LimitState
  /** What stands in the way of `requested` units now; undefined when nothing does. */
  shortage(requested: number, nowMs: number): Shortage | undefined
  take(units: number, nowMs: number): void
}

/** Units are taken at once and given back continuously, `limit` of them a minute. */
function createBucket(limit: number, startMs: number): Bucket {
  const unitsPerMs = limit / 60_000
  let used = 0
  let asOfMs = startMs

  /** Units in use, rounded up; what floating point left above a whole unit is not one more. */
  function usedAt(nowMs: number): number {
    used = Math.max(0, used - (nowMs - asOfMs) * unitsPerMs)
    asOfMs = nowMs
    return Math.ceil(used - 1e-6)
  }

  return {
    limit,
    state(nowMs) {
      const inUse = usedAt(nowMs)
      return { limit, remaining: Math.max(0, limit - inUse), resetMs: inUse / unitsPerMs }
    },
    shortage(requested, nowMs) {
      const inUse = usedAt(nowMs)
      if (used + requested <= limit + 1e-6) return undefined
      return { limit, used: inUse, requested, waitMs: (inUse + requested - limit) / unitsPerMs }
    },
    take(units, nowMs) {
      usedAt(nowMs)
      used += units
    },
  }
}

function earliestEnd(inFlight: ReadonlySet<Lease>): number {
  let earliest = Number.POSITIVE_INFINITY
  for (const { endsAtMs } of inFlight) earliest = Math.min(earliest, endsAtMs)
  return earliest
}

function forgetIdle(callers: Map<string, Caller>, nowMs: number): void {
  for (const [name, { requests, tokens, inFlight }] of callers) {
    const idle = (bucket: Bucket | undefined) => !bucket || bucket.state(nowMs).resetMs === 0
    if (inFlight.size === 0 && idle(requests) && idle(tokens)) callers.delete(name)
  }
}
