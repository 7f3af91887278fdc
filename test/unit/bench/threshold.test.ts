import { describe, expect, it } from 'vitest'
import { OptionError } from '../../../base/option-error.ts'
import { readOptions } from '../../../base/option-table.ts'
import { benchOptions } from '../../../bench/options.ts'
import { createTallies } from '../../../bench/recorder.ts'
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

  it('says how many samples a percentile rests on and needs', () => {
    expect(verdict('ttft: p(99)<1s', measured([1, 2]))).toMatchObject({
      samples: 2,
      samplesNeeded: 662,
    })
  })
})
