/** The search for a rate by itself, against servers whose ceiling is known. */
import { describe, expect, it } from 'vitest'
import { nextRate, type RateRules, type TriedRate } from '../../../../bench/tune/search-rate.ts'

interface Server {
  /** The highest rate that it keeps up. */
  readonly keeps: number
  /** What it brings when more is sent; undefined: it only misses an objective. */
  readonly ceiling?: number
}

const rules: RateRules = {
  start: 2,
  maxRate: 1000,
  repeats: 2,
  boundRps: undefined,
  edgeRps: undefined,
}

/** Asks the search until it is done. */
function searched({ keeps, ceiling }: Server, given: Partial<RateRules> = {}) {
  const runs = new Map<number, { all: number; long: number }>()
  const asked: number[] = []
  for (;;) {
    const tried: TriedRate[] = [...runs]
      .sort(([a], [b]) => a - b)
      .map(([rate, { all, long }]) => ({
        rate,
        runs: all,
        repeats: long,
        isKept: rate <= keeps,
        isDoubtful: false,
        isOverloaded: ceiling !== undefined && rate > ceiling * 1.4,
      }))
    const isSeen = tried.some(({ isOverloaded }) => isOverloaded)
    const edgeRps = isSeen && ceiling !== undefined ? ceiling * 0.95 : undefined
    const step = nextRate(tried, { ...rules, edgeRps, ...given })
    if (step.next === undefined) return { knee: step.knee, asked }
    asked.push(step.next)
    expect(asked.length).toBeLessThan(40)
    const before = runs.get(step.next) ?? { all: 0, long: 0 }
    const isLong = step.why === 'repeating'
    runs.set(step.next, { all: before.all + 1, long: before.long + (isLong ? 1 : 0) })
  }
}

describe('the search for a rate', () => {
  it.each([0.3, 1, 3, 7.7, 16, 31, 100, 640])('finds %d requests a second', keeps => {
    const { knee, asked } = searched({ keeps })
    expect(knee.rate).toBeLessThanOrEqual(keeps)
    expect(knee.rate).toBeGreaterThan(keeps * 0.96)
    expect(asked.length).toBeLessThan(25)
  })

  it('goes straight to what the ceiling leaves, and repeats it', () => {
    const { knee, asked } = searched({ keeps: 31, ceiling: 32 })
    expect(asked).toEqual([2, 4, 8, 16, 32, 64, 64, 30.4, 30.4, 30.4])
    expect(knee).toEqual({ rate: 30.4, ceiling: 32, isGrowing: false })
  })

  it('halves the way where that is not kept up either', () => {
    const { knee, asked } = searched({ keeps: 22, ceiling: 32 })
    expect(asked.slice(7, 10)).toEqual([30.4, 22, 25.8])
    expect(knee.rate).toBe(22)
  })

  it('never passes a limit that is told, and tries the limit itself', () => {
    const { knee, asked } = searched({ keeps: 31, ceiling: 32 }, { boundRps: 10 })
    expect(asked).toEqual([2, 4, 8, 10, 10, 10])
    expect(knee.rate).toBe(10)
    expect(searched({ keeps: 31 }, { boundRps: 0.5 }).knee.rate).toBe(0.5)
  })

  it('says that the highest is still kept up', () => {
    expect(searched({ keeps: 500 }, { maxRate: 50 }).knee).toEqual({
      rate: 50,
      ceiling: undefined,
      isGrowing: true,
    })
  })

  it('gives up below a thirtieth of where it begins', () => {
    const { knee, asked } = searched({ keeps: 0 })
    expect(knee.rate).toBeUndefined()
    expect(asked).toEqual([2, 1, 0.5, 0.25, 0.125, 0.0625, 0.0625, 0.0625])
  })

  it('looks again before it believes what few requests say', () => {
    const missed = { rate: 2, runs: 1, repeats: 0, isKept: false, isOverloaded: false }
    expect(nextRate([{ ...missed, isDoubtful: true }], rules)).toEqual({
      next: 2,
      why: 'repeating',
    })
    expect(nextRate([{ ...missed, isDoubtful: false }], rules)).toEqual({
      next: 1,
      why: 'narrowing',
    })
  })
})
