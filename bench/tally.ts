/**
 * All values of one time, in bounded memory: exact while they are few, then an HDR histogram in µs with
 * 3 significant digits (0.1 %, rounded up), which holds a million values in 95 kB.
 */
import { encodeIntoCompressedBase64, Int32Histogram } from 'hdr-histogram-js'
import { nearestRank } from './percentile.ts'

/** Every value in ms; null where there is no sample. */
export interface Stats {
  readonly count: number
  readonly mean: number | null
  readonly min: number | null
  readonly p50: number | null
  readonly p75: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly p999: number | null
  readonly max: number | null
}

/** Values and how often each came: [ms, count], ascending, at the histogram's resolution. */
export type Bins = readonly (readonly [number, number])[]

export interface Tally {
  readonly count: number
  readonly mean: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  /** Negative and impossible values are counted as 0. */
  record(ms: number): void
  /** The value at `p` (0–100), exact while the values are few; sorts them, so not for every tick. */
  percentile(p: number): number | undefined
  /** The same from the histogram: cheap, and up to 0.1 % high. */
  roughly(p: number): number | undefined
  stats(): Stats
  bins(): Bins
  /** The histogram in HdrHistogram's own compressed form (V2, base64); its values are µs. */
  encoded(): string
}

const maxExact = 65_536
/** An hour, which is far above any time-out. */
const maxUs = 3_600_000_000

export function createTally(): Tally {
  const histogram = new Int32Histogram(1, maxUs, 3)
  let exact: Float64Array | undefined = new Float64Array(256)
  let sorted = true
  let count = 0
  /** In whole µs, so that the order of the values does not matter. */
  let sumUs = 0
  let min = Number.POSITIVE_INFINITY
  let max = 0

  function keep(ms: number): void {
    if (!exact) return
    if (count >= exact.length) {
      if (count >= maxExact) {
        exact = undefined
        return
      }
      const larger: Float64Array = new Float64Array(exact.length * 4)
      larger.set(exact)
      exact = larger
    }
    exact[count] = ms
    sorted = false
  }

  const tally: Tally = {
    get count() {
      return count
    },
    get mean() {
      return count ? sumUs / count / 1000 : undefined
    },
    get min() {
      return count ? min : undefined
    },
    get max() {
      return count ? max : undefined
    },
    record(given) {
      const ms = Math.max(0, given)
      keep(ms)
      const us = Math.round(ms * 1000)
      histogram.recordValue(Math.min(maxUs, us))
      count++
      sumUs += us
      if (ms < min) min = ms
      if (ms > max) max = ms
    },
    percentile(p) {
      if (!exact) return tally.roughly(p)
      const values = exact.subarray(0, count)
      if (!sorted) values.sort()
      sorted = true
      return nearestRank(values, p)
    },
    roughly(p) {
      return count ? Math.min(max, histogram.getValueAtPercentile(p) / 1000) : undefined
    },
    stats() {
      const at = (p: number) => rounded(tally.percentile(p))
      return {
        count,
        mean: rounded(tally.mean),
        min: rounded(tally.min),
        p50: at(50),
        p75: at(75),
        p90: at(90),
        p95: at(95),
        p99: at(99),
        p999: at(99.9),
        max: rounded(tally.max),
      }
    },
    bins() {
      const bins: [number, number][] = []
      const values = histogram.recordedValuesIterator
      values.reset()
      while (values.hasNext()) {
        const { valueIteratedTo, countAtValueIteratedTo } = values.next()
        const us = histogram.medianEquivalentValue(valueIteratedTo)
        bins.push([us / 1000, countAtValueIteratedTo])
      }
      return bins
    },
    encoded: () => encodeIntoCompressedBase64(histogram),
  }
  return tally
}

/** To the µs, which is finer than any of it is known. */
export function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000
}
