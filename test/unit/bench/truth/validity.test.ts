import { describe, expect, it } from 'vitest'
import { invalidReasons, type Judged } from '../../../../bench/truth/validity.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { summaryOf } from '../../../helpers/bench-summary.ts'

const { counts, ttftMs, itlMs, generator } = summaryOf(
  Array.from({ length: 20 }, (_, i) => sampleOf({ sentAtMs: i, ttftMs: 200 })),
)
const judged = (given: Partial<Judged['generator']> = {}): Judged => ({
  counts,
  ttftMs,
  itlMs,
  generator: { ...generator, ...given },
})
const late = (p99: number) => ({ eventLoopLagMs: { p50: 1, p99, max: p99 } })

describe('a run', () => {
  it('is valid where the generator had time to spare', () => {
    expect(invalidReasons(judged())).toEqual([])
  })

  it('is invalid where the generator had none', () => {
    expect(invalidReasons(judged({ busyRatio: 0.97 }))).toEqual([
      'The generator was busy 97.0 % of the time (most: 92.0 %), so it is what was measured: fewer connections, or a lower rate.',
    ])
  })

  it('is invalid where the generator had work and no core', () => {
    expect(invalidReasons(judged({ starvedRatio: 0.03 }))).toEqual([])
    expect(invalidReasons(judged({ starvedRatio: 0.06 }))).toEqual([
      'The generator waited 0.50 s for a core for each second that it ran (most: 0.3): something else runs on its core.',
    ])
  })

  it('is invalid where the generator was late by a share of what it measures', () => {
    expect(invalidReasons(judged(late(19)))).toEqual([])
    expect(invalidReasons(judged(late(21)))).toEqual([
      "The generator's event loop was 21.0 ms late at p99 (most: 20.0), which is in every time.",
    ])
  })

  it('is not invalid for a moment that a bench with little to do has waited', () => {
    expect(invalidReasons(judged({ cpuRatio: 0.01, starvedRatio: 0.009 }))).toEqual([])
  })

  it('is judged by what the system tells', () => {
    expect(invalidReasons(judged({ busyRatio: null, starvedRatio: null }))).toEqual([])
  })

  it('is invalid where its counts do not add up', () => {
    expect(invalidReasons({ ...judged(), counts: { ...counts, ok: 19 } })).toEqual([
      'The counts do not add up: 20 sent is not 19.',
    ])
  })
})
