/** A clock that moves only when told: six minutes pass in microseconds, in the order they would. */
import type { Clock } from './clock.ts'
import { order, push, takeFirst } from './heap.ts'

export interface ManualClock extends Clock {
  /** `after`, up to an instant of `nowMs`; one that has passed is due now. */
  at(dueMs: number, callback: () => void): () => void
  /** Moves time on by `ms`, running every timer that falls due, in order of due time. */
  advance(ms: number): void
  /** The same up to an instant of `nowMs`, exactly; one that has passed moves nothing. */
  advanceTo(atMs: number): void
  /**
   * Moves on to the earliest timer that is due by `untilMs` and runs all that are set for that instant by now;
   * what they set themselves, even without a delay, is left to the next call. Returns false when none is due.
   */
  runNext(untilMs: number): boolean
  /** When the earliest timer is due; undefined: none is waiting. */
  readonly nextDueMs: number | undefined
  /** How many timers are waiting: 0 when everything was cleaned up. */
  readonly pending: number
}

interface Timer {
  readonly dueMs: number
  /** Counts timers: of those for one instant the oldest runs first. */
  readonly number: number
  /** Undefined: cancelled, or run. */
  callback: (() => void) | undefined
}

/** Cancelled timers are swept out when there are more of them than of the others, and than this. */
const SWEEP_FROM = 64

/** Starts at 0 monotonic ms and at `wallMs` (default 2025-01-01T00:00:00Z) on the wall. */
export function createManualClock({ wallMs = 1_735_689_600_000 } = {}): ManualClock {
  let nowMs = 0
  let count = 0
  /** A heap: the earliest timer is the first. */
  let heap: Timer[] = []
  /** Timers on the heap that will not run. */
  let cancelled = 0

  function earliest(): Timer | undefined {
    while (heap.length > 0 && !heap[0]!.callback) {
      takeFirst(heap, isBefore)
      cancelled--
    }
    return heap[0]
  }

  function sweep(): void {
    heap = heap.filter(({ callback }) => callback)
    cancelled = 0
    order(heap, isBefore)
  }

  function run(timer: Timer): void {
    takeFirst(heap, isBefore)
    const { callback } = timer
    timer.callback = undefined
    nowMs = Math.max(nowMs, timer.dueMs)
    callback!()
  }

  function at(atMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: Math.max(nowMs, atMs), number: count++, callback }
    push(heap, timer, isBefore)
    return () => {
      if (!timer.callback) return
      timer.callback = undefined
      cancelled++
      if (cancelled > SWEEP_FROM && cancelled * 2 > heap.length) sweep()
    }
  }

  function advanceTo(untilMs: number): void {
    for (let timer = earliest(); timer && timer.dueMs <= untilMs; timer = earliest()) run(timer)
    nowMs = Math.max(nowMs, untilMs)
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => wallMs + nowMs,
    after: (delayMs, callback) => at(nowMs + delayMs, callback),
    at,
    advance: ms => advanceTo(nowMs + ms),
    advanceTo,
    runNext(untilMs) {
      const first = earliest()
      if (!first || first.dueMs > untilMs) return false
      const { dueMs } = first
      const end = count
      for (let timer: Timer | undefined = first; timer; timer = earliest()) {
        if (timer.dueMs !== dueMs || timer.number >= end) break
        run(timer)
      }
      return true
    },
    get nextDueMs() {
      return earliest()?.dueMs
    },
    get pending() {
      return heap.length - cancelled
    },
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number)
}
