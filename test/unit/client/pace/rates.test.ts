import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createBucket } from '../../../../client/pace/bucket.ts'
import type { PaceChange } from '../../../../client/pace/history.ts'
import { createOutputGuess } from '../../../../client/pace/output-guess.ts'
import { readRate } from '../../../../client/pace/rate-headers.ts'
import { readRateMessage } from '../../../../client/pace/rate-message.ts'
import { createRates, type OwnCaps } from '../../../../client/pace/rates.ts'

function harness(own: OwnCaps = {}) {
  const clock = createManualClock()
  const changes: PaceChange[] = []
  const changed = (change: PaceChange) => void changes.push(change)
  const rates = createRates(own, { nowMs: clock.nowMs, maxWaitMs: 60_000, changed })
  function send(tokens = 0) {
    const need = { tokens }
    rates.take(need)
    return rates.sent(need, clock.nowMs())
  }
  return { clock, rates, changes, send }
}

const headersOf = (kind: string, limit: string, remaining: string, reset: string) => ({
  [`x-ratelimit-limit-${kind}`]: limit,
  [`x-ratelimit-remaining-${kind}`]: remaining,
  [`x-ratelimit-reset-${kind}`]: reset,
})

test.each([
  ['60', '59', '1s', { limit: 60, remaining: 59, longWindowMs: undefined }],
  ['60', '70', '0s', { limit: 60, remaining: 60, longWindowMs: undefined }],
  ['10', '0', '6m0s', { limit: 10, remaining: 0, longWindowMs: undefined }],
  ['14400', '14398', '12s', { limit: 14400, remaining: 14398, longWindowMs: 86_400_000 }],
  ['14400', '14399', '6.1', { limit: 14400, remaining: 14399, longWindowMs: 86_400_000 }],
  ['60', '30', 'soon', { limit: 60, remaining: 30, longWindowMs: undefined }],
  ['-1', '-1', '0', undefined],
  ['0', '0', '0s', undefined],
  ['unlimited', '1O', 'soon', undefined],
  ['', '', '', undefined],
])('limit %s, remaining %s, reset %s', (limit, remaining, reset, expected) => {
  expect(readRate(headersOf('requests', limit, remaining, reset), 'requests')).toEqual(expected)
})

test('an own cap of 60 requests a minute lets ten go at once, and then one each second', () => {
  const { clock, rates, send } = harness({ rpm: 60 })
  for (let i = 0; i < 10; i++) {
    expect(rates.waitMs({ tokens: 0 })).toBe(0)
    send()
  }
  expect(rates.waitMs({ tokens: 0 })).toBeCloseTo(1000, 6)
  clock.advance(1000)
  expect(rates.waitMs({ tokens: 0 })).toBe(0)
})

test('a request larger than the bucket goes when it is full, alone, and is paid for afterwards', () => {
  const { clock, rates, send } = harness({ tpm: 600 })
  send(50)
  expect(rates.waitMs({ tokens: 5000 })).toBeCloseTo(5000, 6)
  clock.advance(5000)
  expect(rates.waitMs({ tokens: 5000 })).toBe(0)
  send(5000)
  expect(rates.waitMs({ tokens: 1 })).toBeCloseTo(490_100, 3)
})

test('what was reserved and not used is given back, what was used beyond it is taken', () => {
  const { rates, send } = harness({ tpm: 600 })
  const sent = send(100)
  rates.settle(sent, 40)
  expect(rates.waitMs({ tokens: 60 })).toBe(0)
  const other = send(60)
  rates.settle(other, 70)
  expect(rates.waitMs({ tokens: 1 })).toBeCloseTo(1100, 6)
})

test("the server's limit is learned, and what was sent since its word is not in it", () => {
  const { clock, rates, changes, send } = harness()
  const first = send()
  send()
  send()
  rates.told(first, headersOf('requests', '60', '3', '57s'), 0)
  expect(changes).toEqual([
    {
      atMs: 0,
      what: 'requests',
      from: undefined,
      to: 60,
      why: 'the server allows 60 requests a minute',
    },
  ])
  expect(rates.waitMs({ tokens: 0 })).toBe(0)
  send()
  expect(rates.waitMs({ tokens: 0 })).toBeCloseTo(1000, 6)
  clock.advance(1000)
  expect(rates.waitMs({ tokens: 0 })).toBe(0)
})

