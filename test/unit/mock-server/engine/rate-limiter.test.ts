import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRateLimiter,
  type Decision,
  type Limits,
} from '../../../../mock-server/engine/rate-limiter.ts'

const NO_LIMITS: Limits = {
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
  maxConcurrent: undefined,
}

function limiter(limits: Partial<Limits>) {
  const { decide } = createRateLimiter({ ...NO_LIMITS, ...limits })
  return (tokens: number, nowMs: number, apiKey = 'key', model = 'gpt-4o') =>
    decide({ apiKey, model, tokens }, nowMs)
}

function refused(decision: Decision) {
  if (decision.admitted) throw new Error('It was let in.')
  return decision
}

function admitted(decision: Decision) {
  if (!decision.admitted) throw new Error(`It was refused: ${JSON.stringify(decision.refusal)}`)
  return decision
}

test.each([
  // recorded headers: limit, taken, remaining, reset in ms
  ['requests', 5000, 1, 4999, 12],
  ['tokens', 160_000, 24, 159_976, 9],
] as const)(
  '%s: of %d, %d are taken, %d remain, full again in %d ms',
  (kind, limit, taken, remaining, resetMs) => {
    const decide = limiter(
      kind === 'tokens' ? { tokensPerMinute: limit } : { requestsPerMinute: limit },
    )
    const { limits } = admitted(decide(taken, 0))
    expect(limits[kind]!.limit).toBe(limit)
    expect(limits[kind]!.remaining).toBe(remaining)
    expect(limits[kind]!.resetMs).toBeCloseTo(resetMs, 9)
  },
)

test.each([
  // recorded refusals: limit, used, requested, wait in ms
  [30_000, 18_928, 11_159, 174],
  [30_000, 28_039, 3906, 3890],
  [30_000, 14_567, 24_754, 18_642],
  [10_000, 8782, 8172, 41_724],
])('TPM %d with %d used refuses %d for %d ms', (limit, used, requested, waitMs) => {
  const decide = limiter({ tokensPerMinute: limit })
  admitted(decide(used, 0))
  const { refusal, tooLarge } = refused(decide(requested, 0))
  expect(tooLarge).toBe(false)
  expect({ ...refusal, waitMs: 0 }).toEqual({
    kind: 'tokens',
    model: 'gpt-4o',
    limit,
    used,
    requested,
    waitMs: 0,
  })
  expect(refusal.waitMs).toBeCloseTo(waitMs, 6)
})

test('RPM 3: the fourth request waits 20 s, and each 20 s lets one in', () => {
  const decide = limiter({ requestsPerMinute: 3 })
  for (let i = 0; i < 3; i++) admitted(decide(1, 0))
  const { refusal, limits } = refused(decide(1, 0))
  expect(refusal).toEqual({
    kind: 'requests',
    model: 'gpt-4o',
    limit: 3,
    used: 3,
    requested: 1,
    waitMs: 20_000,
  })
  expect(limits.requests).toEqual({ limit: 3, remaining: 0, resetMs: 60_000 })
  refused(decide(1, 19_999))
  admitted(decide(1, 20_000))
  refused(decide(1, 20_000))
  admitted(decide(1, 40_000))
})

test('a refused request takes nothing', () => {
  const decide = limiter({ requestsPerMinute: 3, tokensPerMinute: 100 })
  admitted(decide(90, 0))
  for (let i = 0; i < 10; i++) refused(decide(20, 0))
  expect(admitted(decide(10, 0)).limits.requests!.remaining).toBe(1)
})

test('of two limits the one that takes longer to clear is named', () => {
  const decide = limiter({ requestsPerMinute: 1, tokensPerMinute: 100 })
  admitted(decide(100, 0))
  expect(refused(decide(10, 0)).refusal.kind).toBe('requests') // 60 s against 6 s
  expect(refused(decide(100, 0)).refusal.kind).toBe('requests') // 60 s both
  const other = limiter({ requestsPerMinute: 60, tokensPerMinute: 100 })
  for (let i = 0; i < 59; i++) admitted(other(1, 0))
  admitted(other(41, 0))
  expect(refused(other(50, 0)).refusal.kind).toBe('tokens') // 1 s against 30 s
})

test('a request larger than the whole limit is told so, whatever is in use', () => {
  const decide = limiter({ tokensPerMinute: 30_000 })
  const { refusal, tooLarge, limits } = refused(decide(30_601, 0))
  expect([tooLarge, refusal.limit, refusal.requested, refusal.waitMs]).toEqual([
    ...[true, 30_000, 30_601, 0],
  ])
  expect(limits.tokens!.remaining).toBe(30_000)
  admitted(decide(30_000, 0))
})

