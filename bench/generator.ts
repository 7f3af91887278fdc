/** The load generator's own health: how late its event loop runs, how much of a core it takes. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../base/clock.ts'

export interface GeneratorHealth {
  /** Lateness of a 5 ms timer beyond its time, ms; null before the first. */
  readonly eventLoopLagMs: {
    readonly p50: number | null
    readonly p99: number | null
    readonly max: number | null
  }
  /** CPU time of this process / time passed; 1 is one core. */
  readonly cpuRatio: number
}

export interface GeneratorMonitor {
  /** Starts over, at the start of the measured window. */
  reset(): void
  read(): GeneratorHealth
  stop(): void
}

const resolutionMs = 5

export function monitorGenerator(clock: Clock): GeneratorMonitor {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  let sinceMs = clock.nowMs()
  let cpu = process.cpuUsage()
  return {
    reset() {
      delay.reset()
      sinceMs = clock.nowMs()
      cpu = process.cpuUsage()
    },
    read() {
      const { user, system } = process.cpuUsage(cpu)
      const passedMs = clock.nowMs() - sinceMs
      return {
        eventLoopLagMs: {
          p50: lagMs(delay, delay.percentile(50)),
          p99: lagMs(delay, delay.percentile(99)),
          max: lagMs(delay, delay.max),
        },
        cpuRatio: passedMs > 0 ? (user + system) / 1000 / passedMs : 0,
      }
    },
    stop() {
      delay.disable()
    },
  }
}

/** The histogram holds the whole interval in ns; the lag is what lies beyond the timer's own. */
function lagMs({ count }: IntervalHistogram, ns: number): number | null {
  return count > 0 ? Math.max(0, ns / 1e6 - resolutionMs) : null
}
