import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { fitDistribution, quantile, weigh } from '../../../../mock-server/record/fit.ts'

/** Values drawn from a distribution, with a fixed seed. */
function drawn(text: string, count: number) {
  const random = createRandom('fit', text)
  const distribution = parseDistribution(text, 'ms')!
  return weigh(Array.from({ length: count }, () => distribution.sample(random)))
}

test('equal values are counted together, in ascending order', () => {
  expect(weigh([3, 1, 3, 10, 3])).toEqual([
    [1, 1],
    [3, 3],
    [10, 1],
  ])
})

test.each([
  [0, 1],
  [25, 3],
  [50, 3],
  [75, 3],
  [87.5, 6.5],
  [100, 10],
])('the quantile p%d lies between values where it falls between them', (percentile, value) => {
  expect(quantile(weigh([3, 1, 3, 10, 3]), percentile)).toBe(value)
})

test('values that hardly differ are a constant', () => {
  expect(fitDistribution(drawn('uniform(19.5ms,20.5ms)', 1000), 'ms')).toMatchObject({
    family: 'constant',
    text: expect.stringMatching(/^(19\.9|20|20\.0)\d*ms$/),
    count: 1000,
  })
  expect(fitDistribution([[64, 5]], 'count')).toEqual({
    family: 'constant',
    text: '64',
    maxError: 0,
    worstAt: 50,
    count: 5,
  })
})

test('values with a long tail are the lognormal that they were drawn from', () => {
  const fit = fitDistribution(drawn('lognormal(p50=350ms,p95=900ms)', 5000), 'ms')
  const [, p50, p95] = /^lognormal\(p50=([\d.]+)ms,p95=([\d.]+)ms\)$/.exec(fit?.text ?? '') ?? []
  expect(fit?.family).toBe('lognormal')
  expect(Number(p50)).toBeGreaterThan(340)
  expect(Number(p50)).toBeLessThan(360)
  expect(Number(p95)).toBeGreaterThan(865)
  expect(Number(p95)).toBeLessThan(935)
  expect(fit?.maxError).toBeLessThan(0.06)
})

test('values of two kinds are a table, whose error is that of the points between its own', () => {
  const values = weigh([
    ...Array.from({ length: 600 }, () => 0),
    ...Array.from({ length: 390 }, (_, i) => 40 + i / 39),
    ...Array.from({ length: 10 }, () => 900),
  ])
  const fit = fitDistribution(values, 'ms')
  expect(fit).toMatchObject({ family: 'quantiles', count: 1000 })
  expect(fit?.text).toMatch(
    /^quantiles\(p0=0ms,p5=0ms,.*,p50=0ms,p60=16ms,p70=42\.\d+ms,.*,p99\.9=900ms,p100=900ms\)$/,
  )
  expect(fit?.maxError).toBeLessThan(0.01)
  expect(parseDistribution(fit!.text, 'ms')?.mean).toBeGreaterThan(20)
})

test('a table of a few values would repeat their chance: they are a lognormal, however far off', () => {
  const few = fitDistribution(weigh([10, 11, 12, 40, 41, 42, 43]), 'ms')
  expect(few?.family).toBe('lognormal')
  expect(few?.maxError).toBeGreaterThan(0.1)
  expect(fitDistribution(weigh([0, 0, 0, 50]), 'ms')?.text).toBe(
    'quantiles(p0=0ms,p30=0ms,p40=0ms,p50=0ms,p60=0ms,p70=5ms,p100=50ms)',
  )
})

test('one value is a constant, and none is nothing', () => {
  expect(fitDistribution([[12.3456789, 1]], 'ms')?.text).toBe('12.35ms')
  expect(fitDistribution([], 'ms')).toBe(undefined)
})

test('the share by which a quantile is off is told, with its percentile', () => {
  const fit = fitDistribution(weigh([100, 100, 100, 100, 100, 100, 100, 100, 100, 104]), 'ms')
  // p95 is 102.2 where the constant has 100.
  expect(fit).toMatchObject({ family: 'constant', text: '100ms', worstAt: 95 })
  expect(fit?.maxError).toBeCloseTo(2.2 / 102.2, 3)
})