test('slots are given back when a request is over, and once only', () => {
  const decide = limiter({ maxConcurrent: 2 })
  const first = admitted(decide(1, 0)).lease
  const second = admitted(decide(1, 0)).lease
  first.endsAtMs = 700
  second.endsAtMs = 500
  expect(refused(decide(1, 100)).refusal).toEqual({
    kind: 'concurrent',
    model: 'gpt-4o',
    limit: 2,
    used: 2,
    requested: 1,
    waitMs: 400, // until the first of them is over
  })
  first.release()
  first.release()
  const third = admitted(decide(1, 100)).lease
  refused(decide(1, 100))
  second.release()
  third.release()
  admitted(decide(1, 100))
})

test('a slot that is overdue asks for a wait of a millisecond at least', () => {
  const decide = limiter({ maxConcurrent: 1 })
  admitted(decide(1, 0)).lease.endsAtMs = 10
  expect(refused(decide(1, 500)).refusal.waitMs).toBe(1)
})

test('each API key and model has limits of its own', () => {
  const decide = limiter({ requestsPerMinute: 1 })
  admitted(decide(1, 0, 'a', 'gpt-4o'))
  admitted(decide(1, 0, 'b', 'gpt-4o'))
  admitted(decide(1, 0, 'a', 'gpt-4'))
  refused(decide(1, 0, 'a', 'gpt-4o'))
  expect(refused(decide(1, 0, 'b', 'gpt-4o')).refusal.model).toBe('gpt-4o')
})

test('without limits everything is let in, and a large account that is hardly used is told', () => {
  const decide = limiter({})
  for (let i = 0; i < 100; i++) {
    expect(admitted(decide(1e12, 0)).limits).toEqual({
      requests: { limit: 30_000, remaining: 29_999, resetMs: 2 },
      tokens: { limit: 150_000_000, remaining: 149_997_500, resetMs: 1 },
    })
  }
})

test('ten thousand callers more do not make it forget one who is at the limit', () => {
  const decide = limiter({ requestsPerMinute: 1 })
  admitted(decide(1, 0, 'busy'))
  for (let i = 0; i < 9999; i++) decide(1, 0, `idle ${i}`)
  admitted(decide(1, 59_000, 'busier'))
  admitted(decide(1, 60_001, 'newcomer')) // the idle ones are forgotten now
  refused(decide(1, 60_001, 'busier'))
  admitted(decide(1, 60_001, 'busy'))
  admitted(decide(1, 60_001, 'idle 5'))
})

test('a hundred thousand busy callers are the most that it knows, and each takes it no longer', () => {
  const decide = limiter({ requestsPerMinute: 1 })
  admitted(decide(1, 0, 'first'))
  const startMs = performance.now()
  for (let i = 0; i < 99_999; i++) decide(1, 0, `key ${i}`)
  refused(decide(1, 0, 'first'))
  admitted(decide(1, 0, 'one more'))
  admitted(decide(1, 0, 'first')) // it was forgotten
  for (let i = 0; i < 10_000; i++) decide(1, 0, `another ${i}`)
  expect(performance.now() - startMs).toBeLessThan(2000)
})

test('waiting exactly as told lets the request in, and a millisecond less does not', () => {
  const requests = fc.array(
    fc.record({ tokens: fc.integer({ min: 1, max: 3000 }), afterMs: fc.nat(5000) }),
    { minLength: 1, maxLength: 30 },
  )
  const limits = fc.record({
    requestsPerMinute: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
    tokensPerMinute: fc.option(fc.integer({ min: 3000, max: 200_000 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(limits, requests, (given, asked) => {
      const decide = limiter(given)
      let nowMs = 0
      for (const { tokens, afterMs } of asked) {
        nowMs += afterMs
        const first = decide(tokens, nowMs)
        if (first.admitted) continue
        // The wait is told rounded up to whole units in use: a unit less is surely too early.
        const unitMs = 60_000 / first.refusal.limit
        const earlyMs = nowMs + first.refusal.waitMs - unitMs - 1
        if (earlyMs > nowMs) refused(decide(tokens, earlyMs))
        nowMs += first.refusal.waitMs
        admitted(decide(tokens, nowMs))
      }
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('over any time no more is let in than the limit and what was refilled', () => {
  const gaps = fc.array(
    fc.record({ tokens: fc.integer({ min: 1, max: 50 }), afterMs: fc.nat(900) }),
    {
      maxLength: 200,
    },
  )
  fc.assert(
    fc.property(gaps, asked => {
      const decide = limiter({ tokensPerMinute: 600 }) // 10 a second
      let nowMs = 0
      let taken = 0
      for (const { tokens, afterMs } of asked) {
        nowMs += afterMs
        const decision = decide(tokens, nowMs)
        if (decision.admitted) taken += tokens
        const { remaining } = decision.limits.tokens!
        expect(remaining >= 0 && remaining <= 600 && Number.isInteger(remaining)).toBe(true)
        expect(taken).toBeLessThanOrEqual(600 + nowMs / 100 + 1e-6)
      }
    }),
    { seed: 2, numRuns: 200 },
  )
})
