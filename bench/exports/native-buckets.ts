/** Prometheus' native histogram: buckets that each are 2^(1/32) wider than the one below, none kept that is empty. */

/** Each power of two is cut into 2^schema buckets: a value is known to 2.2 %. */
export const nativeSchema = 5
/** At most this is counted as zero, in seconds: the clock knows no better. */
export const zeroThreshold = 1e-6

export interface NativeBuckets {
  observe(value: number): void
  readonly count: number
  readonly sum: number
  readonly zeroCount: number
  /** Runs of buckets that are not empty, ascending. */
  spans(): readonly Span[]
}

export interface Span {
  /** Of its first bucket: bucket i holds what is above 2^((i-1)/32) and at most 2^(i/32). */
  readonly from: number
  readonly counts: readonly number[]
}

const perDouble = 2 ** nativeSchema
/** A microsecond and an hour and more. */
const [least, most] = [indexOf(zeroThreshold), indexOf(4096)]

export function createNativeBuckets(): NativeBuckets {
  const counts = new Float64Array(most - least + 1)
  let count = 0
  let sum = 0
  let zeroCount = 0
  return {
    observe(value) {
      count++
      sum += value
      if (value <= zeroThreshold) zeroCount++
      else counts[Math.min(most, indexOf(value)) - least]!++
    },
    get count() {
      return count
    },
    get sum() {
      return sum
    },
    get zeroCount() {
      return zeroCount
    },
    spans() {
      const spans: { from: number; counts: number[] }[] = []
      for (const [place, found] of counts.entries()) {
        if (found === 0) continue
        const index = place + least
        const last = spans.at(-1)
        if (last && last.from + last.counts.length === index) last.counts.push(found)
        else spans.push({ from: index, counts: [found] })
      }
      return spans
    },
  }
}

function indexOf(value: number): number {
  return Math.ceil(Math.log2(value) * perDouble)
}
