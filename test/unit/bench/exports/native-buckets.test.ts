import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createNativeBuckets } from '../../../../bench/exports/native-buckets.ts'

it('every value is in a bucket whose edges hold it', () => {
  const seconds = fc.double({ min: 2e-6, max: 4000, noNaN: true })
  fc.assert(
    fc.property(seconds, value => {
      const buckets = createNativeBuckets()
      buckets.observe(value)
      const [span, ...others] = buckets.spans()
      expect([others.length, span!.counts]).toEqual([0, [1]])
      // Up to the rounding of a logarithm.
      expect(value).toBeLessThanOrEqual(2 ** (span!.from / 32) * (1 + 1e-12))
      expect(value).toBeGreaterThan(2 ** ((span!.from - 1) / 32) * (1 - 1e-12))
    }),
  )
})

it('neighbours make one span, and what is nothing or beyond all bounds is counted, too', () => {
  const buckets = createNativeBuckets()
  for (const value of [1, 1, 1.02, 4, 0, 1e-7, 1e9]) buckets.observe(value)
  expect(buckets.spans()).toEqual([
    { from: 0, counts: [2, 1] },
    { from: 64, counts: [1] },
    { from: 384, counts: [1] },
  ])
  expect([buckets.count, buckets.zeroCount]).toEqual([7, 2])
  expect(buckets.sum).toBeCloseTo(1e9 + 7.02, 5)
})
