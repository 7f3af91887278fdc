import { describe, expect, it } from 'vitest'
import { OptionError } from '../../../base/option-error.ts'
import { readOptions } from '../../../base/option-table.ts'
import { benchOptions } from '../../../bench/options.ts'
import { createTallies } from '../../../bench/tally.ts'
import { judge, type Measured, parseThreshold } from '../../../bench/threshold.ts'

describe('parseThreshold', () => {
  it.each([
    ['ttft: p(95)<500ms', { metric: 'ttft', of: 95, operator: '<', limit: 500 }],
    ['e2e:p(99.9) <= 1.2s', { metric: 'e2e', of: 99.9, operator: '<=', limit: 1200 }],
    ['itl: avg<25', { metric: 'itl', of: 'avg', operator: '<', limit: 25 }],
    ['tpot: med>=1ms', { metric: 'tpot', of: 'med', operator: '>=', limit: 1 }],
    ['ttfb: count>100', { metric: 'ttfb', of: 'count', operator: '>', limit: 100 }],
    ['errors: rate<1%', { metric: 'errors', of: 'rate', operator: '<', limit: 0.01 }],
    ['errors: count==0', { metric: 'errors', of: 'count', operator: '==', limit: 0 }],
    ['tokens: rate>200', { metric: 'tokens', of: 'rate', operator: '>', limit: 200 }],
    ['ttftDue: p(50)<1s', { metric: 'ttftDue', of: 50, operator: '<', limit: 1000 }],
    ['response: max<2s', { metric: 'response', of: 'max', operator: '<', limit: 2000 }],
    ['lag: p(99)<2ms', { metric: 'lag', of: 99, operator: '<', limit: 2 }],
    ['dropped: count==0', { metric: 'dropped', of: 'count', operator: '==', limit: 0 }],
    ['throttled: rate<=0.5%', { metric: 'throttled', of: 'rate', operator: '<=', limit: 0.005 }],
    ['attempts: rate<1.2', { metric: 'attempts', of: 'rate', operator: '<', limit: 1.2 }],
    ['goodput: rate>5', { metric: 'goodput', of: 'rate', operator: '>', limit: 5 }],
    [
      'ttft{scenario:long chat}: p(95)<2s',
      { metric: 'ttft', scenario: 'long chat', of: 95, operator: '<', limit: 2000 },
    ],
    [
      'errors{ scenario: embed }: rate<1%',
      { metric: 'errors', scenario: 'embed', of: 'rate', operator: '<', limit: 0.01 },
    ],
  ])('%s', (text, expected) => {
    expect(parseThreshold(text)).toEqual({ text, ...expected })
  })

  it.each([
    '',
    'p(95)<500ms',
    'ttft p(95)<500',
    'ttft: p(101)<5',
    'ttft: p(95)<soon',
    'speed: p(95)<5',
    'ttft: rate<5',
    'errors: p(95)<5',
    'ttft: p(95)=<5',
    'ttft{scenario:}: p(95)<5',
    'ttft{model:a}: p(95)<5',
    'dropped: p(95)<5',
    'goodput: med>5',
  ])('refuses %j', text => {
    expect(parseThreshold(text)).toBeUndefined()
  })

  it('as an option says what is allowed', () => {
    expect(() => readOptions(benchOptions, { threshold: ['ttft<5'] }, 'runBench')).toThrow(
      OptionError,
    )
    expect(() => readOptions(benchOptions, { threshold: 'ttft<5' }, 'runBench')).toThrow(
      /metrics are ttfb, ttft/,
    )
  })
})

describe('judge', () => {
  function measured(ttftMs: readonly number[], given: Partial<Measured> = {}): Measured {
    const times = createTallies()
    for (const ms of ttftMs) times.ttft.record(ms)
    return {
      times,
      counts: { sent: 100, ok: 90, failed: 6, cut: 2 },
      outputTokens: 900,
      requestsPerSecond: 9,
      outputTokensPerSecond: 95,
      ...given,
    }
  }
  const verdict = (text: string, of: Measured) => judge(parseThreshold(text)!, of)

  it.each([
    ['ttft: p(50)<200', true, 100],
    ['ttft: p(50)<100', false, 100],
    ['ttft: p(50)<=100', true, 100],
    ['ttft: max<300ms', true, 250],
    ['ttft: min>50', true, 75],
    ['ttft: count==3', true, 3],
    ['errors: rate<10%', true, 0.08],
    ['errors: rate<5%', false, 0.08],
    ['errors: count<9', true, 8],
    ['ok: rate>=0.9', true, 0.9],
    ['requests: rate>10', false, 9],
    ['tokens: rate>90', true, 95],
  ])('%s is %s at %s', (text, ok, observed) => {
    expect(verdict(text, measured([75, 100, 250]))).toMatchObject({ ok, observed, reason: null })
  })

  it.each([
    'ttft: p(95)<500ms',
    'ttft: max<1h',
    'errors: rate<1%',
    'tokens: rate>=0',
    'ok: count>=0',
  ])('misses %s without data', text => {
    const nothing = measured([], { counts: { sent: 0, ok: 0, failed: 0, cut: 0 } })
    expect(verdict(text, nothing)).toMatchObject({ ok: false, observed: null, reason: 'no data' })
  })

  it.each([
    ['dropped: count==0', false, 25],
    ['dropped: rate<=20%', true, 0.2],
    ['attempts: count<120', true, 110],
    ['attempts: rate<1.2', true, 110 / 100],
    ['throttled: rate<10%', false, 0.1],
    ['goodput: count>=45', true, 45],
    ['goodput: rate>=4.5', true, 4.5],
  ])('%s is %s at %s', (text, ok, observed) => {
    const counts = { sent: 100, ok: 90, failed: 6, cut: 2 }
    const more = { good: 45, dropped: 25, attempts: 110, throttled: 11 }
    expect(verdict(text, measured([1], { counts: { ...counts, ...more } }))).toMatchObject({
      ok,
      observed,
      reason: null,
    })
  })

  it('misses goodput where there is no objective to be good by', () => {
    expect(verdict('goodput: rate>0', measured([1]))).toMatchObject({
      outcome: 'missed',
      reason: 'no data',
    })
  })

  it('asks one scenario alone, and misses of one that sent nothing', () => {
    const of = measured([500], { scenarios: new Map([['short', measured([10, 20])]]) })
    expect(verdict('ttft{scenario:short}: max<100ms', of)).toMatchObject({ ok: true, observed: 20 })
    expect(verdict('ttft{scenario:long}: max<100ms', of)).toMatchObject({
      outcome: 'missed',
      observed: null,
      reason: 'no data',
    })
  })

  it('with strict samples lets pass nothing that rests on too few, and misses as before', () => {
    const strict = (text: string, values: readonly number[]) =>
      judge(parseThreshold(text)!, measured(values), { strictSamples: true })
    const many = Array.from({ length: 130 }, () => 1)
    expect(strict('ttft: p(95)<1s', many)).toMatchObject({ outcome: 'passed', ok: true })
    expect(strict('ttft: p(95)<1s', many.slice(1))).toMatchObject({
      outcome: 'inconclusive',
      ok: false,
      observed: 1,
      reason: '129 samples, it needs 130',
    })
    expect(strict('ttft: p(95)<0.5ms', many.slice(1)).outcome).toBe('missed')
    expect(strict('ttft: max<1s', [1]).outcome).toBe('passed')
  })

  it('says how many samples a percentile rests on and needs', () => {
    expect(verdict('ttft: p(99)<1s', measured([1, 2]))).toMatchObject({
      samples: 2,
      samplesNeeded: 662,
    })
  })
})
