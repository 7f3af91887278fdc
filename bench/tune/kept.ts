/** Whether a server keeps up at a rate, and if not, why: pure. */
import { isPilingUp } from './backlog.ts'
import { type Arrivals, scatterOf } from './counted-arrivals.ts'
import type { RateLevel } from './rate-level.ts'

/**
 * lasting: a limit a minute allows less. piling up: more comes than is done. ceiling: so near to what the server brings
 * at most that its queue does not come to rest while it is measured. throttled, dropped, failing: too many of them.
 */
export type Missed =
  | 'nothing ended ok'
  | 'lasting'
  | 'throttled'
  | 'dropped'
  | 'piling up'
  | 'ceiling'
  | 'failing'
  | 'objective'

/** What is known of all rates together. */
export interface Around {
  readonly aloneMs: number
  /** What a told limit allows to last, requests a second. */
  readonly boundRps: number | undefined
  /** The most that the server has brought when more was sent than it could. */
  readonly ceilingRps: number | undefined
  /** The highest rate that this leaves. */
  readonly edgeRps: number | undefined
  /** Of the requests at the lowest rate. */
  readonly usualFailures: number
}

/** A limit may be passed by so much: what is known of its size is an average. */
const boundTolerance = 1.02
/** Shares of the requests that may be… */
const mostThrottled = 0.005
const mostDropped = 0
const mostOpen = 0.01
/** …and more of which may fail than at the lowest rate. */
const mostFailures = 0.02
/** So much more than the server brings is sent where what it brings is taken for its ceiling. */
const clearExcess = 0.3

/** Undefined: it keeps up, within the objectives. */
export function missedBy(level: RateLevel, around: Around): Missed | undefined {
  const { rate, calls, refused, throttledShare, dropped, late, open } = level
  const { boundRps, ceilingRps, edgeRps, usualFailures, aloneMs } = around
  if (level.ok === 0) return 'nothing ended ok'
  if (boundRps !== undefined && rate > boundRps * boundTolerance) return 'lasting'
  const turnedAway = (refused.requests + refused.tokens + refused.place) / calls
  if (Math.max(turnedAway, throttledShare) > mostThrottled) return 'throttled'
  if ((dropped + late) / calls > mostDropped) return 'dropped'
  if (isPilingUp({ ...level, aloneMs, ceilingRps }) || open / calls > mostOpen) return 'piling up'
  if (edgeRps !== undefined && rate > edgeRps * (1 + 1e-9)) return 'ceiling'
  if (failuresOf(level) > usualFailures + mostFailures) return 'failing'
  return level.meetsObjectives ? undefined : 'objective'
}

export function failuresOf({ calls, ok, open }: Pick<RateLevel, 'calls' | 'ok' | 'open'>): number {
  return calls === 0 ? 0 : (calls - ok - open) / calls
}

/** Whether what the server brought at a rate is the most that it can. */
export function isOverloaded(level: RateLevel, aloneMs: number): boolean {
  return level.excess > clearExcess && isPilingUp({ ...level, aloneMs, ceilingRps: undefined })
}

/** The most that was brought at a rate that was too high by far, requests a second. */
export function ceilingOf(levels: readonly RateLevel[], aloneMs: number): number | undefined {
  const over = levels.filter(level => isOverloaded(level, aloneMs))
  return over.length === 0 ? undefined : Math.max(...over.map(({ okRps }) => okRps))
}

/** How far below the ceiling a rate must be, in standard deviations of the count of what is measured. */
const deviations = 3

/**
 * The highest rate below a ceiling of which so many requests can tell that it is kept up. Arrivals by chance scatter by
 * scatter / √calls: nearer to the ceiling a queue is not at rest while so few come, and what it seems is luck. In
 * queueing theory its relaxation time grows with 1 / (1 − load)².
 */
export function edgeOf(ceilingRps: number, arrivals: Arrivals, calls: number): number {
  return ceilingRps * Math.max(0.5, 1 - (deviations * scatterOf(arrivals)) / Math.sqrt(calls))
}
