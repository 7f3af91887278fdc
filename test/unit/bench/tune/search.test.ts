/** The search by itself, against capacity curves that are known. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { type Knee, nextStep, type SearchRules, type Tried } from '../../../../bench/tune/search.ts'

interface Server {
  /** Goodput a second at so many in flight. */
  goodput(n: number): number
  meets?(n: number): boolean
}

const rules: SearchRules = { start: 1, maxConcurrency: 256, repeats: 2, enough: 0.97 }

/** Asks the search until it is done; each level is the mean of its runs. */
function searched(server: Server, given: Partial<SearchRules> = {}, noise = () => 0) {
  const levels = new Map<number, { sum: number; runs: number }>()
  const asked: number[] = []
  for (;;) {
    const tried: Tried[] = [...levels]
      .sort(([a], [b]) => a - b)
      .map(([concurrency, { sum, runs }]) => ({
        concurrency,
        runs,
        lastingRps: sum / runs,
        meetsObjectives: server.meets?.(concurrency) ?? true,
      }))
    const step = nextStep(tried, { ...rules, ...given })
    if (step.next === undefined) return { knee: step.knee as Knee, asked }
    asked.push(step.next)
    expect(asked.length).toBeLessThan(60)
    const level = levels.get(step.next) ?? { sum: 0, runs: 0 }
    level.sum += server.goodput(step.next) * (1 + noise())
    level.runs++
    levels.set(step.next, level)
  }
}

/** So many slots and replies of half a second: 2 a second each, and no more than all of them. */
const slots = (count: number): Server => ({ goodput: n => 2 * Math.min(n, count) })

describe('the search for a cap', () => {
  it.each([1, 2, 3, 5, 8, 11, 16, 23, 32, 47, 64, 100, 180])(
    'finds the %i slots of a server that queues',
    count => {
      const { knee, asked } = searched(slots(count))
      expect(knee.cap).toBeGreaterThanOrEqual(Math.floor(count * 0.94))
      expect(knee.cap).toBeLessThanOrEqual(count)
      expect(asked.length).toBeLessThan(20)
    },
  )

  it('doubles to the first flat level and needs one step more where slots are a power of two', () => {
    expect(searched(slots(16)).asked).toEqual([1, 2, 4, 8, 16, 32, 15, 16, 15])
  })

  it('takes the knee and not the most that the objectives allow', () => {
    // TTFT stays below its limit up to 48 in flight, but 16 bring all there is.
    expect(searched({ ...slots(16), meets: n => n <= 48 }).knee.cap).toBe(16)
  })

  it('takes what the objectives allow where goodput still grows there', () => {
    const { knee } = searched({ ...slots(200), meets: n => n <= 40 })
    expect(knee).toMatchObject({ isGrowing: true })
    expect(knee.ceiling).toBeGreaterThan(40)
    expect(knee.cap).toBeGreaterThanOrEqual(36)
    expect(knee.cap).toBeLessThanOrEqual(40)
  })

  it('has no cap where even one in flight misses the objectives, and looks twice', () => {
    const { knee, asked } = searched({ ...slots(16), meets: () => false })
    expect(knee.cap).toBeUndefined()
    expect(asked).toEqual([1, 1])
  })

  it('says that goodput still grows at the highest', () => {
    const { knee } = searched(slots(200), { maxConcurrency: 50 })
    expect(knee.isGrowing).toBe(true)
    expect(knee.ceiling).toBeUndefined()
    expect(knee.cap).toBeGreaterThanOrEqual(48)
  })

  it('finds the peak of a server that slows down under load', () => {
    // USL with σ 0.02 and κ 0.001: its peak is at 31, and 97 % of it at 25.
    const usl = (n: number) => (2 * n) / (1 + 0.02 * (n - 1) + 0.001 * n * (n - 1))
    const { knee } = searched({ goodput: usl })
    expect(knee.cap).toBeGreaterThanOrEqual(22)
    expect(knee.cap).toBeLessThanOrEqual(31)
  })

  it('goes down from where it begins when that is enough already', () => {
    const { knee } = searched(slots(4), { start: 16 })
    expect(knee.cap).toBe(4)
  })

  it.each([
    [0.01, 0],
    [0.02, 8],
  ])('is within a tenth of 16 slots when measurements scatter by %d', (scatter, most) => {
    const caps = Array.from({ length: 200 }, (_, seed) => {
      const random = createRandom('scatter', seed)
      return searched(slots(16), {}, () => random.normal() * scatter).knee.cap ?? 0
    })
    expect(caps.filter(cap => Math.abs(cap - 16) > 1.6).length).toBeLessThanOrEqual(most)
  })
})
