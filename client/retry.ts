/**
 * Again or not, and after how long: pure, so that every rule is a row of a table.
 *
 * The server's word comes first (`retry-after-ms`, `retry-after`; RFC 9110 §10.2.3), with a little chance on
 * top so that callers do not come back together, never before it. Without one: full jitter, a draw from
 * [0, min(maxDelay, baseDelay × 2^(n-1))), which does the least total work of the jitters (AWS
 * Architecture Blog, "Exponential Backoff and Jitter", 2015).
 */
import { formatDuration } from '../base/duration.ts'
import type { Random } from '../base/random.ts'
import type { Failure } from './failure.ts'
import type { Given } from './frame.ts'

export interface RetryPolicy {
  /** Sends of one request, the first included. */
  readonly maxAttempts: number
  /** Ms. */
  readonly baseDelay: number
  /** Ms. */
  readonly maxDelay: number
}

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number; readonly why: string }
  /** `exhausted`: it would have been tried again, had there been attempts left. */
  | { readonly retry: false; readonly exhausted: boolean; readonly why: string }

export interface FailedAttempt {
  /** 1: the first try. */
  readonly attempt: number
  readonly failure: Failure
  /** What another try would make of the pieces given out; `stuck`: there can be none. */
  readonly given: Given | 'stuck'
  /** Ms until the call's total timeout; Infinity without one. */
  readonly leftMs: number
  /** Takes a retry of the client's budget; false when it is used up. */
  readonly takeBudget?: (() => boolean) | undefined
}

/** How much may be added to the server's wait: a tenth of it, a second at most. */
const SPREAD_RATIO = 0.1
const MAX_SPREAD_MS = 1000

export function decideRetry(
  { attempt, failure, given, leftMs, takeBudget }: FailedAttempt,
  policy: RetryPolicy,
  random: Random,
): RetryDecision {
  const never = reasonAgainst(failure)
  if (never !== undefined) return no(never)
  if (given === 'stuck') return no('some of the answer was given out already')

  const askedMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  const { baseDelay, maxDelay, maxAttempts } = policy
  if (askedMs !== undefined && askedMs > maxDelay) {
    const [asked, allowed] = [formatDuration(askedMs), formatDuration(maxDelay)]
    return no(`the server asks to wait ${asked}, more than the ${allowed} allowed`)
  }
  if (attempt >= maxAttempts) {
    return { retry: false, exhausted: true, why: `all ${maxAttempts} attempts are used` }
  }
  const delayMs = askedMs
    ? askedMs + random.next() * Math.min(askedMs * SPREAD_RATIO, MAX_SPREAD_MS)
    : random.next() * Math.min(maxDelay, baseDelay * 2 ** (attempt - 1))
  if (delayMs >= leftMs) {
    const [wait, left] = [formatDuration(delayMs), formatDuration(Math.max(0, leftMs))]
    return no(`the wait of ${wait} is longer than the ${left} left of the total timeout`)
  }
  if (!askedMs && takeBudget?.() === false) {
    return no("the client's retry budget is used up: too much fails")
  }
  return { retry: true, delayMs, why: askedMs ? 'the server asked for it' : 'back-off' }
}

function no(why: string): RetryDecision {
  return { retry: false, exhausted: false, why }
}

/** Why `failure` is not worth another try, or undefined when it is. */
function reasonAgainst(failure: Failure): string | undefined {
  switch (failure.kind) {
    case 'quota':
      return 'the quota is used up: waiting does not help'
    case 'aborted':
      return 'the caller stopped it'
    case 'budget':
      return 'it would cost more than may be spent'
    case 'bad-stream':
      return 'what the server sends is no event stream'
    case 'timeout':
      return failure.which === 'total' ? 'the total timeout has passed' : undefined
    case 'connection':
    case 'truncated':
      return undefined
    default:
      return reasonAgainstRefusal(failure)
  }
}

function reasonAgainstRefusal({
  kind,
  shouldRetry,
  message,
}: Exclude<
  Failure,
  { kind: 'timeout' | 'connection' | 'truncated' | 'bad-stream' | 'aborted' | 'budget' }
>): string | undefined {
  if (shouldRetry === true) return undefined
  if (shouldRetry === false) return 'the server says not to (x-should-retry)'
  // The API answers 429 to a request that no wait can make fit.
  if (/^Request too large/.test(message)) return 'the request is larger than the limit itself'
  return kind === 'rate-limited' || kind === 'server'
    ? undefined
    : 'the same request would be refused again'
}
