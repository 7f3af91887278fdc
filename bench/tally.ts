/**
 * All values of one time, in bounded memory: exact while they are few, then an HDR histogram in µs with
 * 3 significant digits (0.1 %, rounded up), which holds a million values in 95 kB.
 */
import { HdrCounts, maxUs } from './hdr-counts.ts'
import { type TimeName, timeNames } from './measure.ts'
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

const maxExact = 65_536
export class Tally {
  count = 0
  private readonly histogram = new HdrCounts()
  /** All of them; undefined once they are too many. */
  private exact: Float64Array | undefined = new Float64Array(256)
  private sorted = true
  /** In whole µs, so that the order of the values does not matter. */
  private sumUs = 0
  private leastMs = Number.POSITIVE_INFINITY
  private mostMs = 0

  get mean(): number | undefined {
    return this.count ? this.sumUs / this.count / 1000 : undefined
  }

  get min(): number | undefined {
    return this.count ? this.leastMs : undefined
  }

  get max(): number | undefined {
    return this.count ? this.mostMs : undefined
  }

  /** Negative and impossible values are counted as 0. */
  record(given: number): void {
    const ms = Math.max(0, given)
    if (this.exact) this.keep(this.exact, ms)
    const us = Math.round(ms * 1000)
    this.histogram.record(Math.min(maxUs, us))
    this.count++
    this.sumUs += us
    if (ms < this.leastMs) this.leastMs = ms
    if (ms > this.mostMs) this.mostMs = ms
  }

  /** The value at `p` (0–100), exact while the values are few; sorts them, so not for every tick. */
  percentile(p: number): number | undefined {
    if (!this.exact) return this.roughly(p)
    const values = this.exact.subarray(0, this.count)
    if (!this.sorted) values.sort()
    this.sorted = true
    return nearestRank(values, p)
  }

  /** The same from the histogram: cheap, and up to 0.1 % high. */
  roughly(p: number): number | undefined {
    if (!this.count) return undefined
    return Math.min(this.mostMs, this.histogram.percentile(p) / 1000)
  }

  stats(): Stats {
    const at = (p: number) => rounded(this.percentile(p))
    return {
      count: this.count,
      mean: rounded(this.mean),
      min: rounded(this.min),
      p50: at(50),
      p75: at(75),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: rounded(this.max),
    }
  }

  bins(): Bins {
    return this.histogram.bins().map(([us, count]) => [us / 1000, count])
  }

  /** The histogram in HdrHistogram's own compressed form (V2, base64); its values are µs. */
  encoded(): string {
    return this.histogram.encoded()
  }

  private keep(exact: Float64Array, ms: number): void {
    if (this.count >= maxExact) {
      this.exact = undefined
      return
    }
    let kept = exact
    if (this.count === exact.length) {
      kept = new Float64Array(exact.length * 4)
      kept.set(exact)
      this.exact = kept
    }
    kept[this.count] = ms
    this.sorted = false
  }
}

/** An empty tally for each time. */
export function createTallies(): Readonly<Record<TimeName, Tally>> {
  const entries = timeNames.map(name => [name, new Tally()] as const)
  return Object.fromEntries(entries) as Record<TimeName, Tally>
}

/** To the µs, which is finer than any of it is known. */
export function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000
}
