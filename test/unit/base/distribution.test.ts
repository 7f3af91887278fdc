import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Distribution, parseDistribution } from '../../../base/distribution.ts'
import { createRandom } from '../../../base/random.ts'
import { traceNames } from '../../../base/trace-tables.ts'

const SAMPLES = 20_000

/** Sorted samples with a fixed seed. */
function sample(distribution: Distribution): number[] {
  const random = createRandom('distribution', distribution.text)
  return Array.from({ length: SAMPLES }, () => distribution.sample(random)).sort((a, b) => a - b)
}

function ms(text: string): Distribution {
  const distribution = parseDistribution(text, 'ms')
  if (!distribution) throw new Error(`${text} was not understood`)
  return distribution
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Within `share` of `expected`. */
function expectNear(actual: number, expected: number, share: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(share)
}

test.each([
  // text, mean
  ['200ms', 200],
  ['1.2s', 1200],
  ['0', 0],
  [' 15 ', 15],
  ['constant(5s)', 5000],
  ['uniform(100ms,300ms)', 200],
  ['uniform(min=0.1s, max=300ms)', 200],
  ['normal(mean=200ms,sd=30ms)', 200],
  ['normal(sd=0, mean=200ms)', 200],
  ['lognormal(p50=100ms,p95=100ms)', 100],
  ['lognormal(mean=350ms,cv=0.8)', 350],
  ['gamma(mean=20ms,cv=0.5)', 20],
  ['quantiles(p0=0,p100=200ms)', 100],
  ['quantiles(p100=2s, p50=20ms, p0=10ms)', 512.5], // half of 15 and half of 1010
  ['quantiles(p10=10ms,p90=20ms)', 15], // level beyond what is named
  ['quantiles(p0=0,p99.9=0,p100=1s)', 0.5],
  ['uniform(p10=120ms,p90=280ms)', 200], // from 100 to 300
  ['normal(p5=150.65ms,p95=249.35ms)', 200],
  ['exponential(mean=20ms)', 20],
  ['weibull(mean=20ms,shape=0.7)', 20],
  ['weibull(mean=20ms,shape=1)', 20],
  ['pareto(min=10ms,alpha=2)', 20],
  ['pareto(min=10ms,alpha=1,max=27.18281828459045ms)', 20], // min × (1 + ln of max / min)
  ['azure-conv-gaps', 1000 / 5.53],
])('%j is a distribution with mean %d ms', (text, expected) => {
  expect(ms(text).mean).toBeCloseTo(expected, 9)
  expect(ms(text).text).toBe(text.trim())
})

test.each([
  '',
  'soon',
  '-5ms',
  'uniform(300ms,100ms)', // upside down
  'uniform(1ms)',
  'uniform(1ms,2ms,3ms)',
  'uniform(min=1,max=2,max=3)', // named twice
  'normal(mean=200ms)', // no spread
  'normal(mean=200ms,sd=30ms,p95=1)', // one too many
  'normal(200ms,30ms)', // by position only where the order is plain
  'lognormal(p50=900ms,p95=350ms)', // upside down
  'lognormal(p50=0,p95=1)', // no logarithm
  'lognormal(mean=0,cv=1)',
  'gamma(mean=20ms,cv=0)', // a constant: say so
  'gamma(mean=20ms,cv=50ms)', // a ratio has no unit
  'weibull(1,2)',
  'weibull(p50=0,p95=1s)', // no logarithm
  'uniform(p50=10ms,p90=100ms)', // begins below 0
  'lognormal(p50=1ms)', // one quantile is not enough
  'lognormal(p50=1ms,p0=1us)', // nor is the end one
  'lognormal(p50=1ms,p95=2ms,p99=3ms)', // three are too many
  'gamma(p50=20ms,p95=20ms)', // a constant: say so
  'gamma(p50=20ms,p95=20.1ms)', // nearly
  'exponential(p50=20ms,p95=90ms)', // has one parameter
  'exponential(p100=20ms)',
  'pareto(min=10ms,alpha=1)', // no mean
  'pareto(min=10ms,alpha=2,max=5ms)',
  'pareto(min=10ms,p99=10ms)',
  'pareto(min=0,p99=1s)',
  'azure-conv', // tokens, not ms
  'toString',
  'quantiles(p50=20ms)', // one point is no table
  'quantiles(p0=20ms,p100=10ms)', // upside down
  'quantiles(p0=1ms,p101=2ms)',
  'quantiles(p50=1ms,p50.0=2ms)', // named twice
  'quantiles(1ms,2ms)',
  'quantiles(p0=1ms,mean=2ms)',
  'constructor(1)', // what every object has is no family
  'uniform(1ms,2ms) ms',
])('%j is none', text => {
  expect(parseDistribution(text, 'ms')).toBeUndefined()
})

test('a count takes plain numbers and no durations', () => {
  const random = createRandom(1)
  expect(parseDistribution(64, 'count')?.sample(random)).toBe(64)
  expect(parseDistribution('64', 'count')?.mean).toBe(64)
  expect(parseDistribution('64ms', 'count')).toBeUndefined()
  expect(parseDistribution('uniform(1s,2s)', 'count')).toBeUndefined()
})

test('a uniform quantity stays within its bounds and spreads over them', () => {
  const values = sample(ms('uniform(100ms,300ms)'))
  expect(values[0]).toBeGreaterThanOrEqual(100)
  expect(values.at(-1)).toBeLessThan(300)
  expectNear(mean(values), 200, 0.01)
  expectNear(values[SAMPLES / 4]!, 150, 0.02)
})

test('a normal quantity has its mean and spread, and is cut at 0', () => {
  const values = sample(ms('normal(mean=200ms,sd=30ms)'))
  expectNear(mean(values), 200, 0.01)
  expectNear(values[SAMPLES * 0.95]!, 200 + 30 * 1.645, 0.01)
  const cut = sample(ms('normal(mean=10ms,sd=30ms)'))
  expect(cut[0]).toBe(0)
})

test('a lognormal quantity by quantiles has them', () => {
  const distribution = ms('lognormal(p50=350ms,p95=900ms)')
  const values = sample(distribution)
  expectNear(values[SAMPLES / 2]!, 350, 0.02)
  expectNear(values[SAMPLES * 0.95]!, 900, 0.03)
  expectNear(mean(values), distribution.mean, 0.02)
})

test('a lognormal quantity by mean and variation has them', () => {
  const values = sample(ms('lognormal(mean=350ms,cv=0.8)'))
  const average = mean(values)
  const sd = Math.sqrt(mean(values.map(value => (value - average) ** 2)))
  expectNear(average, 350, 0.02)
  expectNear(sd / average, 0.8, 0.05)
})

test.each([0.5, 1, 2])('a gamma quantity has its mean and a variation of %d', cv => {
  const values = sample(ms(`gamma(mean=20ms,cv=${cv})`))
  const average = mean(values)
  const sd = Math.sqrt(mean(values.map(value => (value - average) ** 2)))
  expectNear(average, 20, 0.04)
  expectNear(sd / average, cv, 0.05)
  expect(values[0]).toBeGreaterThanOrEqual(0)
})

test('gamma with a variation of 1 is exponential: its median is mean × ln 2', () => {
  expectNear(sample(ms('gamma(mean=20ms,cv=1)'))[SAMPLES / 2]!, 20 * Math.LN2, 0.03)
})

test('a quantity by a table of quantiles has them, and what lies halfway between', () => {
  const distribution = ms('quantiles(p5=10ms,p50=20ms,p95=110ms,p100=1s)')
  const values = sample(distribution)
  const at = (share: number) => values[Math.floor(SAMPLES * share)]!
  expect(values[0]).toBe(10)
  expect(at(0.04)).toBe(10)
  expectNear(at(0.275), 15, 0.02)
  expectNear(at(0.5), 20, 0.03)
  expectNear(at(0.725), 65, 0.03)
  expectNear(at(0.95), 110, 0.1)
  expectNear(at(0.975), 555, 0.03)
  expect(values.at(-1)).toBeLessThanOrEqual(1000)
  expectNear(mean(values), distribution.mean, 0.02)
})

/** Two quantiles of each family that takes them. */
const byTwo = fc.record({
  family: fc.constantFrom('normal', 'lognormal', 'gamma', 'weibull', 'pareto'),
  percents: fc.constantFrom([10, 50], [50, 90], [50, 95], [25, 99]),
  low: fc.integer({ min: 5, max: 500 }),
  factor: fc.double({ min: 1.2, max: 6, noNaN: true }),
})

test('what is given by two quantiles has them, whatever the family', () => {
  fc.assert(
    fc.property(byTwo, ({ family, percents, low, factor }) => {
      const [first, second] = percents as [number, number]
      const high = low * factor
      const distribution = parseDistribution(
        `${family}(p${first}=${low}ms,p${second}=${high}ms${family === 'pareto' ? ',max=1h' : ''})`,
        'ms',
      )
      // A normal one may have its mean below 0, and is refused then.
      if (!distribution) return expect(family).toBe('normal')
      const random = createRandom('two', distribution.text)
      const values = Array.from({ length: 2000 }, () => distribution.sample(random))
      for (const [percent, value] of [
        [first, low],
        [second, high],
      ] as const) {
        const share = values.filter(drawn => drawn <= value).length / values.length
        // Five standard errors.
        const error = Math.sqrt(((percent / 100) * (1 - percent / 100)) / values.length)
        expect(Math.abs(share - percent / 100)).toBeLessThan(5 * error)
      }
    }),
    { numRuns: 30, seed: 4 },
  )
})

test('a quantile of an exponential quantity gives all of it', () => {
  expect(ms('exponential(p50=20ms)').mean).toBeCloseTo(20 / Math.LN2, 9)
  expectNear(mean(sample(ms('exponential(p50=20ms)'))), 20 / Math.LN2, 0.03)
})

test('a gamma quantity by its quantiles has the mean of its shape', () => {
  // With shape 2: the quantiles of 0.5 and 0.95 are 1.678347 and 4.743865 times the scale.
  expect(ms('gamma(p50=16.78346990016661ms,p95=47.43864518390577ms)').mean).toBeCloseTo(20, 6)
})

test('a heavy tail is heavy, and ends where it is told to', () => {
  const values = sample(ms('pareto(min=10ms,p99=2s,max=30s)'))
  expect(values[0]).toBeGreaterThanOrEqual(10)
  expectNear(values[SAMPLES * 0.99]!, 2000, 0.2)
  expect(values.at(-1)).toBe(30_000)
  expectNear(mean(values), ms('pareto(min=10ms,p99=2s,max=30s)').mean, 0.15)
})

test.each([
  // name, measured: p10, p50, p90, p99, mean
  ['azure-code', 7, 13, 55, 251, 27.9],
  ['azure-code-prompt', 147, 1469, 5188, 7436, 2048],
  ['azure-conv', 54, 129, 424, 601, 211],
  ['azure-conv-prompt', 207, 1020, 2734, 4142, 1155],
  ['mooncake-conv', 24, 350, 597, 1119, 343],
  ['mooncake-conv-prompt', 964, 6909, 27_367, 85_400, 12_035],
])('%s has the quantiles that were measured, and nearly the mean', (name, ...measured) => {
  const distribution = parseDistribution(name, 'count')!
  const [p10, p50, p90, p99, average] = measured
  const values = sample(distribution)
  expectNear(values[SAMPLES * 0.1]!, p10, 0.1)
  expectNear(values[SAMPLES * 0.5]!, p50, 0.05)
  expectNear(values[SAMPLES * 0.9]!, p90, 0.05)
  expectNear(values[SAMPLES * 0.99]!, p99, 0.1)
  expectNear(distribution.mean, average, 0.05)
  expectNear(mean(values), distribution.mean, 0.03)
  expect(parseDistribution(name, 'ms')).toBeUndefined()
})

test('every trace can be drawn from in its unit', () => {
  for (const unit of ['ms', 'count'] as const) {
    for (const name of traceNames(unit)) {
      const distribution = parseDistribution(name, unit)!
      expect(distribution.mean).toBeGreaterThan(1)
      expect(distribution.constant).toBe(false)
    }
  }
  expect(traceNames('count')).toHaveLength(8)
})
