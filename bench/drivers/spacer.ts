/**
 * Keeps sends apart while a run warms up.
 *
 * A generator whose code is still cold falls behind, and what it then catches up on is sent at once:
 * against a steady server such a bunch comes round with every stream from there on, and its own crowd
 * delays its stamps. So the warm-up's sends go out no faster than a third above the pace that the
 * connections have by themselves, which dissolves a bunch within a stream or two. The measured window
 * is a closed loop without it.
 */

export interface Spacer {
  /** How long a request that could be sent at `nowMs` should wait, ms. */
  waitMs(nowMs: number): number
  /** A request took so long from its send to its end. */
  took(e2eMs: number): void
  /** From now on nothing waits. */
  end(): void
}

/** Of the natural distance between two sends. */
const SHARE = 0.75

export function createSpacer(connections: number): Spacer {
  let active = true
  let total = 0
  let count = 0
  let nextAtMs = Number.NEGATIVE_INFINITY
  return {
    waitMs(nowMs) {
      if (!active || count === 0) return 0
      nextAtMs = Math.max(nowMs, nextAtMs + (SHARE * total) / count / connections)
      return nextAtMs - nowMs
    },
    took(e2eMs) {
      if (!active) return
      total += e2eMs
      count++
    },
    end() {
      active = false
    },
  }
}
