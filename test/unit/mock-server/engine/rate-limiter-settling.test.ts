import { expect, test } from 'vitest'
import {
  type Bucket,
  createBucket,
  refill,
  reserve,
  settle,
  stateOf,
} from '../../../../mock-server/engine/limits/bucket.ts'
import { createRateLimiter } from '../../../../mock-server/engine/limits/rate-limiter.ts'
import { rulesOf } from '../../../../mock-server/engine/limits/rules.ts'
import { admitted, claimOf, refused } from '../../../helpers/limiter.ts'

function limiter(tokensPerMinute: number) {
  const { decide, state } = createRateLimiter({ tokensPerMinute })
  return {
    take: (inputTokens: number, outputTokens: number, nowMs: number) =>
      admitted(decide(claimOf({ inputTokens, outputTokens }), nowMs)).lease,
    decide: (outputTokens: number, nowMs: number) => decide(claimOf({ outputTokens }), nowMs),
    left: (nowMs: number) => state(nowMs)[0]!.limits[0]!.remaining,
  }
}

test('what a request did not need is given back when it is over', () => {
  const { take, left } = limiter(1000)
  const lease = take(100, 600, 0)
  expect(left(0)).toBe(300)
  lease.release(50, 0)
  expect(left(0)).toBe(850)
})

test('a second release changes nothing', () => {
  const { take, left } = limiter(1000)
  const lease = take(100, 600, 0)
  lease.release(50, 0)
  lease.release(0, 0)
  expect(left(0)).toBe(850)
})

test('a plan for more than was reserved takes the rest at once', () => {
  const { take, left } = limiter(1000)
  const lease = take(100, 64, 0)
  lease.plan(500, 1000, 0)
  expect(left(0)).toBe(400)
  lease.release(500, 0)
  expect(left(0)).toBe(400)
})

test('a plan that comes after the end takes nothing', () => {
  const { take, left } = limiter(1000)
  const lease = take(100, 64, 0)
  lease.release(0, 0)
  lease.plan(500, 1000, 0)
  expect(left(0)).toBe(900)
})

test('what was answered beyond all that was reserved is taken at the end', () => {
  const { take, left } = limiter(1000)
  take(100, 64, 0).release(500, 0)
  expect(left(0)).toBe(400)
})

test('more than the limit may be in use by what was answered: who comes next waits for it', () => {
  const { take, decide, left } = limiter(600)
  take(0, 600, 0).release(700, 0)
  expect(left(0)).toBe(0)
  expect(refused(decide(10, 0)).refusal).toMatchObject({ used: 700, requested: 10, waitMs: 11_000 })
  admitted(decide(10, 11_000))
})

test('time gives back what settling would: it is given back once', () => {
  const { take, decide, left } = limiter(1000)
  const first = take(0, 1000, 0)
  expect(left(30_000)).toBe(500)
  admitted(decide(500, 30_000))
  // 500 of the first were refilled by now; 500 are its own still, and all of them come back.
  first.release(100, 30_000)
  expect(left(30_000)).toBe(500)
})

test('what time has given back already is not given back again at the cost of others', () => {
  const { take, decide, left } = limiter(1000)
  const slow = take(0, 1000, 0)
  admitted(decide(1000, 60_000)) // the minute has refilled all that the first took
  slow.release(0, 60_000)
  expect(left(60_000)).toBe(0)
  refused(decide(1, 60_000))
})

test('settled in any order, nothing is lost and nothing won', () => {
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
    [2, 0, 3, 1],
  ]) {
    const { take, left } = limiter(1000)
    const leases = Array.from({ length: 4 }, () => take(0, 250, 0))
    for (const [i, place] of order.entries()) {
      leases[place]!.release(50, 0)
      expect(left(0)).toBe(200 * (i + 1))
    }
    expect(left(6000)).toBe(900)
    expect(left(12_000)).toBe(1000)
  }
})

test('many requests settled stand as one behind a request that stays', () => {
  const rule = rulesOf({ tokensPerMinute: 1_000_000_000 }).caller[0]!
  const bucket = createBucket(rule, 0)
  const first = reserve(bucket, 900)
  for (let i = 0; i < 20_000; i++) settle(reserve(bucket, 900), 100)
  expect(lengthOf(bucket)).toBe(2)
  const second = reserve(bucket, 900)
  for (let i = 0; i < 20_000; i++) settle(reserve(bucket, 900), 100)
  expect(lengthOf(bucket)).toBe(4)
  expect(bucket.used).toBe(900 + 2_000_000 + 900 + 2_000_000)
  settle(second, 100)
  expect(lengthOf(bucket)).toBe(2)
  settle(first, 0)
  expect(lengthOf(bucket)).toBe(1)
  expect(stateOf(bucket).remaining).toBe(1_000_000_000 - 4_000_100)
  refill(bucket, 60_000)
  expect([lengthOf(bucket), bucket.used]).toEqual([0, 0])
})

function lengthOf({ first }: Bucket): number {
  let length = 0
  for (let portion = first; portion; portion = portion.after) length++
  return length
}