test('an answer that was overtaken by a later one tells nothing', () => {
  const { rates, send } = harness()
  const first = send()
  const second = send()
  rates.told(second, headersOf('requests', '60', '0', '1m0s'), 0)
  rates.told(first, headersOf('requests', '60', '59', '1s'), 0)
  expect(rates.waitMs({ tokens: 0 })).toBeCloseTo(1000, 6)
})

test('headers without sense change nothing', () => {
  const { rates, changes, send } = harness()
  for (const [limit, remaining, reset] of [
    ['-1', '-1', '0'],
    ['0', '0', '0s'],
    ['unlimited', '1O', 'soon'],
  ] as const) {
    rates.told(send(), headersOf('requests', limit, remaining, reset), 0)
    rates.told(send(), headersOf('tokens', limit, remaining, reset), 0)
  }
  expect(changes).toEqual([])
  expect(rates.waitMs({ tokens: 1e9 })).toBe(0)
  expect(rates.countsTokens).toBe(false)
})

test("a day's limit is known by its reset when two answers agree, and nobody waits for tomorrow", () => {
  const { rates, changes, send } = harness()
  rates.told(send(), headersOf('requests', '1440', '1439', '1m0s'), 0)
  expect(changes.map(({ why }) => why)).toEqual(['the server allows 1440 requests a minute'])
  rates.told(send(), headersOf('requests', '1440', '1438', '2m0s'), 0)
  expect(changes.at(-1)?.why).toBe('the server allows 1440 requests a day')
  rates.told(send(), headersOf('requests', '1440', '0', '24h0m0s'), 0)
  expect(rates.waitMs({ tokens: 0 })).toBeCloseTo(60_000, 0)
  send()
  expect(rates.waitMs({ tokens: 0 })).toBe(0)
})

test('a minute with a fixed end is no hour, though its reset looks like one once', () => {
  const { rates, changes, send } = harness()
  rates.told(send(), headersOf('requests', '60', '59', '58s'), 0)
  rates.told(send(), headersOf('requests', '60', '58', '57s'), 0)
  expect(changes).toHaveLength(1)
})

test.each([
  [
    'Rate limit reached for m in organization o on requests per min (RPM): Limit 60, Used 60, Requested 1.',
    { kind: 'requests', limit: 60, remaining: 0, windowMs: 60_000 },
  ],
  [
    'Rate limit reached on tokens per day (TPD): Limit 5000, Used 4000, Requested 1200. Please',
    { kind: 'tokens', limit: 5000, remaining: 1000, windowMs: 86_400_000 },
  ],
  ['Too many requests per minute', undefined],
  ['That model is currently overloaded with other requests.', undefined],
])('%s', (message, expected) => {
  expect(readRateMessage(message)).toEqual(expected)
})

test('where headers say nothing, the message of a refusal tells the limit', () => {
  const { rates, send } = harness()
  const why = 'Rate limit reached on requests per min (RPM): Limit 60, Used 60, Requested 1.'
  rates.told(send(), {}, 0, why)
  expect(rates.waitMs({ tokens: 0 })).toBeCloseTo(1000, 6)
})

test('with the server a request reserves all that it may take, whatever was usual', () => {
  const { rates } = harness()
  const first = { tokens: 10, serverTokens: 10 }
  rates.take(first)
  rates.told(rates.sent(first, 0), headersOf('tokens', '600', '100', '50s'), 0)
  expect(rates.waitMs({ tokens: 90 })).toBe(0)
  expect(rates.waitMs({ tokens: 90, serverTokens: 160 })).toBeCloseTo(6000, 6)
})

test('a bucket never saves up more than its burst', () => {
  const bucket = createBucket({ limit: 60, windowMs: 60_000, burst: 5 }, 0)
  bucket.take(5, 0)
  expect(bucket.level(1_000_000)).toBe(5)
  bucket.giveBack(3)
  expect(bucket.level(1_000_000)).toBe(5)
  bucket.correct(99, 1_000_000)
  expect(bucket.level(1_000_000)).toBe(5)
})

test('the output of a request is guessed from those before it, and never above what it may be', () => {
  const guess = createOutputGuess()
  expect(guess.guess(undefined)).toBe(256)
  expect(guess.guess(4000)).toBe(4000)
  for (let i = 1; i <= 100; i++) guess.add(i)
  expect(guess.guess(4000)).toBe(95)
  expect(guess.guess(50)).toBe(50)
  for (let i = 0; i < 300; i++) guess.add(7)
  expect(guess.guess(undefined)).toBe(7)
})
