/** The load generator's own health: how late its event loop runs, how much of a core it takes and lacks. */
import { performance } from 'node:perf_hooks'
import type { Clock } from '../base/clock.ts'
import { Tally } from './tally.ts'
import { type ThreadTimes, threadStarvation } from './truth/starvation.ts'

export interface GeneratorHealth {
  /**
   * How long something that comes at any moment waits until it is looked at, ms; null before the first look.
   * By time: while the loop stands still for 50 ms, what comes in those 50 ms waits 25 ms on average.
   */
  readonly eventLoopLagMs: {
    readonly p50: number | null
    readonly p99: number | null
    readonly max: number | null
  }
  /**
   * The same for what arrives, which is worse: tokens come in bunches, and it is bunches that make the loop late.
   * Four times as many of them as of moments meet a late loop, so the percentiles are those of 87.5 and 99.75 %.
   */
  readonly arrivalLagMs: { readonly p50: number | null; readonly p99: number | null }
  /** CPU time of this process / time passed, or of a worker's thread; 1 is one core. */
  readonly cpuRatio: number
  /** Share of the time in which the thread was at work, or waited for a core while it had some. */
  readonly busyRatio: number | null
  /** Share of the time in which the thread had work and no core; null: the system does not say. */
  readonly starvedRatio: number | null
  /** Where workers send: each by itself. The lags and shares above are then those of the worst of them. */
  readonly workers?: readonly GeneratorHealth[]
}

/** Of a run that has not begun, or did not live to tell. */
export const unknownHealth: GeneratorHealth = {
  eventLoopLagMs: { p50: null, p99: null, max: null },
  arrivalLagMs: { p50: null, p99: null },
  cpuRatio: 0,
  busyRatio: null,
  starvedRatio: null,
}

export interface GeneratorMonitor {
  /** Starts over, at the start of the measured window. */
  reset(): void
  read(): GeneratorHealth
  /** The measured window is over: from now on `read` tells of it, whatever comes after. */
  finish(): void
  stop(): void
}

const everyMs = 5

/** `isWorker`: of a process of several threads that send, the one that calls is looked at. */
export function monitorGenerator(clock: Clock, isWorker = false): GeneratorMonitor {
  let lag = new Tally()
  let sinceMs = clock.nowMs()
  let cpu = process.cpuUsage()
  let loop = performance.eventLoopUtilization()
  let thread = threadStarvation.read()
  let finished: GeneratorHealth | undefined
  let dueMs = sinceMs + everyMs
  let cancel = clock.after(everyMs, look)

  function look(): void {
    const nowMs = clock.nowMs()
    // What was due meanwhile was late, too, each by less.
    for (let lateMs = nowMs - dueMs; lateMs > 0; lateMs -= everyMs) lag.record(lateMs)
    if (nowMs <= dueMs) lag.record(0)
    dueMs = nowMs + everyMs
    cancel = clock.after(everyMs, look)
  }

  function health(): GeneratorHealth {
    const { user, system } = process.cpuUsage(cpu)
    const { utilization: busyRatio } = performance.eventLoopUtilization(loop)
    const passedMs = clock.nowMs() - sinceMs
    const now = threadStarvation.read()
    const share = (key: keyof ThreadTimes) =>
      now && thread && passedMs > 0 ? (now[key] - thread[key]) / passedMs : null
    const processRatio = passedMs > 0 ? (user + system) / 1000 / passedMs : 0
    return {
      eventLoopLagMs: {
        p50: lag.roughly(50) ?? null,
        p99: lag.roughly(99) ?? null,
        max: lag.max ?? null,
      },
      arrivalLagMs: { p50: lag.roughly(87.5) ?? null, p99: lag.roughly(99.75) ?? null },
      cpuRatio: isWorker ? (share('ranMs') ?? busyRatio) : processRatio,
      busyRatio,
      starvedRatio: share('waitedMs'),
    }
  }

  return {
    reset() {
      finished = undefined
      lag = new Tally()
      sinceMs = clock.nowMs()
      // What was late before is not in it.
      dueMs = Math.max(dueMs, sinceMs)
      cpu = process.cpuUsage()
      loop = performance.eventLoopUtilization()
      thread = threadStarvation.read()
    },
    read: () => finished ?? health(),
    finish() {
      finished ??= health()
    },
    stop: () => cancel(),
  }
}
