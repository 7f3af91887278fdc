/** How the load generator itself was during a point, and whether it is what was measured. */
import type { GeneratorHealth } from '../generator.ts'
import { rounded } from '../tally.ts'
import { busyReasons, lateReasons } from '../truth/validity.ts'

export interface Health {
  readonly cpuRatio: number
  readonly busyRatio: number
  readonly lagP50Ms: number
  readonly lagP99Ms: number
}

export function healthOf({
  cpuRatio,
  busyRatio,
  starvedRatio,
  eventLoopLagMs: { p50, p99 },
}: GeneratorHealth): Health {
  // On a clock of its own that time which is skipped is no time to be busy in.
  const atMost = cpuRatio + (starvedRatio ?? 0)
  return {
    cpuRatio,
    busyRatio: Math.min(busyRatio ?? atMost, atMost),
    lagP50Ms: p50 ?? 0,
    lagP99Ms: p99 ?? 0,
  }
}

/** Of each the worst. */
export function worstOf(all: readonly Health[]): Health {
  const worst = (key: keyof Health) => rounded(Math.max(0, ...all.map(one => one[key]))) ?? 0
  return {
    cpuRatio: worst('cpuRatio'),
    busyRatio: worst('busyRatio'),
    lagP50Ms: worst('lagP50Ms'),
    lagP99Ms: worst('lagP99Ms'),
  }
}

/** Why it measured itself, by the rules of every run; `smallestMs`: the smallest time that the answer rests on. */
export function generatorReasons(
  { busyRatio, lagP99Ms }: Health,
  smallestMs: number | null,
): readonly string[] {
  return [
    ...busyReasons({ busyRatio }),
    ...lateReasons({ eventLoopLagMs: { p99: lagP99Ms } }, smallestMs ?? Number.POSITIVE_INFINITY),
  ]
}
