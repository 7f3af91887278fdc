/** What a search over concurrency came to: a curve for each policy, and its one line. */
import { formatDuration } from '../../base/duration.ts'
import type { Binding } from './binds.ts'
import { type FoundCommon, percentText } from './found-frame.ts'
import type { RateBound } from './lasting.ts'
import type { Level } from './level.ts'
import type { PolicyName } from './policy.ts'
import type { Knee, Why } from './search.ts'
import type { ToldLimits } from './told-limits.ts'
import type { UslFit } from './usl.ts'

/** A level with what can be kept up of its goodput. */
export interface Point extends Level {
  readonly lastingRps: number
}

/** One policy's search. */
export interface Curve {
  readonly policy: PolicyName
  /** Ascending. */
  readonly points: readonly Point[]
  /** In the order in which they were measured. */
  readonly steps: readonly { readonly concurrency: number; readonly why: Why }[]
  readonly knee: Knee
  readonly binding: Binding
  readonly limits: ToldLimits
  readonly bound: RateBound | undefined
  readonly usl: UslFit | undefined
}

export interface FoundCap extends FoundCommon {
  readonly over: 'concurrency'
  /** Null: none was found. */
  readonly cap: number | null
  readonly rate: null
  readonly settings: FoundCommon['settings'] & {
    /** 0 to 1. */
    readonly enough: number
  }
  readonly curves: readonly Curve[]
}

export const tuneDefinitions: Readonly<Record<string, string>> = {
  goodput: 'Requests a second that end ok and are each within the limit of every objective.',
  lasting:
    'Goodput, but no more than the limits a minute that the server tells allow: a bucket that begins full lends more for a while.',
  best: 'The mean of those numbers in flight that keep to the objectives and are within 3 % of the highest lasting goodput.',
  cap: 'The smallest number in flight that brings enough of the best. Beyond it requests wait and bring nothing.',
  throughput:
    "Users / mean turn, a turn being from one call's end to the next's (Little's law of a closed loop).",
  'under way':
    'Throughput × mean E2E: by Little’s law how many requests were under way; what is missing to the number in flight was held back or lost between calls.',
  '±': 'Half of the 95 % interval of the goodput, from eight batches in the order of time.',
  steady:
    'The start is left out: until as many calls have ended ok as there are users, then what MSER-5 cuts off.',
  USL: 'X(N) = λN / (1 + σ(N−1) + κN(N−1)), least squares of relative errors over all points.',
  throttled: 'Share of tries that were answered with 429.',
}

/** The curve whose cap brings most; where that is even, the one with fewer 429s. */
export function bestCurve(curves: readonly Curve[]): Curve | undefined {
  const highest = Math.max(0, ...curves.map(({ knee }) => (knee.cap ? knee.bestRps : 0)))
  const even = curves.filter(({ knee }) => knee.cap && knee.bestRps >= highest * evenShare)
  const throttled = (curve: Curve) => capPoint(curve)?.throttledShare ?? 1
  return [...even].sort((a, b) => throttled(a) - throttled(b))[0] ?? curves[0]
}

const evenShare = 0.97

/** The point at the cap. */
export function capPoint({ points, knee }: Pick<Curve, 'points' | 'knee'>): Point | undefined {
  return points.find(({ concurrency }) => concurrency === knee.cap)
}

export function verdictOf(curve: Curve): FoundCap['verdict'] {
  if (curve.binding.what === 'generator') return 'invalid'
  return curve.knee.cap === undefined || curve.binding.what === 'nothing' ? 'inconclusive' : 'found'
}

/** The one line, such as `cap 12: 97 % of best goodput, 0.4 % throttled, TTFT p95 640 ms`. */
export function answerOf(curve: Curve): string {
  const point = capPoint(curve)
  if (!point) return `no cap: ${curve.binding.because}`
  const { lastingRps, throttledShare, ttftMs, concurrency } = point
  const share = Math.min(100, Math.round((lastingRps / curve.knee.bestRps) * 100))
  const ttft = ttftMs.p95 === null ? 'no first token' : `TTFT p95 ${formatDuration(ttftMs.p95)}`
  return `cap ${concurrency}: ${share} % of best goodput, ${percentText(throttledShare)} throttled, ${ttft}`
}
