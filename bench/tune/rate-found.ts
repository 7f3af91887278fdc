/** What a search over rates came to: a curve for each policy, and its one line. */
import { formatDuration } from '../../base/duration.ts'
import type { Binding } from './binds.ts'
import { type FoundCommon, percentText } from './found-frame.ts'
import type { Missed } from './kept.ts'
import type { RateBound } from './lasting.ts'
import type { PolicyName } from './policy.ts'
import type { RateLevel } from './rate-level.ts'
import type { RateKnee, RateWhy } from './search-rate.ts'
import type { ToldLimits } from './told-limits.ts'

/** A rate with what can be kept up of its goodput, and whether it is. */
export interface RatePoint extends RateLevel {
  readonly lastingRps: number
  readonly isKept: boolean
  /** Null: nothing is. */
  readonly missed: Missed | null
}

/** One policy's search. */
export interface RateCurve {
  readonly policy: PolicyName
  /** Ascending. */
  readonly points: readonly RatePoint[]
  /** In the order in which they were measured. */
  readonly steps: readonly { readonly rate: number; readonly why: RateWhy }[]
  readonly knee: RateKnee & {
    /** Highest lasting goodput of all points. */
    readonly bestRps: number
  }
  readonly binding: Binding
  readonly limits: ToldLimits
  readonly bound: RateBound | undefined
  /** A reply alone, ms. */
  readonly aloneMs: number
  /** The most that the server brought where more was sent than it could; null: it never was. */
  readonly ceilingRps: number | null
}

export interface FoundRate extends FoundCommon {
  readonly over: 'rate'
  /** Requests a second; null: none was found. */
  readonly rate: number | null
  readonly cap: null
  readonly settings: FoundCommon['settings'] & {
    readonly maxRate: number
    readonly arrivals: string
  }
  readonly curves: readonly RateCurve[]
}

export const rateDefinitions: Readonly<Record<string, string>> = {
  rate: 'Requests due a second. They are sent when they are due, however slow the answers; a point has exactly rate × time of them, and chance decides when.',
  'kept up':
    'Every objective is met, nothing is dropped, at most 0.5 % are turned away, no limit a minute is passed, and the response from due does not rise while the rate lasts.',
  goodput:
    'Requests a second that end ok and are each within the limit of every objective, whenever in the window they end.',
  lasting:
    'Goodput, but no more than the limits a minute that the server tells allow: a bucket that begins full lends more for a while.',
  best: 'The highest lasting goodput of all rates, kept up or not.',
  'TTFT due': 'First tokens from when their requests were due.',
  'rises by':
    'How much longer the response from due gets a second: the share by which more comes than is done.',
  'in flight': 'Requests in flight on average, as counted.',
  λW: 'Throughput × mean response from due: by Little’s law the same, where nothing piles up.',
  ceiling:
    'Throughput where far more was sent than it, so that the server had no pause. By chance arrivals nearer to it than 3 / √requests cannot be told from too many, and are not tried.',
  steady: 'The load lasts two replies before it is measured; then MSER-5 cuts off the start.',
  throttled: 'Share of tries that were answered with 429.',
}

/** The curve whose rate brings most; where that is even, the one with fewer 429s. */
export function bestRateCurve(curves: readonly RateCurve[]): RateCurve | undefined {
  const brought = (curve: RateCurve) => ratePoint(curve)?.lastingRps ?? 0
  const highest = Math.max(0, ...curves.map(brought))
  const even = curves.filter(curve => highest > 0 && brought(curve) >= highest * evenShare)
  const throttled = (curve: RateCurve) => ratePoint(curve)?.throttledShare ?? 1
  return even.sort((a, b) => throttled(a) - throttled(b))[0] ?? curves[0]
}

const evenShare = 0.97

/** The point at the rate that was found. */
export function ratePoint({ points, knee }: RateCurve): RatePoint | undefined {
  return points.find(({ rate }) => rate === knee.rate)
}

export function rateVerdictOf({ binding, knee }: RateCurve): FoundRate['verdict'] {
  if (binding.what === 'generator') return 'invalid'
  return knee.rate === undefined || binding.what === 'nothing' ? 'inconclusive' : 'found'
}

/** The one line, such as `rate 29 requests/s: 98 % of best goodput, 0 % throttled, TTFT p95 640 ms`. */
export function rateAnswerOf(curve: RateCurve): string {
  const point = ratePoint(curve)
  if (!point) return `no rate: ${curve.binding.because}`
  const { rate, lastingRps, throttledShare, ttftDueMs, e2eMs } = point
  const share = percentText(Math.min(1, lastingRps / curve.knee.bestRps))
  const time =
    ttftDueMs.p95 === null
      ? `E2E p95 ${formatDuration(e2eMs.p95 ?? 0)}`
      : `TTFT p95 ${formatDuration(ttftDueMs.p95)}`
  return `rate ${rate} requests/s: ${share} of best goodput, ${percentText(throttledShare)} throttled, ${time}`
}
