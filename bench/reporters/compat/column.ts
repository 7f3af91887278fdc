/** A column of numbers with the figures that other tools print: mean, spread, percentiles by NumPy's rule. */
import { Tally } from '../../tally.ts'

export interface Column {
  readonly count: number
  /** `value` must not be negative. */
  record(value: number): void
  readonly mean: number | null
  /** The population's standard deviation, as NumPy's default is. */
  readonly deviation: number | null
  readonly min: number | null
  readonly max: number | null
  /** Linear between the two nearest ranks; exact while the values are few, else within 0.1 %. */
  percentile(p: number): number | null
}

export function createColumn(): Column {
  const tally = new Tally()
  let mean = 0
  let squares = 0

  return {
    get count() {
      return tally.count
    },
    record(value) {
      tally.record(value)
      const off = value - mean
      mean += off / tally.count
      squares += off * (value - mean)
    },
    get mean() {
      return tally.count > 0 ? mean : null
    },
    get deviation() {
      return tally.count > 0 ? Math.sqrt(squares / tally.count) : null
    },
    get min() {
      return tally.min ?? null
    },
    get max() {
      return tally.max ?? null
    },
    percentile(p) {
      const { count } = tally
      if (count === 0) return null
      const place = ((count - 1) * p) / 100
      const at = (index: number) => tally.percentile(((index + 1) / count) * 100) ?? 0
      const low = at(Math.floor(place))
      return low + (at(Math.ceil(place)) - low) * (place - Math.floor(place))
    },
  }
}
