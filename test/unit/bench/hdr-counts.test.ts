import fc from 'fast-check'
import { encodeIntoCompressedBase64, Int32Histogram } from 'hdr-histogram-js'
import { expect, it } from 'vitest'
import { HdrCounts, maxUs } from '../../../bench/hdr-counts.ts'

/** What hdr-histogram-js makes of the same values. */
function judgeOf(values: readonly number[]) {
  const judge = new Int32Histogram(1, maxUs, 3)
  for (const us of values) judge.recordValue(us)
  const bins: [number, number][] = []
  const each = judge.recordedValuesIterator
  each.reset()
  while (each.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = each.next()
    bins.push([judge.medianEquivalentValue(valueIteratedTo), countAtValueIteratedTo])
  }
  return { judge, bins, encoded: encodeIntoCompressedBase64(judge) }
}

function countsOf(values: readonly number[]): HdrCounts {
  const counts = new HdrCounts()
  for (const us of values) counts.record(us)
  return counts
}

it('any values are in the buckets that an HdrHistogram has for them', () => {
  const us = fc.oneof(
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 0, max: maxUs }),
    fc.tuple(fc.nat(31), fc.integer({ min: -1, max: 1 })).map(([bit, off]) => 2 ** bit + off),
  )
  fc.assert(
    fc.property(fc.array(us, { minLength: 1, maxLength: 60 }), values => {
      const counts = countsOf(values)
      const { judge, bins, encoded } = judgeOf(values)
      expect(counts.bins()).toEqual(bins)
      expect(counts.encoded()).toBe(encoded)
      for (const p of [0.1, 25, 50, 75, 90, 95, 99, 99.9, 100]) {
        expect(counts.percentile(p)).toBe(judge.getValueAtPercentile(p))
      }
    }),
    { numRuns: 200 },
  )
})

it('has the longest time that there is, and none where there are no values', () => {
  expect(countsOf([maxUs]).bins()).toEqual(judgeOf([maxUs]).bins)
  expect(new HdrCounts().percentile(50)).toBe(0)
  expect(new HdrCounts().bins()).toEqual([])
})
