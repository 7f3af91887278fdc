import { describe, expect, it } from 'vitest'
import { createErrorShare } from '../../../../bench/safety/error-share.ts'
import { createGuard } from '../../../../bench/safety/guard.ts'
import { createMeter } from '../../../../bench/safety/spending.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

const tariff = { input: 100, output: 400, source: 'a test' }
const expected = { inputTokens: 50, nanoDollars: 25_000 }

describe('the share of errors', () => {
  it('is told of the last hundred, and only once there are twenty', () => {
    const share = createErrorShare()
    for (let i = 0; i < 19; i++) expect(share.add(true)).toBeUndefined()
    expect(share.add(false)).toBe(0.95)
    for (let i = 0; i < 80; i++) share.add(false)
    expect(share.add(false)).toBe(0.18)
    for (let i = 0; i < 18; i++) share.add(false)
    expect(share.add(true)).toBe(0.01)
  })
})

describe('the meter', () => {
  const meterOf = (known = true) =>
    createMeter({ tariffOf: name => (known && name === 'a' ? tariff : undefined), expected })

  it('takes usage, and for what has none the estimate and the chunks', () => {
    const meter = meterOf()
    meter.sent()
    meter.settled(sampleOf({ scenario: 'a', inputTokens: 10, outputTokens: 5 }))
    expect(meter.spent).toBe(10 * 100 + 5 * 400)
    meter.sent()
    meter.settled(sampleOf({ scenario: 'a', outcome: 'stream_cut', outputTokens: 3 }))
    expect(meter.spent).toBe(3000 + 50 * 100 + 3 * 400)
  })

  it('takes nothing for what was refused or never arrived', () => {
    const meter = meterOf(false)
    for (const [outcome, status] of [
      ['http_429', 429],
      ['http_5xx', 500],
      ['connect_error', undefined],
    ] as const) {
      meter.sent()
      meter.settled(sampleOf({ scenario: 'a', outcome, status, outputTokens: 0 }))
    }
    expect(meter.spent).toBe(0)
  })

  it('does not know what the unknown costs', () => {
    const meter = meterOf(false)
    meter.sent()
    meter.settled(sampleOf({ scenario: 'a' }))
    expect(meter.spent).toBeUndefined()
  })

  it('expects of what is in flight the estimate at first, then more and more the mean', () => {
    const meter = meterOf()
    for (let i = 0; i < 20; i++) meter.sent()
    expect(meter.withNext).toBe(21 * 25_000)
    for (let i = 0; i < 20; i++) {
      meter.settled(sampleOf({ scenario: 'a', inputTokens: 10, outputTokens: 5 }))
    }
    meter.sent()
    // 20 that cost 3,000 and two of the estimate's 25,000.
    const each = (20 * 3000 + 2 * 25_000) / 22
    expect(meter.withNext).toBe(20 * 3000 + 2 * each)
  })
})

describe('the guard', () => {
  it('stops before the budget is passed by what is in flight and the next, and stays with its reason', () => {
    const meter = createMeter({ tariffOf: () => tariff, expected })
    const guard = createGuard({ meter, budget: 60_000, priceSource: 'a test', stopOnErrors: 0.5 })
    expect(guard.sent()).toBeUndefined()
    const stop = guard.sent()
    expect(stop).toEqual({
      why: 'budget',
      says: 'Another request might have passed the budget of $0.0000600: the run was stopped before its end.',
    })
    for (let i = 0; i < 30; i++) guard.settled(sampleOf({ outcome: 'http_5xx', status: 500 }))
    expect(guard.stop).toBe(stop)
    expect(guard.spending()).toMatchObject({ budgetDollars: 0.00006, source: 'a test' })
  })

  it('stops above the share of errors, and not at it', () => {
    const of = (share: number) =>
      createGuard({
        meter: undefined,
        budget: undefined,
        priceSource: undefined,
        stopOnErrors: share,
      })
    const half = of(0.5)
    for (let i = 0; i < 10; i++) {
      half.settled(sampleOf({ outcome: 'stream_cut' }))
      expect(half.settled(sampleOf({}))).toBeUndefined()
    }
    expect(half.settled(sampleOf({ outcome: 'http_429' }))).toMatchObject({ why: 'errors' })
    const never = of(1)
    for (let i = 0; i < 200; i++) never.settled(sampleOf({ outcome: 'http_429' }))
    expect([never.stop, never.spending()]).toEqual([null, null])
  })
})
