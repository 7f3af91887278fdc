/** A clock that moves only when told: six minutes pass in microseconds, in the order they would. */
import type { Clock } from './clock.ts'

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
  /** A heap: each timer is earlier than its two children at 2i + 1 and 2i + 2. */
  let heap: Timer[] = []
  /** Timers on the heap that will not run. */
  let cancelled = 0

  function earliest(): Timer | undefined {
    while (heap.length > 0 && !heap[0]!.callback) {
      takeEarliest()
      cancelled--
    }
    return heap[0]
  }

  function takeEarliest(): void {
    const last = heap.pop()!
    if (heap.length > 0) sink(heap, 0, last)
  }

  function sweep(): void {
    heap = heap.filter(({ callback }) => callback)
    cancelled = 0
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i, heap[i]!)
  }

  function run(timer: Timer): void {
    takeEarliest()
    const { callback } = timer
    timer.callback = undefined
    nowMs = Math.max(nowMs, timer.dueMs)
    callback!()
  }

  function at(atMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: Math.max(nowMs, atMs), number: count++, callback }
    rise(heap, timer)
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

/** Puts `timer` onto the heap. */
function rise(heap: Timer[], timer: Timer): void {
  let place = heap.length
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (!isBefore(timer, heap[parent]!)) break
    heap[place] = heap[parent]!
    place = parent
  }
  heap[place] = timer
}

/** Puts `timer` at `place` or below, where the heap is in order. */
function sink(heap: Timer[], place: number, timer: Timer): void {
  for (;;) {
    let child = 2 * place + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, timer)) break
    heap[place] = heap[child]!
    place = child
  }
  heap[place] = timer
}
