/** What answers and refusals say of the server's limits, whichever call they came to. */
import type { Attempt, Failure } from '../../client/index.ts'
import { readRate } from '../../client/pace/rate-headers.ts'
import { readRateMessage } from '../../client/pace/rate-message.ts'
import { verdictOf } from '../../client/pace/verdict.ts'

export type LimitKind = 'requests' | 'tokens'

/** A minute's limit. */
export interface ToldLimit {
  readonly perMinute: number
  /** The least that was ever left of it. */
  readonly leastRemaining: number
}

export type ToldLimits = Readonly<Record<LimitKind, ToldLimit | undefined>>

export interface LimitWitness {
  /** Looks at the headers and the refusal of one try. */
  saw(attempt: Pick<Attempt, 'headers' | 'failure'>): void
  readonly limits: ToldLimits
}

const kinds: readonly LimitKind[] = ['requests', 'tokens']
const minuteMs = 60_000

/** Limits of an hour or a day are left out: what they lend lasts longer than a search. */
export function createLimitWitness(): LimitWitness {
  const limits: Record<LimitKind, ToldLimit | undefined> = {
    requests: undefined,
    tokens: undefined,
  }

  function told(kind: LimitKind, perMinute: number, remaining: number): void {
    const before = limits[kind]
    const least = before?.perMinute === perMinute ? before.leastRemaining : perMinute
    limits[kind] = { perMinute, leastRemaining: Math.min(least, remaining) }
  }

  return {
    limits,
    saw({ headers, failure }) {
      for (const kind of kinds) {
        const rate = readRate(headers, kind)
        if (rate && rate.longWindowMs === undefined) told(kind, rate.limit, rate.remaining)
      }
      const words = failure ? readRateMessage(failure.message) : undefined
      if (words?.windowMs === minuteMs) told(words.kind, words.limit, words.remaining)
    },
  }
}

/** A refusal of which only the status and the words are known. */
export function refusalOf(status: number | undefined, message = ''): Failure | undefined {
  if (status === undefined || status < 400) return undefined
  if (status === 429) return { kind: 'rate-limited', message, status }
  return { kind: status < 500 ? 'bad-request' : 'server', message, status }
}

/** What a try was refused for; `place`: too many at once. Undefined: it was not refused for load. */
export function refusedFor(
  attempt: Pick<Attempt, 'headers' | 'failure' | 'status'>,
): LimitKind | 'place' | undefined {
  const { headers, failure, status } = attempt
  if (!failure) return undefined
  if (verdictOf(attempt, 0) === 'refused') return 'place'
  if (status !== 429) return undefined
  const words = readRateMessage(failure.message)
  return words?.kind ?? kinds.find(kind => readRate(headers, kind)?.remaining === 0) ?? 'tokens'
}
