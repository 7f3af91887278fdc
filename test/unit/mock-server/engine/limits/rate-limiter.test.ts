import { expect, test } from 'vitest'
import {
  createRateLimiter,
  type Limits,
} from '../../../../../mock-server/engine/limits/rate-limiter.ts'
import { admitted, claimOf, refused } from '../../../../helpers/limiter.ts'

function limiter(limits: Limits) {
  const { decide } = createRateLimiter(limits)
  return (tokens: number, nowMs: number, caller = 'key', model = 'gpt-4o') =>
    decide(claimOf({ caller, model, outputTokens: tokens }), nowMs)
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

test('a refused request takes nothing unless told otherwise', () => {
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
  first.plan(1, 700, 0)
  second.plan(1, 500, 0)
  expect(refused(decide(1, 100)).refusal).toEqual({
    kind: 'concurrent',
    model: 'gpt-4o',
    limit: 2,
    used: 2,
    requested: 1,
    waitMs: 410, // until the first of them is over, and a moment
  })
  first.release(1, 100)
  first.release(1, 100)
  const third = admitted(decide(1, 100)).lease
  refused(decide(1, 100))
  second.release(1, 100)
  third.release(1, 100)
  admitted(decide(1, 100))
})

test('a slot that is overdue, or of no known end, is asked for again in a tenth of a second', () => {
  const decide = limiter({ maxConcurrent: 1 })
  admitted(decide(1, 0)).lease.plan(1, 10, 0)
  expect(refused(decide(1, 500)).refusal.waitMs).toBe(100)
  const unknown = limiter({ maxConcurrent: 1 })
  admitted(unknown(1, 0)).lease.plan(1, Number.POSITIVE_INFINITY, 0)
  expect(refused(unknown(1, 0)).refusal.waitMs).toBe(100)
})

test('a slot that is free before a limit is not what is named', () => {
  const decide = limiter({ maxConcurrent: 1, requestsPerMinute: 1 })
  const { lease } = admitted(decide(1, 0))
  lease.plan(1, 500, 0)
  expect(refused(decide(1, 0)).refusal).toMatchObject({ kind: 'requests', waitMs: 60_000 })
  lease.plan(1, 90_000, 0)
  expect(refused(decide(1, 0)).refusal).toMatchObject({ kind: 'concurrent', waitMs: 90_010 })
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
  refused(decide(1, 0, 'first')) // it asked lately
  refused(decide(1, 0, 'key 1'))
  admitted(decide(1, 0, 'key 0')) // it was forgotten
  for (let i = 0; i < 10_000; i++) decide(1, 0, `another ${i}`)
  expect(performance.now() - startMs).toBeLessThan(5000)
})

test.each([
  ['key', { caller: 'a' }, { model: 'b' }, { caller: 'b' }],
  ['model', { model: 'a' }, { caller: 'b' }, { model: 'b' }],
] as const)('%s: a bucket is shared by all that have it in common', (scope, one, like, other) => {
  const { decide } = createRateLimiter({ requestsPerMinute: 1, scope })
  admitted(decide(claimOf(one), 0))
  refused(decide(claimOf({ ...one, ...like }), 0))
  admitted(decide(claimOf({ ...one, ...other }), 0))
})

test('server: one bucket is for all', () => {
  const { decide } = createRateLimiter({ requestsPerMinute: 1, scope: 'server' })
  admitted(decide(claimOf({ caller: 'a', model: 'a' }), 0))
  refused(decide(claimOf({ caller: 'b', model: 'b' }), 0))
})

test('a day is refilled over a day: of 10,000 requests one is back after 8.64 s', () => {
  const decide = limiter({ requestsPerDay: 10_000, requestsPerMinute: 500 })
  // Both share the headers: the one that takes longer to be full again is told.
  expect(admitted(decide(1, 0)).limits.requests).toEqual({
    limit: 10_000,
    remaining: 9999,
    resetMs: 8640,
  })
  for (let i = 1; i < 500; i++) admitted(decide(1, 0))
  const { refusal, limits } = refused(decide(1, 0))
  expect(refusal).toMatchObject({ kind: 'requests', limit: 500, used: 500, waitMs: 120 })
  expect(limits.requests).toEqual({ limit: 500, remaining: 0, resetMs: 60_000 })
})

test('of 200 requests a day the next waits 7m12s', () => {
  const decide = limiter({ requestsPerDay: 200 })
  for (let i = 0; i < 200; i++) admitted(decide(1, 0))
  expect(refused(decide(1, 0)).refusal).toMatchObject({
    kind: 'requests_per_day',
    limit: 200,
    used: 200,
    waitMs: 432_000,
  })
})

test('tokens a day are reserved and settled as those of a minute are', () => {
  const { decide } = createRateLimiter({ tokensPerDay: 1000 })
  const { lease } = admitted(decide(claimOf({ inputTokens: 100, outputTokens: 900 }), 0))
  expect(refused(decide(claimOf({ outputTokens: 10 }), 0)).refusal.kind).toBe('tokens_per_day')
  lease.release(100, 0)
  const { limits } = admitted(decide(claimOf({ outputTokens: 300 }), 0))
  expect(limits.tokens).toEqual({ limit: 1000, remaining: 500, resetMs: 43_200_000 })
})

test('input tokens have a limit of their own, which output does not touch', () => {
  const { decide } = createRateLimiter({ inputTokensPerMinute: 600 })
  const { limits } = admitted(decide(claimOf({ inputTokens: 590, outputTokens: 9000 }), 0))
  expect(limits).toEqual({ inputTokens: { limit: 600, remaining: 10, resetMs: 59_000 } })
  expect(refused(decide(claimOf({ inputTokens: 30 }), 0)).refusal).toEqual({
    kind: 'input_tokens',
    model: 'gpt-4o',
    limit: 600,
    used: 590,
    requested: 30,
    waitMs: 2000,
  })
  const { tooLarge, refusal } = refused(decide(claimOf({ inputTokens: 601 }), 0))
  expect([tooLarge, refusal.kind, refusal.requested]).toEqual([true, 'input_tokens', 601])
})

test('a project has one bucket for all its keys and models, beside their own', () => {
  const { decide } = createRateLimiter({ tokensPerMinute: 1000, projectTokensPerMinute: 1500 })
  const ask = (caller: string, project: string) =>
    decide(claimOf({ caller, model: caller, project, outputTokens: 1000 }), 0)
  expect(admitted(ask('a', 'one')).limits).toEqual({
    tokens: { limit: 1000, remaining: 0, resetMs: 60_000 },
    projectTokens: { limit: 1500, remaining: 500, resetMs: 40_000 },
  })
  const { refusal, limits } = refused(ask('b', 'one'))
  expect(refusal).toEqual({
    kind: 'project_tokens',
    model: 'b',
    project: 'one',
    limit: 1500,
    used: 1000,
    requested: 1000,
    waitMs: 20_000,
  })
  expect(limits.tokens!.remaining).toBe(1000) // nothing was taken of its own
  admitted(ask('b', 'two'))
})

test('counted, refused requests keep who does not wait out for ever, and delay who waits by nothing', () => {
  const decide = limiter({ requestsPerMinute: 3, countRefused: true })
  for (let i = 0; i < 3; i++) admitted(decide(1, 0))
  for (let nowMs = 0; nowMs <= 600_000; nowMs += 5000) {
    expect(refused(decide(1, nowMs)).refusal).toMatchObject({ used: 3, waitMs: 20_000 })
  }
  expect(refused(decide(1, 619_999)).refusal.waitMs).toBe(20_000)
  admitted(decide(1, 639_999))
})

test('counted, a request that tokens refuse is one of the minute, and the wait covers both', () => {
  const decide = limiter({ requestsPerMinute: 2, tokensPerMinute: 600, countRefused: true })
  admitted(decide(600, 0))
  const { refusal } = refused(decide(10, 0))
  expect(refusal).toMatchObject({ kind: 'requests', used: 2, waitMs: 30_000 })
  admitted(decide(10, 30_000))
})

test('with a quantum of a second, 60 a minute are one each second', () => {
  const decide = limiter({ requestsPerMinute: 60, quantumMs: 1000 })
  expect(admitted(decide(1, 0)).limits.requests).toEqual({ limit: 60, remaining: 0, resetMs: 1000 })
  const { refusal } = refused(decide(1, 250))
  expect(refusal).toMatchObject({ limit: 60, used: 60, requested: 1, waitMs: 1000 })
  refused(decide(1, 999))
  admitted(decide(1, 1000))
  expect(admitted(decide(1, 60_000)).limits.requests!.remaining).toBe(0)
  refused(decide(1, 60_000))
})

test('a quantum is a request at least, and a minute at most', () => {
  const few = limiter({ requestsPerMinute: 3, quantumMs: 10 })
  admitted(few(1, 0))
  expect(refused(few(1, 0)).refusal.waitMs).toBe(20_000)
  const long = limiter({ requestsPerMinute: 3, quantumMs: 3_600_000 })
  for (let i = 0; i < 3; i++) admitted(long(1, 0))
  refused(long(1, 0))
})

test("more tokens than a quantum's share are let in when nothing is in use, and paid for afterwards", () => {
  const decide = limiter({ tokensPerMinute: 60_000, quantumMs: 1000 })
  admitted(decide(1, 0))
  expect(refused(decide(5000, 0)).refusal.waitMs).toBe(1)
  admitted(decide(5000, 1))
  expect(refused(decide(1000, 1)).refusal.waitMs).toBe(5000)
  admitted(decide(1000, 5001))
})

test('a day is not cut by a quantum', () => {
  const decide = limiter({ requestsPerDay: 1000, quantumMs: 1000 })
  for (let i = 0; i < 1000; i++) admitted(decide(1, 0))
})

test('under other limits each caller has used the share that it had', () => {
  const before = createRateLimiter({ requestsPerMinute: 10, tokensPerMinute: 1000 })
  for (let i = 0; i < 4; i++) before.decide(claimOf({ outputTokens: 125 }), 0)
  const after = before.withLimits({
    requestsPerMinute: 100,
    tokensPerMinute: 200,
    quantumMs: 60_000,
  })
  const { limits } = admitted(after.decide(claimOf({ outputTokens: 10 }), 0))
  expect(limits.requests!.remaining).toBe(100 - 40 - 1)
  expect(limits.tokens!.remaining).toBe(200 - 100 - 10)
  expect(admitted(after.decide(claimOf({ caller: 'new' }), 0)).limits.requests!.remaining).toBe(99)
})

test('a request in flight is settled in the share it has under other limits', () => {
  const before = createRateLimiter({ tokensPerMinute: 1000 })
  const { lease } = admitted(before.decide(claimOf({ outputTokens: 800 }), 0))
  const after = before.withLimits({ tokensPerMinute: 100 })
  expect(after.state(0)[0]!.limits[0]!.remaining).toBe(20)
  lease.release(300, 0)
  expect(after.state(0)[0]!.limits[0]!.remaining).toBe(70)
})

test('a limit that is new is unused, one that is gone is not told, and slots stay held', () => {
  const before = createRateLimiter({ requestsPerMinute: 10, maxConcurrent: 2 })
  const { lease } = admitted(before.decide(claimOf({}), 0))
  const after = before.withLimits({ tokensPerMinute: 100, maxConcurrent: 1 })
  expect(refused(after.decide(claimOf({}), 0)).refusal.kind).toBe('concurrent')
  lease.release(1, 0)
  expect(admitted(after.decide(claimOf({ outputTokens: 40 }), 0)).limits).toEqual({
    tokens: { limit: 100, remaining: 60, resetMs: 24_000 },
  })
  expect(after.withLimits({}).isUnlimited).toBe(true)
  expect(after.withLimits({}).withLimits({ requestsPerMinute: 1 }).isUnlimited).toBe(false)
})

test('what was refilled before a change was so by the old limit', () => {
  const before = createRateLimiter({ requestsPerMinute: 60 })
  for (let i = 0; i < 60; i++) before.decide(claimOf({}), 0)
  const after = before.withLimits({ requestsPerMinute: 6 })
  // 30 s by neither limit alone: who did not ask meanwhile is brought up when next seen.
  expect(admitted(after.decide(claimOf({}), 30_000)).limits.requests!.remaining).toBe(2)
})

test('the state tells who asked last, newest first, and how much is left to each', () => {
  const limiter = createRateLimiter({
    requestsPerMinute: 60,
    projectTokensPerMinute: 1000,
    maxConcurrent: 4,
  })
  for (let i = 0; i < 50; i++) limiter.decide(claimOf({ caller: `key ${i}` }), 0)
  const { lease } = admitted(limiter.decide(claimOf({ caller: 'key 7', outputTokens: 9 }), 0))
  const shown = limiter.state(0)
  expect(shown.slice(0, 2)).toEqual([
    {
      caller: 'key 7',
      model: 'gpt-4o',
      project: undefined,
      inFlight: 2,
      limits: [
        { kind: 'requests', limit: 60, remaining: 58, resetMs: 2000 },
        { kind: 'concurrent', limit: 4, remaining: 2, resetMs: 0 },
      ],
    },
    expect.objectContaining({ caller: 'key 49', inFlight: 1 }),
  ])
  expect(shown).toHaveLength(21)
  expect(shown[20]).toMatchObject({
    project: 'proj_default',
    limits: [{ kind: 'project_tokens', limit: 1000, remaining: 1000 - 50 - 9 }],
  })
  expect(limiter.state(0, 3)).toHaveLength(4)
  lease.release(0, 0)
  expect(limiter.state(0)[0]!.inFlight).toBe(1)
  expect(createRateLimiter({}).state(0)).toEqual([])
})

test('a name of any length is known by its hash, and shown by its beginning', () => {
  const long = 'x'.repeat(100_000)
  const { decide, state } = createRateLimiter({ requestsPerMinute: 1 })
  admitted(decide(claimOf({ model: `${long}a` }), 0))
  admitted(decide(claimOf({ model: `${long}b` }), 0))
  refused(decide(claimOf({ model: `${long}a` }), 0))
  expect(state(0)[0]!.model).toBe(`${'x'.repeat(128)}…`)
})
