/** What every point of a search is measured with, and for how long by itself; what is said of one that is too short. */
import type { Clock } from '../../base/clock.ts'
import type { Threshold } from '../threshold.ts'
import type { Work } from '../work/work.ts'

export interface PointParts {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly idleTimeoutMs: number
  readonly work: Work
  readonly objectives: readonly Threshold[]
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** By itself a point is measured for so many replies, and at least this long. */
export const replies = 6
export const leastPointMs = 2000

/** What a reader must know of the point that was found, as far as it rests on too few calls. `what`: the cap, the rate. */
export function callsCaveats(
  what: string,
  point: { readonly isSure: boolean; readonly calls: number } | undefined,
  slo: readonly string[],
): string[] {
  if (!point || point.isSure) return []
  return [
    `At the ${what} there are ${point.calls} calls, too few for ${slo.join(' and ')}: a longer --point or more --repeats make it sure.`,
  ]
}
