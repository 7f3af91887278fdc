import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRateLimiter,
  type Lease,
} from '../../../../mock-server/engine/limits/rate-limiter.ts'
import { retryAfterHeaders } from '../../../../protocol/rate-limit-headers.ts'
import { admitted, claimOf, refused } from '../../../helpers/limiter.ts'

const optional = (value: fc.Arbitrary<number>) => fc.option(value, { nil: undefined })
const limits = fc.record({
  requestsPerMinute: optional(fc.integer({ min: 1, max: 600 })),
  tokensPerMinute: optional(fc.integer({ min: 3000, max: 200_000 })),
  inputTokensPerMinute: optional(fc.integer({ min: 3000, max: 200_000 })),
  requestsPerDay: optional(fc.integer({ min: 1, max: 10_000 })),
  tokensPerDay: optional(fc.integer({ min: 3000, max: 10_000_000 })),
  projectTokensPerMinute: optional(fc.integer({ min: 3000, max: 200_000 })),
  maxConcurrent: optional(fc.integer({ min: 1, max: 4 })),
  quantumMs: optional(fc.constantFrom(100, 1000, 10_000)),
  countRefused: fc.boolean(),
})
const size = fc.integer({ min: 1, max: 1500 })
/** A request after a pause, how long it lasts, and how much of what it reserved it needs. */
const arrivals = fc.array(
  fc.record({
    inputTokens: size,
    outputTokens: size,
    afterMs: fc.nat(4000),
    lastsMs: fc.nat(90_000),
    needs: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 60 },
)

/** As the header has it. */
function toldMs(waitMs: number): number {
  return Number(retryAfterHeaders(waitMs)['retry-after-ms'])
}

interface Running {
  readonly lease: Lease
  readonly overAtMs: number
  readonly outputTokens: number
}

/** Ends what is over by now, in order. */
function settleUpTo(running: Running[], nowMs: number): void {
  running.sort((a, b) => a.overAtMs - b.overAtMs)
  while (running.length > 0 && running[0]!.overAtMs <= nowMs) {
    const { lease, overAtMs, outputTokens } = running.shift()!
    lease.release(outputTokens, overAtMs)
  }
}

test('a client that waits as told is never refused twice in a row, whatever the limits', () => {
  fc.assert(
    fc.property(limits, arrivals, (given, asked) => {
      const { decide } = createRateLimiter(given)
      const running: Running[] = []
      let nowMs = 0
      for (const { afterMs, lastsMs, needs, ...tokens } of asked) {
        nowMs += afterMs
        settleUpTo(running, nowMs)
        const claim = claimOf(tokens)
        let decision = decide(claim, nowMs)
        if (!decision.admitted) {
          nowMs += toldMs(decision.refusal.waitMs)
          settleUpTo(running, nowMs)
          decision = admitted(decide(claim, nowMs))
        }
        const { lease } = decision
        const overAtMs = nowMs + lastsMs
        lease.plan(tokens.outputTokens, overAtMs, nowMs)
        running.push({ lease, overAtMs, outputTokens: Math.floor(needs * tokens.outputTokens) })
      }
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('whole milliseconds as told are enough at any scale, and at any time of a long run', () => {
  const scale = fc.integer({ min: 0, max: 12 }).map(digits => 10 ** digits)
  const limit = fc
    .tuple(scale, fc.double({ min: 1, max: 10, noNaN: true }))
    .map(([power, share]) => Math.min(1e12, Math.ceil(power * share)))
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5 })
  const start = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(limit, shares, start, (tokensPerMinute, asked, startMs) => {
      const { decide } = createRateLimiter({ tokensPerMinute })
      let nowMs = startMs
      for (const share of asked) {
        const claim = claimOf({ outputTokens: Math.ceil(share * tokensPerMinute) })
        const decision = decide(claim, nowMs)
        if (decision.admitted) continue
        nowMs += toldMs(decision.refusal.waitMs)
        admitted(decide(claim, nowMs))
      }
    }),
    { seed: 6, numRuns: 300 },
  )
})

test('a client that waits until its limits are full again, as their headers say, is let in', () => {
  fc.assert(
    fc.property(limits, arrivals, (given, asked) => {
      const { decide } = createRateLimiter({ ...given, maxConcurrent: undefined })
      let nowMs = 0
      for (const { inputTokens, outputTokens } of asked) {
        const claim = claimOf({ inputTokens, outputTokens })
        const decision = decide(claim, nowMs)
        if (decision.admitted) continue
        const resets = Object.values(decision.limits).map(({ resetMs }) => resetMs)
        const beforeMs = nowMs
        nowMs += Math.max(decision.refusal.waitMs, ...resets)
        admitted(decide(claim, nowMs))
        expect(nowMs).toBeGreaterThan(beforeMs)
      }
    }),
    { seed: 2, numRuns: 100 },
  )
})

test('who comes a whole unit early is refused', () => {
  fc.assert(
    fc.property(limits, arrivals, (given, asked) => {
      const { decide } = createRateLimiter({
        ...given,
        maxConcurrent: undefined,
        countRefused: false,
      })
      let nowMs = 0
      for (const { inputTokens, outputTokens, afterMs } of asked) {
        nowMs += afterMs
        const claim = claimOf({ inputTokens, outputTokens })
        const decision = decide(claim, nowMs)
        if (decision.admitted) continue
        const { kind, limit, waitMs } = decision.refusal
        const windowMs = kind.endsWith('day') ? 86_400_000 : 60_000
        const earlyMs = nowMs + waitMs - windowMs / limit - 1
        if (earlyMs > nowMs) refused(decide(claim, earlyMs))
        nowMs = Math.max(nowMs, earlyMs)
      }
    }),
    { seed: 3, numRuns: 200 },
  )
})

/** Of everything admitted: when, and how much it took in the end. */
interface Work {
  readonly atMs: number
  readonly tokens: number
}

/** The most by which any span of time has more work than `burst` and what was refilled in it. */
function excess(work: readonly Work[], burst: number, perMs: number): number {
  let worst = Number.NEGATIVE_INFINITY
  for (const [i, from] of work.entries()) {
    let sum = 0
    for (const { atMs, tokens } of work.slice(i)) {
      sum += tokens
      worst = Math.max(worst, sum - burst - (atMs - from.atMs) * perMs)
    }
  }
  return worst
}

/** Some last until long after time has given back what they took, and some need nothing of it. */
const uneven = fc.array(
  fc.record({
    inputTokens: fc.constant(1),
    outputTokens: fc.constantFrom(1500, 2900),
    afterMs: fc.constantFrom(0, 1000, 60_000),
    lastsMs: fc.constantFrom(0, 61_000, 90_000),
    needs: fc.constantFrom(0, 1),
  }),
  { minLength: 1, maxLength: 60 },
)

test('over any span, and with settling, no more tokens are let in than the bucket holds and time refills', () => {
  fc.assert(
    fc.property(
      fc.oneof(arrivals, { arbitrary: uneven, weight: 3 }),
      fc.constantFrom(3000, 3000, 30_000),
      fc.constantFrom(60_000, 60_000, 6000),
      (asked, tokensPerMinute, quantumMs) => {
        const { decide } = createRateLimiter({ tokensPerMinute, quantumMs })
        const running: Running[] = []
        const work: Work[] = []
        let nowMs = 0
        let largest = 0
        for (const { afterMs, lastsMs, needs, ...tokens } of asked) {
          nowMs += afterMs
          settleUpTo(running, nowMs)
          const decision = decide(claimOf(tokens), nowMs)
          const { remaining } = decision.limits.tokens!
          if (!(Number.isInteger(remaining) && remaining >= 0 && remaining <= tokensPerMinute))
            return false
          if (!decision.admitted) continue
          const { lease } = decision
          const outputTokens = Math.floor(needs * tokens.outputTokens)
          running.push({ lease, overAtMs: nowMs + lastsMs, outputTokens })
          work.push({ atMs: nowMs, tokens: tokens.inputTokens + outputTokens })
          largest = Math.max(largest, tokens.inputTokens + tokens.outputTokens)
        }
        // More than a quantum's share is let in alone.
        const burst = Math.max((tokensPerMinute * quantumMs) / 60_000, largest)
        return excess(work, burst, tokensPerMinute / 60_000) <= 1e-3
      },
    ),
    { seed: 4, numRuns: 300 },
  )
})

test('over any span no more requests are let in than the bucket holds and time refills', () => {
  const gaps = fc.array(fc.nat(900), { maxLength: 200 })
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      (asked, rpm, countRefused) => {
        const { decide } = createRateLimiter({ requestsPerMinute: rpm, countRefused })
        const work: Work[] = []
        let nowMs = 0
        for (const afterMs of asked) {
          nowMs += afterMs
          if (decide(claimOf({}), nowMs).admitted) work.push({ atMs: nowMs, tokens: 1 })
        }
        expect(excess(work, rpm, rpm / 60_000)).toBeLessThanOrEqual(1e-3)
      },
    ),
    { seed: 5, numRuns: 100 },
  )
})
