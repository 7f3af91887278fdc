import { expect, it } from 'vitest'
import { type GeneratorHealth, unknownHealth } from '../../../../bench/generator.ts'
import { invalidReasons } from '../../../../bench/truth/validity.ts'
import { joinedHealth } from '../../../../bench/workers/health.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { summaryOf } from '../../../helpers/bench-summary.ts'

const worker = (lagMs: number, given: Partial<GeneratorHealth> = {}): GeneratorHealth => ({
  eventLoopLagMs: { p50: lagMs / 4, p99: lagMs, max: lagMs * 2 },
  arrivalLagMs: { p50: lagMs / 2, p99: lagMs * 1.5 },
  cpuRatio: 0.4,
  busyRatio: 0.4,
  starvedRatio: 0.02,
  ...given,
})
const whole: GeneratorHealth = { ...worker(500), cpuRatio: 0.9, busyRatio: 1 }

it('is that of the worst worker; what the main thread has to do delays no stamp', () => {
  const workers = [worker(4, { busyRatio: 0.7 }), worker(8, { starvedRatio: 0.01 })]
  expect(joinedHealth(whole, workers)).toEqual({
    eventLoopLagMs: { p50: 2, p99: 8, max: 16 },
    arrivalLagMs: { p50: 4, p99: 12 },
    cpuRatio: 0.9,
    busyRatio: 0.7,
    starvedRatio: 0.02,
    workers,
  })
})

it('is unknown where no worker has told', () => {
  const { eventLoopLagMs, busyRatio } = joinedHealth(whole, [unknownHealth, unknownHealth])
  expect([eventLoopLagMs.p99, busyRatio]).toEqual([null, null])
})

it('one worker that has no core, or is late, makes the run invalid', () => {
  const { counts, ttftMs, itlMs } = summaryOf(
    Array.from({ length: 20 }, (_, i) => sampleOf({ sentAtMs: i, ttftMs: 200 })),
  )
  const reasons = (...workers: GeneratorHealth[]) =>
    invalidReasons({ counts, ttftMs, itlMs, generator: joinedHealth(whole, workers) })
  expect(reasons(worker(4), worker(5))).toEqual([])
  expect(reasons(worker(4), worker(400)).join()).toContain('400.0 ms late at p99')
  expect(reasons(worker(4), worker(4, { busyRatio: 0.95 })).join()).toContain('busy 95.0 %')
  // 0.2 s of waiting for 0.4 s of work; by the CPU time of all it would be a fifth.
  expect(reasons(worker(4), worker(4, { starvedRatio: 0.2 })).join()).toContain('waited 0.50 s')
})
