/**
 * Counts of whole µs in the buckets of an HdrHistogram of 3 digits: each by itself below 2,048, then 1,024 to an octave,
 * 0.1 % wide. hdr-histogram-js has the same ones, and writes their format; to count one value takes it 0.2 µs where this
 * takes 0.01, and of every token there is one to count.
 */
import { encodeIntoCompressedBase64, Int32Histogram } from 'hdr-histogram-js'

/** An hour, which is far above any time-out. */
export const maxUs = 3_600_000_000

/** 2^10 buckets to an octave. */
const octaveBits = 10
/** From this bit on a value is in an octave of its own. */
const firstOctave = 31 - octaveBits

export class HdrCounts {
  count = 0
  private readonly counts = new Uint32Array(bucketOf(maxUs) + 1)

  /** From 0 to `maxUs`. */
  record(us: number): void {
    this.counts[bucketOf(us)]!++
    this.count++
  }

  /** The largest value in the bucket that the nearest rank falls into, µs; 0: there are no values. */
  percentile(p: number): number {
    const rank = Math.max(1, Math.ceil((p / 100) * this.count - 1e-9))
    let seen = 0
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket]!
      if (seen >= rank) return leastOf(bucket) + widthOf(bucket) - 1
    }
    return 0
  }

  /** The middle of each bucket that has values, µs, and how many; ascending. */
  bins(): (readonly [us: number, count: number])[] {
    return this.filled().map(([bucket, count]) => [
      leastOf(bucket) + Math.floor(widthOf(bucket) / 2),
      count,
    ])
  }

  /** In HdrHistogram's own compressed form, V2, as base64. */
  encoded(): string {
    const histogram = new Int32Histogram(1, maxUs, 3)
    for (const [bucket, count] of this.filled()) {
      histogram.recordValueWithCount(leastOf(bucket), count)
    }
    return encodeIntoCompressedBase64(histogram)
  }

  private filled(): [bucket: number, count: number][] {
    const filled: [number, number][] = []
    for (const [bucket, count] of this.counts.entries()) if (count > 0) filled.push([bucket, count])
    return filled
  }
}

/** An octave whose values are 2^n apart has the next 1,024 buckets after that whose values are 2^(n−1) apart. */
function bucketOf(us: number): number {
  const octave = Math.max(0, firstOctave - Math.clz32(us))
  return (octave << octaveBits) + (us >>> octave)
}

const octaveOf = (bucket: number) => Math.max(0, (bucket >> octaveBits) - 1)
const widthOf = (bucket: number) => 2 ** octaveOf(bucket)

function leastOf(bucket: number): number {
  const octave = octaveOf(bucket)
  return (bucket - (octave << octaveBits)) * 2 ** octave
}
