/** The gamma distribution with scale 1: its quantiles, its draws. */
import type { Random } from './random.ts'

/** The value that a share of all draws (above 0, below 1) does not exceed. */
export function gammaQuantile(shape: number, share: number): number {
  // In logarithms: with a small shape the lower quantiles are many powers of ten apart.
  let low = (Math.log(share) + logGamma(shape + 1)) / shape
  let high = Math.log(shape + 40 * Math.sqrt(shape) + 80)
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (gammaShare(shape, Math.exp(middle)) < share) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

/** Of shapes that are looked for: coefficients of variation from 4.5 down to 0.05. */
const LEAST_SHAPE = 0.05
const MOST_SHAPE = 400

/** The shape whose quantiles at two shares have this ratio; undefined: none from 0.05 to 400 has. */
export function shapeOfRatio(low: number, high: number, ratio: number): number | undefined {
  const ratioOf = (shape: number) => gammaQuantile(shape, high) / gammaQuantile(shape, low)
  if (ratioOf(LEAST_SHAPE) < ratio || ratioOf(MOST_SHAPE) > ratio) return undefined
  let least = Math.log(LEAST_SHAPE)
  let most = Math.log(MOST_SHAPE)
  for (let i = 0; i < 40; i++) {
    const middle = (least + most) / 2
    if (ratioOf(Math.exp(middle)) > ratio) least = middle
    else most = middle
  }
  return Math.exp((least + most) / 2)
}

/** The share of all draws up to `x`: the incomplete gamma function, by its series below the mean, by a continued fraction above. */
function gammaShare(shape: number, x: number): number {
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  if (x < shape + 1) {
    let term = 1 / shape
    let sum = term
    for (let n = 1; term > sum * 1e-15 && n < 100_000; n++) {
      term *= x / (shape + n)
      sum += term
    }
    return front * sum
  }
  let b = x + 1 - shape
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 100_000; n++) {
    const a = -n * (n - shape)
    b += 2
    d = 1 / (a * d + b)
    c = b + a / c
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return 1 - front * fraction
}

/** Of the gamma function: Stirling's series, from 10 upwards, and the recurrence below. */
export function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const inverse = 1 / (z * z)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
export function gammaDeviate(shape: number, random: Random): number {
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
