/** The interval of a difference: t standard errors of a bootstrap to each side. */
import { type Evidence, redrawings } from './evidence.ts'
import { studentQuantile } from './student-quantile.ts'
import type { Interval } from './verdict.ts'

export interface Sides {
  readonly base: Evidence
  readonly head: Evidence
  readonly isPaired: boolean
  readonly confidence: number
}

/** `value`: the difference that was seen; the redrawings are of each side's own value. */
export function differenceOf(
  { base, head, isPaired, confidence }: Sides,
  value: number,
  [ofBase, ofHead]: readonly [Float64Array, Float64Array],
): Interval {
  const [baseError, headError] = [deviation(ofBase), deviation(ofHead)]
  const error = isPaired
    ? deviation(ofHead.map((draw, i) => draw - ofBase[i]!))
    : Math.hypot(baseError, headError)
  const freedom = isPaired
    ? base.blocks - 1
    : welchFreedom([baseError, base.blocks], [headError, head.blocks])
  const reach = studentQuantile((1 + confidence) / 2, freedom) * error
  return { value, low: value - reach, high: value + reach }
}

type Measured = readonly [error: number, blocks: number]

/** Source: B. L. Welch, "The generalization of Student's problem", Biometrika 34, 1947. */
function welchFreedom([a, m]: Measured, [b, n]: Measured): number {
  const spread = a ** 4 / (m - 1) + b ** 4 / (n - 1)
  return spread > 0 ? (a ** 2 + b ** 2) ** 2 / spread : m + n - 2
}

/** Of the draws that have a value; blocks may be empty, and a drawing of such has none. */
function deviation(all: Float64Array): number {
  const draws = all.filter(draw => !Number.isNaN(draw))
  if (draws.length < redrawings / 2) return Number.POSITIVE_INFINITY
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
  return Math.sqrt(draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / (draws.length - 1))
}
