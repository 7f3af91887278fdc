/** What the middle of some numbers is, and how far they lie apart. */

/** The value below which the share `q` of `values` lies, on a straight line between neighbours; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** How wide the middle half is. */
export function middleHalf(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25)
}
