import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Buckets,
  durationEdgesSeconds,
  gapEdgesSeconds,
  pacingErrorEdgesSeconds,
  ttftEdgesSeconds,
} from '../../../base/buckets.ts'

test('a value on an edge belongs below it, as Prometheus counts', () => {
  const buckets = new Buckets([1, 2, 5])
  for (const value of [0, 1, 1.5, 2, 5, 5.1, 100]) buckets.observe(value)
  expect([...buckets.counts]).toEqual([2, 2, 1, 2])
  expect(buckets.count).toBe(7)
  expect(buckets.sum).toBeCloseTo(114.6, 9)
})

test('every value is counted in the first bucket whose edge it does not exceed', () => {
  const edges = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1 })
  const values = fc.array(fc.integer({ min: -60, max: 60 }))
  fc.assert(
    fc.property(edges, values, (unsorted, observed) => {
      const sorted = [...unsorted].sort((a, b) => a - b)
      const buckets = new Buckets(sorted)
      const expected = new Array<number>(sorted.length + 1).fill(0)
      for (const value of observed) {
        buckets.observe(value)
        const index = sorted.findIndex(edge => value <= edge)
        expected[index < 0 ? sorted.length : index]!++
      }
      expect([...buckets.counts]).toEqual(expected)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test.each([
  // the p99 read from a histogram is off by its bucket's width: none may be wider than these ratios
  ['ttft', ttftEdgesSeconds, 2.5],
  ['gap', gapEdgesSeconds, 2.5],
  ['duration', durationEdgesSeconds, 2.5],
  ['pacing error', pacingErrorEdgesSeconds, 2.5],
] as const)('the edges for %s ascend in steps of at most %f', (_, edges, largest) => {
  const ratios = edges.slice(1).map((edge, i) => edge / edges[i]!)
  expect(Math.min(...ratios)).toBeGreaterThan(1)
  expect(Math.max(...ratios)).toBeLessThanOrEqual(largest + 1e-9)
})
