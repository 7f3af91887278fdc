/** Values in ms and how often each came, sparse: exact to the µs while they are few, then to 0.01 %. */

export interface ValueCounts {
  readonly count: number
  record(ms: number): void
  /** Takes in all that another holds. */
  add(other: ValueCounts): void
  /** Whole µs and their counts, in no order. */
  readonly counts: ReadonlyMap<number, number>
}

/** From so many different values on they are rounded, which keeps a long run small. */
const maxExact = 8192
/** Steps per factor of e: neighbours are 0.01 % apart. */
const steps = 10_000

export function createValueCounts(): ValueCounts {
  let counts = new Map<number, number>()
  let isExact = true
  let count = 0

  function put(us: number, times: number): void {
    const key = isExact ? us : rough(us)
    counts.set(key, (counts.get(key) ?? 0) + times)
    count += times
    if (!isExact || counts.size <= maxExact) return
    isExact = false
    const exact = counts
    counts = new Map()
    count = 0
    for (const [value, of] of exact) put(value, of)
  }

  return {
    get count() {
      return count
    },
    get counts() {
      return counts
    },
    record: ms => put(Math.max(0, Math.round(ms * 1000)), 1),
    add(other) {
      for (const [us, times] of other.counts) put(us, times)
    },
  }
}

function rough(us: number): number {
  return us < steps ? us : Math.round(Math.exp(Math.round(Math.log(us) * steps) / steps))
}
