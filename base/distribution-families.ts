/** The families of distributions: what their parameters may be, their mean, how they are drawn. */
import { gammaDeviate, gammaQuantile, logGamma, shapeOfRatio } from './gamma.ts'
import { normalQuantile } from './normal-quantile.ts'
import { type Knot, type QuantileTable, quantileTable } from './quantile-table.ts'
import type { Random } from './random.ts'

export interface Distribution {
  /** The text it was made from. */
  readonly text: string
  /** Its mean, in the unit of its values. */
  readonly mean: number
  /** Whether every draw is the mean, without taking from the random stream. */
  readonly constant: boolean
  /** One draw, never negative. */
  sample(random: Random): number
}

export type Parameters = Readonly<Record<string, number>>
/** Undefined: the parameters make no sense. */
type Family = (text: string, parameters: Parameters) => Distribution | undefined

/** Parameters that are ratios, whatever the values are. */
export const ratios: readonly string[] = ['cv', 'shape', 'alpha']

export const families: Readonly<Record<string, Family>> = {
  constant: (text, p) => (takes(p, '$0') ? constantOf(text, p.$0) : undefined),

  uniform(text, p) {
    const bounds = uniformBounds(p)
    if (!bounds || bounds[1] < bounds[0] || bounds[0] < 0) return undefined
    const [low, high] = bounds
    return varying(text, (low + high) / 2, random => low + (high - low) * random.next())
  },

  normal(text, p) {
    const two = twoQuantiles(p)
    const by = two ? normalBy(two) : takes(p, 'mean', 'sd') ? p : undefined
    if (!by || by.mean < 0) return undefined
    const { mean, sd } = by
    return varying(text, mean, random => Math.max(0, mean + sd * random.normal()))
  },

  lognormal(text, p) {
    const two = twoQuantiles(p)
    let mu: number
    let sigma: number
    if (two && two[0][1] > 0) {
      const [[lowShare, low], [highShare, high]] = two
      const by = normalBy([
        [lowShare, Math.log(low)],
        [highShare, Math.log(high)],
      ])
      mu = by.mean
      sigma = by.sd
    } else if (takes(p, 'mean', 'cv') && p.mean > 0) {
      sigma = Math.sqrt(Math.log(1 + p.cv ** 2))
      mu = Math.log(p.mean) - sigma ** 2 / 2
    } else return undefined
    const mean = Math.exp(mu + sigma ** 2 / 2)
    return varying(text, mean, random => Math.exp(mu + sigma * random.normal()))
  },

  gamma(text, p) {
    const two = twoQuantiles(p)
    if (two) {
      const [[lowShare, low], [highShare, high]] = two
      const shape = low > 0 ? shapeOfRatio(lowShare, highShare, high / low) : undefined
      if (shape === undefined) return undefined
      return gammaOf(text, shape, high / gammaQuantile(shape, highShare))
    }
    if (!takes(p, 'mean', 'cv') || p.cv <= 0) return undefined
    const shape = 1 / p.cv ** 2
    return gammaOf(text, shape, p.mean / shape)
  },

  exponential(text, p) {
    const one = oneQuantile(p)
    const mean = one ? one[1] / -Math.log(1 - one[0]) : takes(p, 'mean') ? p.mean : undefined
    if (mean === undefined) return undefined
    return varying(text, mean, random => -mean * Math.log(1 - random.next()))
  },

  weibull(text, p) {
    const two = twoQuantiles(p)
    let shape: number
    let scale: number
    if (two && two[0][1] > 0 && two[1][1] > two[0][1]) {
      const [[lowShare, low], [highShare, high]] = two
      shape = Math.log(Math.log(1 - highShare) / Math.log(1 - lowShare)) / Math.log(high / low)
      scale = low / (-Math.log(1 - lowShare)) ** (1 / shape)
    } else if (takes(p, 'mean', 'shape') && p.shape > 0) {
      shape = p.shape
      scale = p.mean / Math.exp(logGamma(1 + 1 / shape))
    } else return undefined
    const mean = scale * Math.exp(logGamma(1 + 1 / shape))
    if (!Number.isFinite(mean)) return undefined
    return varying(text, mean, random => scale * (-Math.log(1 - random.next())) ** (1 / shape))
  },

  /** A heavy tail: with `alpha` up to 1 it has a mean only where `max` ends it. */
  pareto(text, { max = Infinity, ...p }) {
    const tail = paretoBy(p)
    if (!tail || !(tail.min > 0) || !(tail.alpha > 0 && tail.alpha < Infinity)) return undefined
    const { min, alpha } = tail
    const mean = paretoMean(min, alpha, max)
    if (max < min || !Number.isFinite(mean)) return undefined
    return varying(text, mean, random => Math.min(max, min * (1 - random.next()) ** (-1 / alpha)))
  },

  quantiles(text, p) {
    const knots = knotsOf(p)
    const table = knots && quantileTable(knots)
    return table && tableOf(text, table)
  },
}

