/** Where a series has come to rest: what comes before is the start, and no part of the measurement. */

/** Values that make one batch. */
const batchSize = 5

/**
 * MSER-5 (White, Cobb and Spratt, "A comparison of five steady-state truncation heuristics for simulation",
 * 2000): batches of five, and of all beginnings the one whose leaving out makes the mean of the rest surest, that is
 * the least Σ(x − mean)² / n². At most half is left out. Returns how many values.
 */
export function transientLength(values: readonly number[]): number {
  const means: number[] = []
  for (let i = 0; i + batchSize <= values.length; i += batchSize) {
    means.push(mean(values.slice(i, i + batchSize)))
  }
  let best = { cut: 0, score: Number.POSITIVE_INFINITY }
  for (let cut = 0; cut <= means.length / 2; cut++) {
    const rest = means.slice(cut)
    const centre = mean(rest)
    const spread = rest.reduce((sum, value) => sum + (value - centre) ** 2, 0)
    const score = spread / rest.length ** 2
    if (score < best.score * (1 - 1e-9)) best = { cut, score }
  }
  return best.cut * batchSize
}

/** Of an empty list NaN. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Batches for the error of a mean. */
const batches = 8
/** Student's t for 95 % and 7 degrees of freedom. */
const t = 2.365

/**
 * Half the width of the 95 % interval of the mean, from the means of eight batches in the order of time, so that
 * values that depend on their neighbours make it wider; undefined below two values a batch.
 */
export function marginOfMean(values: readonly number[]): number | undefined {
  if (values.length < 2 * batches) return undefined
  const means = Array.from({ length: batches }, (_, i) =>
    mean(values.slice((i * values.length) / batches, ((i + 1) * values.length) / batches)),
  )
  const centre = mean(means)
  const variance = means.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (batches - 1)
  return t * Math.sqrt(variance / batches)
}
