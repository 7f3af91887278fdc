import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gammaQuantile } from '../../../../base/gamma.ts'
import { createRandom } from '../../../../base/random.ts'
import { gapsOf, type Pattern } from '../../../../bench/schedule/gaps.ts'

function draws(pattern: Pattern, shape: number, seed: string | number, count: number): number[] {
  const { next } = gapsOf(pattern, shape, createRandom('gaps', seed))
  return Array.from({ length: count }, next)
}

/** Kolmogorov and Smirnov's distance between draws and a distribution, × √n; 1.95 is passed by 1 in 1,000. */
function distance(values: readonly number[], shareBelow: (value: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  const gaps = sorted.map((value, i) => {
    const share = shareBelow(value)
    return Math.max(share - i / n, (i + 1) / n - share)
  })
  return Math.max(...gaps) * Math.sqrt(n)
}

/** The same against quantiles, of which 400 are drawn up once. */
function distanceToGamma(values: readonly number[], shape: number): number {
  const shares = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400)
  const sorted = [...values].sort((a, b) => a - b)
  let below = 0
  let worst = 0
  for (const share of shares) {
    const bound = gammaQuantile(shape, share) / shape
    while (below < sorted.length && sorted[below]! <= bound) below++
    worst = Math.max(worst, Math.abs(below / sorted.length - share))
  }
  return worst * Math.sqrt(sorted.length)
}

const exponential = (gap: number) => 1 - Math.exp(-gap)

it('constant gaps are all 1, and the first request is at once', () => {
  expect(new Set(draws('constant', 1, 0, 100))).toEqual(new Set([1]))
  expect(gapsOf('constant', 1, createRandom('x')).first()).toBe(0)
})

it('Poisson gaps are exponential', () => {
  for (const seed of [1, 2, 3]) {
    expect(distance(draws('poisson', 1, seed, 5000), exponential)).toBeLessThan(1.95)
  }
})

it('gamma gaps are gamma of their shape, with mean 1', () => {
  for (const shape of [0.23, 0.87, 4]) {
    expect(distanceToGamma(draws('gamma', shape, shape, 5000), shape)).toBeLessThan(1.95)
  }
})

it('the test tells a wrong law from a right one', () => {
  expect(distance(draws('gamma', 0.8, 1, 5000), exponential)).toBeGreaterThan(1.95)
  expect(distanceToGamma(draws('gamma', 0.23, 1, 5000), 0.3)).toBeGreaterThan(1.95)
})

it('counts in windows are as scattered as their law says', () => {
  // Index of dispersion: 1 for Poisson, about 1 / shape for gamma, 0 for constant.
  const dispersion = (pattern: Pattern, shape: number) => {
    const counts = new Array<number>(400).fill(0)
    const { first, next } = gapsOf(pattern, shape, createRandom('windows', pattern))
    for (let at = first(); at < 400 * 50; at += next()) counts[Math.floor(at / 50)]!++
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
    return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length / mean
  }
  expect(dispersion('constant', 1)).toBe(0)
  expect(dispersion('poisson', 1)).toBeGreaterThan(0.8)
  expect(dispersion('poisson', 1)).toBeLessThan(1.25)
  expect(dispersion('gamma', 0.25)).toBeGreaterThan(2.8)
  expect(dispersion('gamma', 0.25)).toBeLessThan(5)
})

it('whatever the seed: gaps are at least 0, their law holds, and the same seed draws the same', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const gaps = draws('poisson', 1, seed, 400)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0)
      // Passed by one in a million million, so by none of a hundred seeds.
      expect(distance(gaps, exponential)).toBeLessThan(3.8)
      expect(draws('poisson', 1, seed, 400)).toEqual(gaps)
    }),
    { numRuns: 100 },
  )
})
