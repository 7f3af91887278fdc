/** What the end of a request says of how many a server takes at once: pure. */
import type { AttemptOutcome } from '../attempt.ts'
import { readRate } from './rate-headers.ts'
import { readRateMessage } from './rate-message.ts'

/** refused: for want of a place. neither: nothing that has to do with load. */
export type Verdict = 'well' | 'refused' | 'failed' | 'neither'

/** Services that say so are full, and not broken. */
const OVERLOADED = /overload|at capacity|too many concurrent|max_?concurren/i

/** `tokens`: those that the request reserved. */
export function verdictOf(
  { failure, status, headers }: Pick<AttemptOutcome, 'failure' | 'status' | 'headers'>,
  tokens: number,
): Verdict {
  if (!failure) return 'well'
  switch (failure.kind) {
    case 'rate-limited':
      return isOfRate(failure.message, headers, tokens) ? 'neither' : 'refused'
    case 'server': {
      const isFull = status === 529 || OVERLOADED.test(`${failure.code} ${failure.message}`)
      return isFull ? 'refused' : 'failed'
    }
    case 'timeout':
      return failure.which === 'total' ? 'neither' : 'failed'
    case 'connection':
    case 'truncated':
      return 'failed'
    default:
      return 'neither'
  }
}

/**
 * Requests or tokens a minute were used up, and it is known how many there are: those are kept to from now on. Where
 * nobody says how many, fewer at once are all that helps.
 */
function isOfRate(message: string, headers: AttemptOutcome['headers'], tokens: number): boolean {
  if (readRateMessage(message)) return true
  const requests = readRate(headers, 'requests')
  const left = readRate(headers, 'tokens')
  return requests?.remaining === 0 || (left !== undefined && left.remaining < Math.max(1, tokens))
}
