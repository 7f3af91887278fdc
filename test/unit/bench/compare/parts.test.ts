import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBlock } from '../../../../bench/compare/block.ts'
import { createGrid } from '../../../../bench/compare/grid.ts'
import { parseMetric } from '../../../../bench/compare/metric.ts'
import { createSeries } from '../../../../bench/compare/series.ts'
import { studentQuantile } from '../../../../bench/compare/student-quantile.ts'
import { parseTolerance, toleranceText } from '../../../../bench/compare/tolerance.ts'
import { createValueCounts } from '../../../../bench/compare/value-counts.ts'
import { moreNeeded, overallOf, verdictOf } from '../../../../bench/compare/verdict.ts'
import { nearestRank } from '../../../../bench/percentile.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

describe('verdictOf', () => {
  it.each([
    [{ value: 12, low: 4, high: 20 }, 'worse'],
    [{ value: 12, low: -1, high: 25 }, 'inconclusive'],
    [{ value: 8, low: 4, high: 9.9 }, 'same'],
    [{ value: 8, low: 4, high: 12 }, 'inconclusive'],
    [{ value: 0, low: -9, high: 9 }, 'same'],
    [{ value: -5, low: -12, high: 2 }, 'same'],
    [{ value: -12, low: -20, high: -4 }, 'better'],
    [{ value: 0, low: 0, high: 0 }, 'same'],
    [{ value: 50, low: -Infinity, high: Infinity }, 'inconclusive'],
  ] as const)('%j at a tolerance of 10 is %s', (interval, verdict) => {
    expect(verdictOf(interval, 10)).toBe(verdict)
  })

  it('says how much more it would take', () => {
    expect(moreNeeded({ value: 0, low: -20, high: 20 }, 10)).toBe(4)
    expect(moreNeeded({ value: 12, low: -12, high: 36 }, 10)).toBe(4)
    expect(moreNeeded({ value: 0, low: -Infinity, high: Infinity }, 10)).toBeUndefined()
  })

  it('of several takes the worst, then the doubtful, then the better', () => {
    expect(overallOf(['same', 'worse', 'inconclusive'])).toBe('worse')
    expect(overallOf(['better', 'inconclusive', 'same'])).toBe('inconclusive')
    expect(overallOf(['same', 'better'])).toBe('better')
    expect(overallOf(['same', 'same'])).toBe('same')
    expect(overallOf([])).toBe('inconclusive')
  })
})

describe('tolerance', () => {
  it.each([
    ['5%', { ratio: 0.05, floorMs: 0.5 }, '5 %, at least 0.5 ms'],
    ['2.5 %, 2ms', { ratio: 0.025, floorMs: 2 }, '2.5 %, at least 2 ms'],
    ['10ms', { ratio: 0, floorMs: 10 }, '0 %, at least 10 ms'],
    ['1%,0ms', { ratio: 0.01, floorMs: 0 }, '1 %'],
  ])('%s', (text, tolerance, said) => {
    expect(parseTolerance(text)).toEqual(tolerance)
    expect(toleranceText(tolerance)).toBe(said)
  })

  it.each(['', '5', 'much', '5%,5%', '2ms,3ms', '-5%'])('refuses %j', text => {
    expect(parseTolerance(text)).toBeUndefined()
  })
})

describe('metric', () => {
  it('is a time and a percentile', () => {
    expect(parseMetric('e2e:p99.9')).toEqual({ name: 'e2e', percentile: 99.9 })
    expect(parseMetric(' ttftDue : p(50) ')).toEqual({ name: 'ttftDue', percentile: 50 })
  })
  it.each(['ttft', 'ttft:95', 'ttft:p0', 'ttft:p100', 'errors:p50', 'ttft:p'])('refuses %j', text =>
    expect(parseMetric(text)).toBeUndefined(),
  )
})

// Tables of Student's t, two-sided 95 % and 99 %.
it.each([
  [0.975, 5, 2.571],
  [0.995, 5, 4.032],
  [0.975, 11, 2.201],
  [0.995, 11, 3.106],
  [0.995, 30, 2.75],
])('the quantile %d of t with %d degrees of freedom is %d', (share, freedom, quantile) => {
  expect(Math.abs(studentQuantile(share, freedom) / quantile - 1)).toBeLessThan(0.005)
})

describe('grid', () => {
  it('finds the percentile of all values where each block counts as often as it is drawn', () => {
    const values = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 30 })
    const block = fc.record({ us: values, weight: fc.integer({ min: 0, max: 3 }) })
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 50, 95, 99.9),
        (blocks, p) => {
          const counted = blocks.map(({ us }) => {
            const counts = createValueCounts()
            for (const one of us) counts.record(one / 1000)
            return counts
          })
          const all = blocks.flatMap(({ us, weight }) => Array(weight).fill(us).flat() as number[])
          const expected = nearestRank(Float64Array.from(all).sort(), p)
          const found = createGrid(counted).percentile(
            p,
            Float64Array.from(blocks, ({ weight }) => weight),
          )
          expect(found).toBe(expected === undefined ? undefined : expected / 1000)
        },
      ),
    )
  })
})

describe('value counts', () => {
  it('stay small, and right to 0.01 %, however many values there are', () => {
    const counts = createValueCounts()
    for (let i = 0; i < 40_000; i++) counts.record(100 + i / 200)
    expect(counts.count).toBe(40_000)
    expect(counts.counts.size).toBeLessThan(20_000)
    const median = createGrid([counts]).percentile(50, Float64Array.of(1))!
    expect(Math.abs(median / 200 - 1)).toBeLessThan(0.0002)
  })
})

describe('series', () => {
  it.each([
    [5, 5],
    [20, 20],
    [21, 11],
    [1000, 16],
    [10_000, 20],
  ])('of %d requests is %d blocks', (requests, count) => {
    const series = createSeries()
    for (let i = 0; i < requests; i++) series.record(sampleOf({ gapsMs: [1] }))
    const blocks = series.blocks()
    expect(blocks.length).toBe(count)
    expect(blocks.reduce((sum, block) => sum + block.requests, 0)).toBe(requests)
    expect(blocks.reduce((sum, block) => sum + block.times.itl.count, 0)).toBe(requests)
  })
})

describe('block', () => {
  it('takes times of requests that ended ok or are open, and counts the others', () => {
    const block = createBlock()
    block.record(sampleOf({ ttftMs: 10, gapsMs: [1, 2] }))
    block.record(sampleOf({ outcome: 'open', ttftMs: 20, gapsMs: [], e2eMs: undefined }))
    block.record(sampleOf({ outcome: 'stream_cut', ttftMs: 30, gapsMs: [3] }))
    expect([block.requests, block.errors]).toEqual([3, 1])
    expect([...block.times.ttft.counts]).toEqual([
      [10_000, 1],
      [20_000, 1],
    ])
    expect([block.times.itl.count, block.times.e2e.count]).toEqual([2, 1])
  })
})
