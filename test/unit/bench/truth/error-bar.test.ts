import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { Tally } from '../../../../bench/tally.ts'
import { errorBars } from '../../../../bench/truth/error-bar.ts'

const tallyOf = (values: readonly number[]): Tally => {
  const tally = new Tally()
  for (const ms of values) tally.record(ms)
  return tally
}
const generatorOf = (p50: number, p99: number) => ({
  eventLoopLagMs: { p50: 0, p99: 0, max: p99 },
  arrivalLagMs: { p50, p99 },
  cpuRatio: 0,
  busyRatio: 0,
  starvedRatio: 0,
})
const difference = (shiftP50: number, shiftP99: number) => ({
  count: 100,
  p50: shiftP50,
  p99: shiftP99,
  shiftP50,
  shiftP99,
})
const nothing = difference(0, 0)
const calibrationOf = (shiftP50: number, shiftP99: number) => ({
  connections: 10,
  seconds: 2,
  ttftMs: 100,
  itlMs: 20,
  truth: {
    joined: 100,
    of: 100,
    ttft: difference(shiftP50, shiftP99),
    itl: nothing,
    e2e: nothing,
    pacing: nothing,
  },
})
const still = { calibration: null, generator: generatorOf(0, 0) }

describe('of values that are all alike', () => {
  const alike = { ttft: tallyOf(new Array(1000).fill(200)), itl: tallyOf([]) }

  it('is nothing where the bench is never late', () => {
    expect(errorBars(alike, still).ttftMs).toEqual({ p50: 0, p99: 0 })
  })

  it('is what the calibration found, or how late the bench was, whichever is more', () => {
    const calibration = calibrationOf(1.7, 3)
    expect(errorBars(alike, { calibration, generator: generatorOf(0.2, 5) }).ttftMs).toEqual({
      p50: 1.7,
      p99: 5,
    })
  })

  it('is unknown where there is no sample', () => {
    expect(errorBars(alike, still).itlMs).toEqual({ p50: null, p99: null })
  })
})

it('encloses the median that the samples were drawn from in 95 of 100 runs', () => {
  const random = createRandom('bars')
  const runs = 400
  let enclosed = 0
  for (let run = 0; run < runs; run++) {
    const ttft = tallyOf(Array.from({ length: 200 }, () => 200 * Math.exp(0.3 * random.normal())))
    const bar = errorBars({ ttft, itl: tallyOf([]) }, still).ttftMs.p50 ?? 0
    if (Math.abs((ttft.percentile(50) ?? 0) - 200) <= bar) enclosed++
  }
  expect(enclosed / runs).toBeGreaterThan(0.93)
})

it('is never less with a later bench', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 2, maxLength: 50 }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      (values, lagMs) => {
        const times = { ttft: tallyOf(values), itl: tallyOf(values) }
        const { ttftMs } = errorBars(times, {
          calibration: null,
          generator: generatorOf(lagMs, lagMs),
        })
        const { ttftMs: least } = errorBars(times, still)
        expect(ttftMs.p50).toBeGreaterThanOrEqual(least.p50 ?? 0)
        expect(ttftMs.p99).toBeGreaterThanOrEqual(least.p99 ?? 0)
      },
    ),
  )
})
