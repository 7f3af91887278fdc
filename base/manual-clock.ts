/** A clock that moves only when told: six minutes pass in microseconds, in the order they would. */
import type { Clock } from './clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on by `ms`, running every timer that falls due, in order of due time. */
  advance(ms: number): void
  /** How many timers are waiting: 0 when everything was cleaned up. */
  readonly pending: number
}

interface Timer {
  dueMs: number
  callback: () => void
}

/** Starts at 0 monotonic ms and at `wallMs` (default 2025-01-01T00:00:00Z) on the wall. */
export function createManualClock({ wallMs = 1_735_689_600_000 } = {}): ManualClock {
  let nowMs = 0
  const timers = new Set<Timer>()

  function earliestUpTo(limitMs: number): Timer | undefined {
    let earliest: Timer | undefined
    for (const timer of timers) {
      if (timer.dueMs <= limitMs && (!earliest || timer.dueMs < earliest.dueMs)) earliest = timer
    }
    return earliest
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => wallMs + nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (let timer = earliestUpTo(untilMs); timer; timer = earliestUpTo(untilMs)) {
        timers.delete(timer)
        nowMs = Math.max(nowMs, timer.dueMs)
        timer.callback()
      }
      nowMs = untilMs
    },
    get pending() {
      return timers.size
    },
  }
}
