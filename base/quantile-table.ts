/** A quantity by a table of its quantiles, as they were measured: straight lines in between. */

/** A share of all draws and the value that they do not exceed. */
export type Knot = readonly [share: number, value: number]

export interface QuantileTable {
  readonly mean: number
  valueAt(share: number): number
}

/** The highest power that the last stretch is bent to. */
const MAX_BEND = 49

/**
 * `knots`: two or more, ascending; undefined where values fall. `meanOf`: the measured mean, which bends the last
 * stretch: between the 99th percentile and a maximum that came once lies hardly anything near the maximum.
 */
export function quantileTable(
  knots: readonly Knot[],
  measuredMean?: number,
): QuantileTable | undefined {
  const grows = knots.every(
    ([share, value], i) => i === 0 || (share > knots[i - 1]![0] && value >= knots[i - 1]![1]),
  )
  if (!grows || knots.length < 2) return undefined
  const last = knots.length - 1
  const bend = measuredMean === undefined ? 1 : bendFor(measuredMean)

  /** Beyond the first and the last knot it is theirs. */
  function valueAt(share: number): number {
    let i = 0
    while (i < knots.length && knots[i]![0] <= share) i++
    if (i === 0 || i === knots.length) return knots[Math.max(0, i - 1)]![1]
    const [[from, low], [to, high]] = [knots[i - 1]!, knots[i]!]
    const way = (share - from) / (to - from)
    return low + (i === last && bend !== 1 ? way ** bend : way) * (high - low)
  }

  function meanWith(bend: number): number {
    const [first, end] = [knots[0]!, knots[last]!]
    let mean = first[0] * first[1] + (1 - end[0]) * end[1]
    for (let i = 1; i <= last; i++) {
      const [[from, low], [to, high]] = [knots[i - 1]!, knots[i]!]
      mean += (to - from) * (low + (high - low) / ((i === last ? bend : 1) + 1))
    }
    return mean
  }

  function bendFor(wanted: number): number {
    const [[from, low], [to, high]] = [knots[last - 1]!, knots[last]!]
    const straight = meanWith(1)
    const share = 0.5 - (straight - wanted) / ((to - from) * (high - low))
    return share <= 1 / (MAX_BEND + 1) ? MAX_BEND : Math.max(1, 1 / share - 1)
  }

  return { mean: meanWith(bend), valueAt }
}
