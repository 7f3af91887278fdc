/** A run's course: warm-up, then the measured window, then its end by time, by count or by interruption. */
import type { Clock } from '../base/clock.ts'
import type { Phase } from './metrics.ts'

export type Finish = 'done' | 'interrupted'

export interface Course {
  readonly phase: Phase
  readonly elapsedMs: number
  /** Share of the phase that is done, 0 to 1. */
  readonly share: number
  /** Counts a measured request out; true for the last that may be sent. */
  sent(): boolean
  /** Counts a measured request in; the last one ends the course. */
  settled(): void
  readonly ended: Promise<Finish>
  /** Leaves no timer or listener behind. */
  close(): void
}

export interface CourseOptions {
  readonly clock: Clock
  readonly warmupMs: number
  readonly durationMs: number
  /** Ends after so many requests instead of a duration. */
  readonly requests: number | undefined
  readonly signal: AbortSignal | undefined
  /** The measured window begins now. */
  onSteady(atMs: number, wallMs: number): void
}

/** Without a warm-up the window begins inside this call. */
export function startCourse(options: CourseOptions): Course {
  const { clock, warmupMs, durationMs, requests, signal } = options
  let phase: Phase = 'warmup'
  let phaseAtMs = clock.nowMs()
  let sent = 0
  let settled = 0
  let cancelTimer: () => void = () => {}
  let resolveEnded: (finish: Finish) => void = () => {}
  const ended = new Promise<Finish>(resolve => {
    resolveEnded = resolve
  })
  const onAbort = () => finish('interrupted')

  function finish(how: Finish): void {
    phase = 'done'
    cancelTimer()
    resolveEnded(how)
  }
  function beginWindow(): void {
    phase = 'steady'
    phaseAtMs = clock.nowMs()
    options.onSteady(phaseAtMs, clock.wallMs())
    if (requests === undefined) cancelTimer = clock.after(durationMs, () => finish('done'))
  }

  if (signal?.aborted) finish('interrupted')
  else {
    signal?.addEventListener('abort', onAbort, { once: true })
    if (warmupMs > 0) cancelTimer = clock.after(warmupMs, beginWindow)
    else beginWindow()
  }

  return {
    ended,
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
    sent() {
      sent++
      return sent === requests
    },
    settled() {
      settled++
      if (settled === requests) finish('done')
    },
    close() {
      cancelTimer()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}
