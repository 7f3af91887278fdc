/** Whether more in flight still brings more: throughput of one round beside that of rounds at lower limits. */

export interface Knee {
  /** grow, hold, or the lower limit that is as good. */
  roundEnded(limit: number, throughput: number): 'grow' | 'hold' | number
  forget(): void
}

interface Seen {
  readonly limit: number
  readonly throughput: number
}

/** Throughput that has risen by less has not risen. */
const RISE = 1.05
/** How much lower the limit must have been: less is lost in the scatter. */
const LOWER = 0.6
/** Rounds that the lower limit must be away. */
const ROUNDS = 2
/** Rounds before it is tried again: servers grow. */
const HOLD_ROUNDS = 10
const KEPT = 64

export function createKnee(): Knee {
  let seen: Seen[] = []
  let holds = 0

  return {
    roundEnded(limit, throughput) {
      if (holds > 0) {
        holds--
        return 'hold'
      }
      const before = seen.slice(0, Math.max(0, seen.length - ROUNDS + 1))
      const lower = before.findLast(one => one.limit <= limit * LOWER)
      if (lower && throughput <= lower.throughput * RISE) {
        holds = HOLD_ROUNDS
        seen = []
        return lower.limit
      }
      if (seen.length === KEPT) seen.shift()
      seen.push({ limit, throughput })
      return 'grow'
    },
    forget() {
      seen = []
      holds = 0
    },
  }
}
