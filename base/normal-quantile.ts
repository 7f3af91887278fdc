/** Standard normal quantiles. */

/** The deviate that a share of all draws (above 0, below 1) does not exceed: bisection on `normalShare`. */
export function normalQuantile(share: number): number {
  if (share === 0.5) return 0
  if (share < 0.5) return -normalQuantile(1 - share)
  let low = 0
  let high = 9
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (upperShare(middle) > 1 - share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The share of all draws above `z`, at least 0: a series near the middle, a continued fraction in the tail. */
function upperShare(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    let term = z
    let sum = z
    for (let n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
      term *= (z * z) / (2 * n + 1)
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = z
  for (let n = 120; n > 0; n--) fraction = z + n / fraction
  return density / fraction
}