export function constantOf(text: string, value: number): Distribution {
  return { text, mean: value, constant: true, sample: () => value }
}

export function gammaOf(text: string, shape: number, scale: number): Distribution {
  return varying(text, shape * scale, random => scale * gammaDeviate(shape, random))
}

export function tableOf(text: string, { mean, valueAt }: QuantileTable): Distribution {
  return varying(text, mean, random => valueAt(random.next()))
}

function varying(text: string, mean: number, sample: (random: Random) => number): Distribution {
  return { text, constant: false, mean, sample }
}

/** `p50`, `p99.9` … in order; undefined where there is anything else. */
export function knotsOf(p: Parameters): readonly Knot[] | undefined {
  const knots: Knot[] = []
  for (const [name, value] of Object.entries(p)) {
    const percent = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1]
    if (percent === undefined || Number(percent) > 100) return undefined
    knots.push([Number(percent) / 100, value])
  }
  return knots.sort(([a], [b]) => a - b)
}

type TwoQuantiles = readonly [Knot, Knot]

/** Exactly two, between the ends; undefined otherwise, or where the values fall. */
function twoQuantiles(p: Parameters): TwoQuantiles | undefined {
  const [low, high, ...more] = knotsOf(p) ?? []
  if (!low || !high || more.length > 0) return undefined
  const isInside = low[0] > 0 && high[0] < 1 && low[0] < high[0]
  return isInside && high[1] >= low[1] ? [low, high] : undefined
}

function oneQuantile(p: Parameters): Knot | undefined {
  const [knot, ...more] = knotsOf(p) ?? []
  return knot && more.length === 0 && knot[0] > 0 && knot[0] < 1 ? knot : undefined
}

function uniformBounds(p: Parameters): readonly [number, number] | undefined {
  if (takes(p, '$0', '$1')) return [p.$0, p.$1]
  if (takes(p, 'min', 'max')) return [p.min, p.max]
  const two = twoQuantiles(p)
  if (!two) return undefined
  const [[lowShare, low], [highShare, high]] = two
  const slope = (high - low) / (highShare - lowShare)
  return [low - lowShare * slope, high + (1 - highShare) * slope]
}

function normalBy([[lowShare, low], [highShare, high]]: TwoQuantiles) {
  const lowDeviate = normalQuantile(lowShare)
  const sd = (high - low) / (normalQuantile(highShare) - lowDeviate)
  return { mean: low - sd * lowDeviate, sd }
}

function paretoBy(p: Parameters): { min: number; alpha: number } | undefined {
  if (takes(p, 'min', 'alpha')) return p
  const { min, ...quantiles } = p
  const one = min === undefined ? undefined : oneQuantile(quantiles)
  const two = one ? ([[0, min!], one] as const) : twoQuantiles(p)
  if (!two) return undefined
  const [[lowShare, low], [highShare, high]] = two
  const alpha = Math.log((1 - lowShare) / (1 - highShare)) / Math.log(high / low)
  return { min: low * (1 - lowShare) ** (1 / alpha), alpha }
}

function paretoMean(min: number, alpha: number, max: number): number {
  if (alpha === 1) return min * (1 + Math.log(max / min))
  return min + (min * (1 - (min / max) ** (alpha - 1))) / (alpha - 1)
}

/** True when exactly these parameters were given. */
function takes<K extends string>(
  p: Parameters,
  ...names: K[]
): p is Record<K, number> & Parameters {
  return Object.keys(p).length === names.length && names.every(name => name in p)
}
