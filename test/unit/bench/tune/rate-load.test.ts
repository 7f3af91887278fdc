/** The arithmetic of an arrival rate: as many as it says, whether they pile up, how near to a ceiling can be told. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { excessOf, isPilingUp, waitsIn } from '../../../../bench/tune/backlog.ts'
import { countedArrivals, scatterOf } from '../../../../bench/tune/counted-arrivals.ts'
import { edgeOf } from '../../../../bench/tune/kept.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

function dues(given: Partial<Parameters<typeof countedArrivals>[0]>, untilMs: number): number[] {
  const schedule = countedArrivals({
    ...{ rate: 30, windowsMs: [1000, 5000], pattern: 'poisson', shape: 1 },
    random: createRandom('arrivals'),
    ...given,
  })
  const all: number[] = []
  const arrivals = schedule.arrivals()
  for (let next = arrivals.next(); !next.done; next = arrivals.next()) {
    if (next.value.atMs >= untilMs) break
    all.push(next.value.atMs)
  }
  return all
}

describe('arrivals that are counted', () => {
  it('are as many as the rate says in every window, and in order, whatever the seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer(),
        fc.constantFrom('poisson', 'constant', 'gamma'),
        (rate, seed, pattern) => {
          const random = createRandom(seed)
          const given = { rate, pattern, random, shape: 0.5, windowsMs: [1000, 4000] }
          const all = dues(given, 9000)
          const within = (from: number, to: number) =>
            all.filter(ms => ms >= from && ms < to).length
          expect(within(0, 1000)).toBe(rate)
          expect(within(1000, 5000)).toBe(rate * 4)
          expect(within(5000, 9000)).toBe(rate * 4)
          expect(all).toEqual([...all].sort((a, b) => a - b))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('carry over what a window has no whole request for', () => {
    expect(dues({ rate: 0.5, windowsMs: [1000] }, 100_000)).toHaveLength(50)
  })

  it('have the gaps of their pattern', () => {
    const scatter = (pattern: 'poisson' | 'constant' | 'gamma', shape = 1) => {
      const all = dues({ rate: 1000, pattern, shape, windowsMs: [20_000] }, 20_000)
      const gaps = all.slice(1).map((ms, i) => ms - all[i]!)
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
      return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean
    }
    expect(scatter('constant')).toBeLessThan(1e-6)
    expect(scatter('poisson')).toBeCloseTo(1, 1)
    expect(scatter('gamma', 0.25)).toBeCloseTo(scatterOf({ pattern: 'gamma', shape: 0.25 }), 0)
    expect(scatterOf({ pattern: 'gamma', shape: 0.25 })).toBe(2)
  })
})

const usual = { windowMs: 15_000, aloneMs: 500, rate: 30, ceilingRps: undefined }

describe('requests that pile up', () => {
  it('wait longer by the share by which more comes than is done', () => {
    // 40 a second come, 32 are done: the response rises by 8/32 of the time.
    const waits = Array.from({ length: 400 }, (_, i) => ({
      dueAtMs: i * 25,
      responseMs: 500 + i * (1000 / 32 - 25),
    }))
    expect(excessOf(waits)).toBeCloseTo(0.25, 6)
    expect(isPilingUp({ ...usual, excess: 0.25 })).toBe(true)
  })

  it('are not seen in a rise that is half a reply or 2 % of the time', () => {
    expect(isPilingUp({ ...usual, excess: 0.019 })).toBe(false)
    expect(isPilingUp({ ...usual, excess: 0.021 })).toBe(true)
    expect(isPilingUp({ ...usual, excess: 0.1, windowMs: 2000 })).toBe(false)
    expect(isPilingUp({ ...usual, excess: 0.13, windowMs: 2000 })).toBe(true)
  })

  it('are judged by what the server brings elsewhere', () => {
    // Well below its ceiling a rise is an up and down of the queue, unless it is large.
    expect(isPilingUp({ ...usual, ceilingRps: 32, excess: 0.05 })).toBe(false)
    expect(isPilingUp({ ...usual, ceilingRps: 32, excess: 0.1 })).toBe(true)
    // Above it half of what is to be expected is enough.
    expect(isPilingUp({ ...usual, ceilingRps: 29, excess: 0.018 })).toBe(true)
    expect(isPilingUp({ ...usual, ceilingRps: 29, excess: 0.016 })).toBe(false)
  })

  it('count while they are open, by how long they have lasted, and not when they failed', () => {
    const ok = sampleOf({ dueAtMs: 0, sentAtMs: 5, e2eMs: 500 })
    const open = sampleOf({
      ...{ dueAtMs: 100, sentAtMs: 110, outcome: 'open', e2eMs: undefined, censoredMs: 900 },
    })
    const failed = sampleOf({ dueAtMs: 200, outcome: 'http_429', e2eMs: 3 })
    expect(waitsIn([ok, open, failed])).toEqual([
      { dueAtMs: 0, responseMs: 505 },
      { dueAtMs: 100, responseMs: 910 },
    ])
  })
})

describe('how near to a ceiling a rate may come', () => {
  it('depends on how many requests tell, and on how they arrive', () => {
    const poisson = { pattern: 'poisson', shape: 1 } as const
    expect(edgeOf(32, poisson, 900)).toBeCloseTo(32 * 0.9, 6)
    expect(edgeOf(32, poisson, 3600)).toBeCloseTo(32 * 0.95, 6)
    expect(edgeOf(32, { pattern: 'gamma', shape: 0.25 }, 3600)).toBeCloseTo(32 * 0.9, 6)
    expect(edgeOf(32, { pattern: 'constant', shape: 1 }, 900)).toBe(32)
    expect(edgeOf(32, poisson, 4)).toBe(16)
  })
})
