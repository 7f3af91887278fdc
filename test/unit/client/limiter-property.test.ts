import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { createRandom } from '../../../base/random.ts'
import { createLimiter } from '../../../client/limiter.ts'
import { createRates, type Sent } from '../../../client/pace/rates.ts'

const settle = () => new Promise(resolve => setImmediate(resolve))

const acquire = fc.record({
  kind: fc.constant('acquire' as const),
  caller: fc.constantFrom(undefined, 'a', 'b'),
  weight: fc.constantFrom(undefined, 3),
  returning: fc.boolean(),
  tokens: fc.constantFrom(0, 10, 300, 5000),
})
const step = fc.oneof(
  { weight: 5, arbitrary: acquire },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), i: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), i: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(5000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      to: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(20_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('told' as const),
      limit: fc.constantFrom('60', '1', '-1', '0', 'many', ''),
      remaining: fc.constantFrom('0', '30', '60', '-1', '1O'),
      reset: fc.constantFrom('1s', '6m0s', '0', '-1', 'soon', '24h0m0s'),
    }),
  },
)
const caps = fc.record({
  rpm: fc.constantFrom(undefined, 1, 60, 6000),
  tpm: fc.constantFrom(undefined, 100, 1000),
})

test('whatever happens, no more than the limit are in flight, nobody is lost, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      caps,
      fc.boolean(),
      fc.array(step, { maxLength: 40 }),
      async (own, spreads, steps) => {
        const clock = createManualClock()
        const rates = createRates(own, { nowMs: clock.nowMs, maxWaitMs: 60_000, changed() {} })
        const random = spreads ? createRandom(1) : undefined
        const limiter = createLimiter(4, clock, { gate: rates, random })
        const controllers: AbortController[] = []
        const held = new Map<number, { release: () => void; sent: Sent }>()
        let granted = 0
        let aborted = 0

        for (const step of steps) {
          switch (step.kind) {
            case 'acquire': {
              const i = controllers.length
              const controller = new AbortController()
              controllers.push(controller)
              let sent!: Sent
              const need = {
                tokens: step.tokens,
                granted() {
                  expect(limiter.inFlight).toBeLessThanOrEqual(limiter.limit)
                  expect(limiter.pausedMs).toBeLessThan(1e-6)
                  sent = rates.sent(need, clock.nowMs())
                },
              }
              limiter.acquire(controller.signal, step, need).then(
                release => {
                  granted++
                  held.set(i, { release, sent })
                },
                () => aborted++,
              )
              break
            }
            case 'release': {
              const one = held.get(step.i)
              if (one) rates.settle(one.sent, one.sent.tokens / 2)
              one?.release()
              held.delete(step.i)
              break
            }
            case 'abort':
              controllers[step.i]?.abort('enough')
              break
            case 'pause':
              limiter.pause(step.ms)
              break
            case 'limit':
              limiter.setLimit(step.to)
              break
            case 'advance':
              clock.advance(step.ms)
              break
            case 'told': {
              const [one] = held.values()
              const headers = Object.fromEntries(
                ['requests', 'tokens'].flatMap(kind =>
                  (['limit', 'remaining', 'reset'] as const).map(part => [
                    `x-ratelimit-${part}-${kind}`,
                    step[part],
                  ]),
                ),
              )
              if (one) rates.told(one.sent, headers, clock.nowMs())
            }
          }
          await settle()
          expect(granted + aborted + limiter.waiting).toBe(controllers.length)
          expect(limiter.inFlight).toBe(held.size)
        }

        // Those that are left get their turn as slots, time and units come back.
        for (let i = 0; i < 500 && limiter.waiting + held.size > 0; i++) {
          for (const { release } of held.values()) release()
          held.clear()
          clock.advance(3_600_000)
          await settle()
        }
        expect([limiter.waiting, limiter.inFlight, clock.pending]).toEqual([0, 0, 0])
        expect(granted + aborted).toBe(controllers.length)
      },
    ),
    { numRuns: 150 },
  )
})

test('after a pause those who waited come back spread, in their order', async () => {
  const clock = createManualClock()
  const limiter = createLimiter(10, clock, { random: createRandom(2) })
  limiter.pause(5000)
  const grants: number[] = []
  const { signal } = new AbortController()
  for (let i = 0; i < 10; i++) void limiter.acquire(signal).then(() => grants.push(clock.nowMs()))
  for (let i = 0; i < 120; i++) {
    clock.advance(50)
    await settle()
  }
  expect(grants).toHaveLength(10)
  expect(grants[0]).toBe(5000)
  expect(new Set(grants).size).toBeGreaterThan(5)
  expect(grants.at(-1)).toBeLessThanOrEqual(5550)
})
