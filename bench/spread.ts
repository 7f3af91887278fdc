/**
 * Times in buckets that grow with them, 16 or 128 to an octave (4.4 % or 0.5 %): small enough to keep one for
 * each slot of the timeline, and as sums in any order give the same.
 */

/** Buckets and how many values each holds, ascending; bucket `b` holds [2^(b/16), 2^((b+1)/16)) ms. */
export type Shape = readonly (readonly [bucket: number, count: number])[]

/** Buckets to an octave in a `Shape`. */
export const perOctave = 16
/** Whatever is shorter than 2^-7 ms, 8 µs, counts as that; whatever is longer than 2^22, 70 minutes, as that. */
const [lowOctave, highOctave] = [-7, 22]
const minMs = 2 ** lowOctave

export interface Spread {
  /** How finely it was made. */
  readonly counts: Uint32Array
  record(ms: number): void
  /** `other` must be as fine. */
  add(other: Spread): void
  /** The upper edge of the bucket that the nearest rank falls into, to 3 digits after the point. */
  percentile(p: number): number | undefined
  shape(): Shape
}

/** The lower edge of a bucket of a `Shape`, ms. */
export const edgeMs = (bucket: number): number => 2 ** (bucket / perOctave)

/** `fineness`: buckets for each bucket of a `Shape`. */
export function createSpread(fineness: 1 | 8): Spread {
  const scale = perOctave * fineness
  const first = lowOctave * scale
  const counts = new Uint32Array((highOctave - lowOctave) * scale)

  return {
    counts,
    record(ms) {
      const place = Math.floor(Math.log2(ms > minMs ? ms : minMs) * scale) - first
      counts[Math.min(place, counts.length - 1)]!++
    },
    add(other) {
      for (let i = 0; i < counts.length; i++) counts[i]! += other.counts[i]!
    },
    percentile(p) {
      const count = counts.reduce((sum, times) => sum + times, 0)
      const rank = Math.max(1, Math.ceil((p / 100) * count - 1e-9))
      let seen = 0
      for (let i = 0; i < counts.length; i++) {
        seen += counts[i]!
        if (seen >= rank) return Math.round(2 ** ((first + i + 1) / scale) * 1000) / 1000
      }
      return undefined
    },
    shape() {
      const coarse = new Map<number, number>()
      for (let i = 0; i < counts.length; i++) {
        const times = counts[i]!
        if (times === 0) continue
        const bucket = Math.floor((first + i) / fineness)
        coarse.set(bucket, (coarse.get(bucket) ?? 0) + times)
      }
      return [...coarse]
    },
  }
}
