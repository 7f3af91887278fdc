/** How well a run's generator is where it is several threads: as well as the worst of them. */
import type { GeneratorHealth } from '../generator.ts'

/** `whole`: of the process; its own event loop sends nothing, so what counts is that of each worker. */
export function joinedHealth(
  whole: GeneratorHealth,
  workers: readonly GeneratorHealth[],
): GeneratorHealth {
  const worst = (read: (health: GeneratorHealth) => number | null) => most(workers.map(read))
  return {
    eventLoopLagMs: {
      p50: worst(({ eventLoopLagMs }) => eventLoopLagMs.p50),
      p99: worst(({ eventLoopLagMs }) => eventLoopLagMs.p99),
      max: worst(({ eventLoopLagMs }) => eventLoopLagMs.max),
    },
    arrivalLagMs: {
      p50: worst(({ arrivalLagMs }) => arrivalLagMs.p50),
      p99: worst(({ arrivalLagMs }) => arrivalLagMs.p99),
    },
    cpuRatio: whole.cpuRatio,
    busyRatio: worst(({ busyRatio }) => busyRatio),
    starvedRatio: worst(({ starvedRatio }) => starvedRatio),
    workers,
  }
}

/** Null: none of them is known. */
function most(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}
