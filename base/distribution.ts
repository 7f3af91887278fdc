/**
 * A quantity that varies: what it is drawn from, written as text.
 *
 *   200ms                              always 200 ms
 *   uniform(100ms,300ms)               between the two
 *   normal(mean=200ms,sd=30ms)         cut at 0
 *   lognormal(p50=350ms,p95=900ms)     by two quantiles, or (mean=…,cv=…)
 *   gamma(mean=20ms,cv=0.5)            by mean and coefficient of variation
 *   quantiles(p0=9ms,p50=20ms,p100=2s) by a table of what was measured, straight lines in between
 *
 * Values are durations in ms, or plain numbers (token counts): `unit` says which.
 */
import { parseDuration } from './duration.ts'
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

type Unit = 'ms' | 'count'

/** Standard normal quantile of 0.95. */
const Z95 = 1.6448536269514722

export const distributionSyntax =
  'write a constant (200ms), or uniform(a,b), normal(mean=…,sd=…), lognormal(p50=…,p95=…), gamma(mean=…,cv=…) or quantiles(p0=…,p50=…,p100=…)'

/** Reads `value`; returns undefined when it is no distribution or its parameters make no sense. */
export function parseDistribution(value: string | number, unit: Unit): Distribution | undefined {
  const text = String(value).trim()
  const call = /^([a-z]+)\((.*)\)$/s.exec(text)
  if (!call) {
    const constant = parseQuantity(text, unit)
    return constant === undefined ? undefined : constantOf(text, constant)
  }
  const parameters = parseParameters(call[2] as string, unit)
  const family = call[1] as string
  if (!parameters || !Object.hasOwn(families, family)) return undefined
  return families[family]!(text, parameters)
}

/** `a=1,b=2` by name, `1,2` by position (`$0`, `$1`); undefined when a value is unreadable. */
function parseParameters(list: string, unit: Unit): Record<string, number> | undefined {
  const parameters: Record<string, number> = {}
  for (const [index, item] of list.split(',').entries()) {
    const equals = item.indexOf('=')
    const name = equals < 0 ? `$${index}` : item.slice(0, equals).trim()
    const value = parseQuantity(item.slice(equals + 1).trim(), name === 'cv' ? 'count' : unit)
    if (value === undefined || name in parameters) return undefined
    parameters[name] = value
  }
  return parameters
}

function parseQuantity(text: string, unit: Unit): number | undefined {
  if (unit === 'ms') return parseDuration(text)
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined
}

function constantOf(text: string, value: number): Distribution {
  return { text, mean: value, constant: true, sample: () => value }
}

type Family = (text: string, parameters: Record<string, number>) => Distribution | undefined

const families: Readonly<Record<string, Family>> = {
  constant: (text, p) => (takes(p, '$0') ? constantOf(text, p.$0) : undefined),

  uniform(text, p) {
    const bounds = takes(p, '$0', '$1')
      ? [p.$0, p.$1]
      : takes(p, 'min', 'max')
        ? [p.min, p.max]
        : []
    const [low, high] = bounds
    if (low === undefined || high === undefined || high < low) return undefined
    return {
      text,
      constant: false,
      mean: (low + high) / 2,
      sample: random => low + (high - low) * random.next(),
    }
  },

  normal(text, p) {
    if (!takes(p, 'mean', 'sd')) return undefined
    const { mean, sd } = p
    const sample = (random: Random) => Math.max(0, mean + sd * random.normal())
    return { text, constant: false, mean, sample }
  },

  lognormal(text, p) {
    let mu: number
    let sigma: number
    if (takes(p, 'p50', 'p95') && p.p50 > 0 && p.p95 >= p.p50) {
      mu = Math.log(p.p50)
      sigma = Math.log(p.p95 / p.p50) / Z95
    } else if (takes(p, 'mean', 'cv') && p.mean > 0) {
      sigma = Math.sqrt(Math.log(1 + p.cv ** 2))
      mu = Math.log(p.mean) - sigma ** 2 / 2
    } else return undefined
    return {
      text,
      constant: false,
      mean: Math.exp(mu + sigma ** 2 / 2),
      sample: random => Math.exp(mu + sigma * random.normal()),
    }
  },

  gamma(text, p) {
    if (!takes(p, 'mean', 'cv') || p.cv <= 0) return undefined
    const shape = 1 / p.cv ** 2
    const scale = p.mean / shape
    const sample = (random: Random) => scale * gammaDeviate(shape, random)
    return { text, constant: false, mean: p.mean, sample }
  },

  quantiles(text, p) {
    const knots = readKnots(p)
    if (!knots) return undefined
    const sample = (random: Random) => valueAt(knots, random.next())
    return { text, constant: false, mean: meanOf(knots), sample }
  },
}

/** A share of all draws and the value that they do not exceed. */
type Knot = readonly [share: number, value: number]

/** `p50`, `p99.9` … in order; undefined unless there are two or more and values grow with them. */
function readKnots(p: Record<string, number>): readonly Knot[] | undefined {
  const knots: Knot[] = []
  for (const [name, value] of Object.entries(p)) {
    const percent = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1]
    if (percent === undefined || Number(percent) > 100) return undefined
    knots.push([Number(percent) / 100, value])
  }
  knots.sort(([a], [b]) => a - b)
  const grows = knots.every(
    ([share, value], i) => i === 0 || (share > knots[i - 1]![0] && value >= knots[i - 1]![1]),
  )
  return grows && knots.length > 1 ? knots : undefined
}

/** Beyond the first and the last knot it is theirs. */
function valueAt(knots: readonly Knot[], share: number): number {
  let i = 0
  while (i < knots.length && knots[i]![0] <= share) i++
  if (i === 0 || i === knots.length) return knots[Math.max(0, i - 1)]![1]
  const [[from, low], [to, high]] = [knots[i - 1]!, knots[i]!]
  return low + ((share - from) / (to - from)) * (high - low)
}

function meanOf(knots: readonly Knot[]): number {
  const [first, last] = [knots[0]!, knots.at(-1)!]
  let mean = first[0] * first[1] + (1 - last[0]) * last[1]
  for (let i = 1; i < knots.length; i++) {
    const [[from, low], [to, high]] = [knots[i - 1]!, knots[i]!]
    mean += (to - from) * ((low + high) / 2)
  }
  return mean
}

/** True when exactly these parameters were given. */
function takes<K extends string>(
  p: Record<string, number>,
  ...names: K[]
): p is Record<K, number> & Record<string, number> {
  return Object.keys(p).length === names.length && names.every(name => name in p)
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
function gammaDeviate(shape: number, random: Random): number {
  if (shape < 1) {
    return gammaDeviate(shape + 1, random) * (1 - random.next()) ** (1 / shape)
  }
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    const u = 1 - random.next()
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
