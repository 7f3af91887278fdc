/**
 * A run's course: warm-up, then the measured window, then its end by time, by count or by interruption; by time
 * there may be a wait for what is still in flight.
 */
import type { Clock } from '../base/clock.ts'
import type { Phase } from './metrics.ts'

export type Finish = 'done' | 'interrupted' | 'stopped'

export interface Course {
  readonly phase: Phase
  /** When it began; schedules count from here. */
  readonly startedAtMs: number
  readonly elapsedMs: number
  /** Share of the phase that is done, 0 to 1. */
  readonly share: number
  /** A request is due at `atMs`: the window begins with it, if its time has come and the timer is late. */
  reached(atMs: number): void
  /** Counts a measured request out; true for the last that may be sent. */
  sent(): boolean
  /** Counts one that is not sent, which is as good as sent and settled; true as for `sent`. */
  dropped(): boolean
  /** Counts a measured request in; the last one ends the course. */
  settled(): void
  readonly ended: Promise<Finish>
  /** Ends the window before its time; what is in flight is waited for as after an interruption. */
  stop(): void
  /** Leaves no timer or listener behind. */
  close(): void
}

export interface CourseOptions {
  readonly clock: Clock
  readonly warmupMs: number
  readonly durationMs: number
  /** Ends after so many requests instead of a duration. */
  readonly requests: number | undefined
  /** How long those in flight are waited for when no more will be sent; undefined: of a duration not, else without end. */
  readonly graceMs?: number | undefined
  readonly signal: AbortSignal | undefined
  /** How long those in flight are waited for when it ends before its time; undefined: not at all. */
  readonly drainMs?: number | undefined
  /** The measured window begins at `atMs`. */
  onSteady(atMs: number, wallMs: number): void
  /** The window is over, but not the wait. */
  onWindowEnd?(atMs: number): void
  /** It ends before its time, and there is something to wait for: no more may be sent. */
  onDrain?(): void
}

/** Without a warm-up the window begins inside this call. */
export function startCourse(options: CourseOptions): Course {
  const { clock, warmupMs, durationMs, requests, graceMs, signal, drainMs = 0 } = options
  const startedAtMs = clock.nowMs()
  let phase: Phase = 'warmup'
  let phaseAtMs = startedAtMs
  let sent = 0
  let settled = 0
  let isClosed = false
  let cancelTimer: () => void = () => {}
  let resolveEnded: (finish: Finish) => void = () => {}
  const ended = new Promise<Finish>(resolve => {
    resolveEnded = resolve
  })
  /** How it will have ended once what is in flight has settled. */
  let ending: Finish = 'done'
  const onAbort = () => endEarly('interrupted')

  function finish(how: Finish): void {
    phase = 'done'
    cancelTimer()
    resolveEnded(how)
  }
  /** Calls `then` at `atMs` and never before it, as a timer alone may. */
  function at(atMs: number, then: () => void): void {
    const leftMs = atMs - clock.nowMs()
    if (leftMs <= 0) then()
    else cancelTimer = clock.after(leftMs, () => at(atMs, then))
  }
  function beginWindow(): void {
    cancelTimer()
    phase = 'steady'
    phaseAtMs = startedAtMs + warmupMs
    options.onSteady(phaseAtMs, clock.wallMs() - (clock.nowMs() - phaseAtMs))
    if (requests === undefined) at(phaseAtMs + durationMs, endWindow)
  }
  function endWindow(): void {
    isClosed = true
    if (graceMs && settled < sent) {
      options.onWindowEnd?.(clock.nowMs())
      wait(graceMs)
    } else finish('done')
  }
  function wait(ms: number): void {
    cancelTimer = clock.after(ms, () => finish(ending))
  }
  function endEarly(how: Finish): void {
    if (phase === 'done' || ending !== 'done') return
    ending = how
    if (phase === 'warmup' || drainMs === 0 || settled === sent) {
      finish(how)
      return
    }
    cancelTimer()
    options.onDrain?.()
    if (!isClosed) options.onWindowEnd?.(clock.nowMs())
    isClosed = true
    wait(drainMs)
  }
  function countedOut(): boolean {
    sent++
    if (sent !== requests) return false
    if (graceMs !== undefined) wait(graceMs)
    return true
  }
  function countedIn(): void {
    settled++
    if (settled === requests || (isClosed && settled === sent)) finish(ending)
  }

  if (signal?.aborted) finish('interrupted')
  else {
    signal?.addEventListener('abort', onAbort, { once: true })
    at(startedAtMs + warmupMs, beginWindow)
  }

  return {
    ended,
    startedAtMs,
    get phase() {
      return phase
    },
    get elapsedMs() {
      return clock.nowMs() - phaseAtMs
    },
    get share() {
      const passedMs = clock.nowMs() - phaseAtMs
      if (phase === 'warmup') return Math.min(1, passedMs / warmupMs)
      if (requests !== undefined) return settled / requests
      return Math.min(1, passedMs / durationMs)
    },
    reached(atMs) {
      if (phase === 'warmup' && atMs >= startedAtMs + warmupMs) beginWindow()
    },
    sent: countedOut,
    dropped() {
      const isLast = countedOut()
      countedIn()
      return isLast
    },
    settled: countedIn,
    stop: () => endEarly('stopped'),
    close() {
      cancelTimer()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}
