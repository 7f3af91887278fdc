/** What an interval of a difference means beside what would matter. Pure; lower is better. */

export const verdicts = ['better', 'same', 'worse', 'inconclusive'] as const
export type Verdict = (typeof verdicts)[number]

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * `worse` (`better`): the difference is no chance, and as large as the tolerance or larger.
 * `same`: it may well be there, but is not worse by more than the tolerance.
 * `inconclusive`: it may be worse by more than the tolerance, or may not.
 */
export function verdictOf({ value, low, high }: Interval, tolerance: number): Verdict {
  if (low > 0 && value >= tolerance) return 'worse'
  if (high < 0 && value <= -tolerance) return 'better'
  return high <= tolerance ? 'same' : 'inconclusive'
}

/**
 * How many times the requests it would take to be conclusive: for a value as large as the tolerance if it is
 * what it seems, for a smaller one if there is no difference. Undefined where no number of them would help.
 */
export function moreNeeded({ value, high }: Interval, tolerance: number): number | undefined {
  const half = high - value
  const room = value >= tolerance ? value : tolerance
  const times = (half / room) ** 2
  return Number.isFinite(times) && times < 1000 ? Math.max(2, Math.ceil(times)) : undefined
}

/** One that is worse decides; what could not be told is no pass; then what is better counts. */
export function overallOf(each: readonly Verdict[]): Verdict {
  if (each.length === 0) return 'inconclusive'
  for (const decisive of ['worse', 'inconclusive', 'better'] as const) {
    if (each.includes(decisive)) return decisive
  }
  return 'same'
}
