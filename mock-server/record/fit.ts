/** Measured values as the simplest distribution that has their quantiles: a constant, a lognormal, a table. */
import { parseDistribution } from '../../base/distribution.ts'

/** Values and how often each came, ascending by value. */
export type Weighted = readonly (readonly [value: number, count: number])[]

export interface Fit {
  readonly family: 'constant' | 'lognormal' | 'quantiles'
  /** As the option is written: `lognormal(p50=351ms,p95=902ms)`. */
  readonly text: string
  /** The largest difference between a quantile of the values and of the distribution, as a share of the former. */
  readonly maxError: number
  /** The percentile where that is. */
  readonly worstAt: number
  readonly count: number
}

type Unit = 'ms' | 'count'

/** Percentiles that are compared, each with its standard normal deviate. */
const GRID: readonly (readonly [percentile: number, deviate: number])[] = [
  [5, -1.644854],
  [10, -1.281552],
  [20, -0.841621],
  [25, -0.67449],
  [30, -0.524401],
  [40, -0.253347],
  [50, 0],
  [60, 0.253347],
  [70, 0.524401],
  [75, 0.67449],
  [80, 0.841621],
  [90, 1.281552],
  [95, 1.644854],
  [99, 2.326348],
]
/** With fewer values the 99th percentile is one or two of them. */
const COUNT_FOR_P99 = 200
const KNOTS = [0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.9, 100]

/** How far a quantile may be off before the next, richer family is tried. */
const MAX_CONSTANT_ERROR = 0.05
const MAX_LOGNORMAL_ERROR = 0.1
/** A table of fewer values would only repeat their chance. */
const COUNT_FOR_TABLE = 30

export function weigh(values: readonly number[]): Weighted {
  const sorted = Float64Array.from(values).sort()
  const weighted: [number, number][] = []
  for (const value of sorted) {
    const last = weighted.at(-1)
    if (last && last[0] === value) last[1]++
    else weighted.push([value, 1])
  }
  return weighted
}

export function countOf(values: Weighted): number {
  return values.reduce((sum, [, count]) => sum + count, 0)
}

/** The value at a percentile, between two values where it falls between them; NaN of none. */
export function quantile(values: Weighted, percentile: number): number {
  const rank = (percentile / 100) * (countOf(values) - 1)
  const low = atRank(values, Math.floor(rank))
  return low + (rank - Math.floor(rank)) * (atRank(values, Math.ceil(rank)) - low)
}

function atRank(values: Weighted, rank: number): number {
  let left = rank
  for (const [value, count] of values) {
    if (left < count) return value
    left -= count
  }
  return values.at(-1)?.[0] ?? Number.NaN
}

/** Undefined: there are no values. */
export function fitDistribution(values: Weighted, unit: Unit): Fit | undefined {
  const count = countOf(values)
  if (count === 0) return undefined
  const grid = GRID.filter(([percentile]) => percentile < 99 || count >= COUNT_FOR_P99)
  const measured = grid.map(([percentile, deviate]) => ({
    percentile,
    deviate,
    value: quantile(values, percentile),
  }))

  const constant = judge('constant', written(quantile(values, 50), unit))
  if (constant.maxError <= MAX_CONSTANT_ERROR) return constant
  const lognormal = lognormalText(measured, unit)
  const smooth = lognormal === undefined ? undefined : judge('lognormal', lognormal)
  if (smooth && (smooth.maxError <= MAX_LOGNORMAL_ERROR || count < COUNT_FOR_TABLE)) return smooth
  return judge('quantiles', tableText(values, count, unit))

  function judge(family: Fit['family'], text: string): Fit {
    let maxError = 0
    let worstAt = 50
    for (const { percentile, value } of measured) {
      const error = Math.abs(quantileOf(text, percentile, unit) - value) / Math.max(value, 1)
      if (error > maxError) [maxError, worstAt] = [error, percentile]
    }
    return { family, text, maxError, worstAt, count }
  }
}

interface Measured {
  readonly deviate: number
  readonly value: number
}

/** A straight line through the logarithms of the quantiles, by least squares; undefined where one is 0. */
function lognormalText(measured: readonly Measured[], unit: Unit): string | undefined {
  if (measured.some(({ value }) => value <= 0)) return undefined
  const mean = (of: (one: Measured) => number) =>
    measured.reduce((sum, one) => sum + of(one), 0) / measured.length
  const x = mean(({ deviate }) => deviate)
  const y = mean(({ value }) => Math.log(value))
  const slope =
    mean(({ deviate, value }) => (deviate - x) * (Math.log(value) - y)) /
    mean(({ deviate }) => (deviate - x) ** 2)
  const p50 = Math.exp(y - slope * x)
  const p95 = p50 * Math.exp(Math.max(0, slope) * 1.644854)
  return `lognormal(p50=${written(p50, unit)},p95=${written(p95, unit)})`
}

function tableText(values: Weighted, count: number, unit: Unit): string {
  // A percentile is of use where values lie on both sides of it.
  const knots = KNOTS.filter(
    p => p === 0 || p === 100 || (Math.min(p, 100 - p) / 100) * count > 0.99,
  )
  return `quantiles(${knots.map(p => `p${p}=${written(quantile(values, p), unit)}`).join(',')})`
}

/** Four digits are more than a measurement has; whole numbers stay whole. */
function written(value: number, unit: Unit): string {
  return unit === 'ms' ? `${Number(value.toPrecision(4))}ms` : String(Math.round(value))
}

/** What the option's own distribution has there: it is asked, so that what was fitted is what is drawn. */
function quantileOf(text: string, percentile: number, unit: Unit): number {
  const distribution = parseDistribution(text, unit)
  if (!distribution) throw new Error(`${text} is no distribution`)
  const deviate = GRID.find(([p]) => p === percentile)![1]
  return distribution.sample({
    ...NO_CHANCE,
    next: () => percentile / 100,
    normal: () => deviate,
  })
}

/** The rest of a random stream, which no fitted family draws from. */
const NO_CHANCE = {
  integer: () => 0,
  pick: <T>(list: readonly T[]) => list[0] as T,
  fork: () => {
    throw new Error('A fixed draw has no forks.')
  },
}
