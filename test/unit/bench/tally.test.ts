import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestRank, samplesNeeded } from '../../../bench/percentile.ts'
import { Tally } from '../../../bench/tally.ts'

describe('nearestRank', () => {
  it.each([
    [50, 5],
    [90, 9],
    [91, 10],
    [99, 10],
    [100, 10],
    [0, 1],
  ])('p%s of 1…10 is %s', (p, expected) => {
    expect(nearestRank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], p)).toBe(expected)
  })

  it('has none of nothing', () => {
    expect(nearestRank([], 50)).toBeUndefined()
  })
})

describe('samplesNeeded', () => {
  it.each([
    [90, 64],
    [95, 130],
    [99, 662],
  ])('p%s needs %s', (p, needed) => {
    expect(samplesNeeded(p)).toBe(needed)
  })
})

describe('createTally', () => {
  it('has null for everything when it is empty', () => {
    expect(new Tally().stats()).toEqual({
      count: 0,
      mean: null,
      min: null,
      p50: null,
      p75: null,
      p90: null,
      p95: null,
      p99: null,
      p999: null,
      max: null,
    })
  })

  it('is exact while the values are few, whatever their order', () => {
    const tally = new Tally()
    for (let i = 1000; i > 0; i--) tally.record(i + 0.125)
    expect(tally.stats()).toEqual({
      count: 1000,
      mean: 500.625,
      min: 1.125,
      p50: 500.125,
      p75: 750.125,
      p90: 900.125,
      p95: 950.125,
      p99: 990.125,
      p999: 999.125,
      max: 1000.125,
    })
    tally.record(0.5)
    expect(tally.percentile(0)).toBe(0.5)
  })

  it('stays within 0.1 % when they are many, in bounded memory', () => {
    const tally = new Tally()
    for (let i = 1; i <= 200_000; i++) tally.record(i / 100)
    expect(tally.count).toBe(200_000)
    for (const p of [50, 95, 99]) {
      const truth = 20 * p
      expect(Math.abs(tally.percentile(p)! - truth) / truth).toBeLessThan(0.0011)
    }
    expect(tally.max).toBe(2000)
  })

  it('its bins hold every sample, ascending and near their values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 100_000, noNaN: true }), { maxLength: 300 }),
        values => {
          const tally = new Tally()
          for (const value of values) tally.record(value)
          const bins = tally.bins()
          expect(bins.reduce((sum, [, count]) => sum + count, 0)).toBe(values.length)
          expect(bins.map(([ms]) => ms)).toEqual(bins.map(([ms]) => ms).toSorted((a, b) => a - b))
          if (values.length > 0) {
            const max = Math.max(...values)
            expect(Math.abs(bins.at(-1)![0] - max)).toBeLessThanOrEqual(max * 0.001 + 0.001)
          }
        },
      ),
      { numRuns: 40 },
    )
  })
})
