/** Percentiles by nearest rank, and how many samples one needs before it means anything. */

/** The value at percentile `p` (0–100) of ascending `sorted`; undefined when it is empty. */
export function nearestRank(sorted: ArrayLike<number>, p: number): number | undefined {
  const rank = Math.max(1, Math.ceil((p / 100) * sorted.length - 1e-9))
  return sorted[rank - 1]
}

/** The confidence with which `samplesNeeded` bounds a percentile. */
const confidence = 0.99

/**
 * The fewest samples with which percentile `p` can be stated: the smallest n where two or more of n
 * samples lie above it with 99 % certainty. 130 for p95, 662 for p99.
 * Source: MLPerf Inference rules, "Early stopping"; the binomial tail with one sample over.
 */
export function samplesNeeded(p: number): number {
  const below = Math.min(p, 100 - 1e-9) / 100
  const atMostOneAbove = (n: number) =>
    below ** n + n * (1 - below) * below ** (n - 1) <= 1 - confidence
  let high = 2
  while (!atMostOneAbove(high)) high *= 2
  let low = high / 2
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (atMostOneAbove(middle)) high = middle
    else low = middle
  }
  return high
}
