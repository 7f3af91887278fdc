/**
 * Units that come back continuously, so many in a window: what may be sent now, and what is to be waited for.
 * It may go below zero: what turns out larger than was thought is paid for afterwards.
 */

export interface BucketSize {
  /** Units that come back in a window. */
  readonly limit: number
  readonly windowMs: number
  /** The most that can be saved up. */
  readonly burst: number
}

export interface Bucket {
  readonly size: BucketSize
  /** Ms until `units` may be taken; 0: now. More than it can hold may be taken when it is full: alone. */
  waitMs(units: number, nowMs: number): number
  take(units: number, nowMs: number): void
  /** What was taken and not needed; negative: more was needed. */
  giveBack(units: number): void
  /** There are `level` units now. */
  correct(level: number, nowMs: number): void
  resize(size: BucketSize, nowMs: number): void
  level(nowMs: number): number
}

/** What floating point may leave over. */
const SLACK = 1e-6

export function createBucket(initial: BucketSize, nowMs: number, filled = initial.burst): Bucket {
  let size = initial
  let units = Math.min(filled, size.burst)
  let asOfMs = nowMs

  function refill(nowMs: number): void {
    const { burst, limit, windowMs } = size
    units = Math.min(burst, units + (Math.max(0, nowMs - asOfMs) * limit) / windowMs)
    asOfMs = Math.max(asOfMs, nowMs)
  }

  return {
    get size() {
      return size
    },
    waitMs(wanted, nowMs) {
      refill(nowMs)
      const missing = Math.min(wanted, size.burst) - units
      return missing <= SLACK ? 0 : (missing * size.windowMs) / size.limit
    },
    take(taken, nowMs) {
      refill(nowMs)
      units -= taken
    },
    giveBack(unused) {
      units = Math.min(size.burst, units + unused)
    },
    correct(level, nowMs) {
      refill(nowMs)
      units = Math.min(size.burst, level)
    },
    resize(next, nowMs) {
      refill(nowMs)
      size = next
      units = Math.min(units, next.burst)
    },
    level(nowMs) {
      refill(nowMs)
      return units
    },
  }
}
