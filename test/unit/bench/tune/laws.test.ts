/** The arithmetic of a search: the law that is fitted, what lasts, where a series has come to rest. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { lastingRps, rateBound } from '../../../../bench/tune/lasting.ts'
import { marginOfMean, mean, transientLength } from '../../../../bench/tune/steady.ts'
import { createLimitWitness, refusedFor } from '../../../../bench/tune/told-limits.ts'
import { fitUsl, uslAt } from '../../../../bench/tune/usl.ts'

describe('the universal scalability law', () => {
  it('is found again from its own points', () => {
    const law = { lambda: 3, sigma: 0.04, kappa: 0.0007 }
    const points = [1, 2, 4, 8, 16, 32, 64].map(concurrency => ({
      concurrency,
      throughput: uslAt(law, concurrency),
    }))
    const fit = fitUsl(points)
    expect(fit?.lambda).toBeCloseTo(3, 6)
    expect(fit?.sigma).toBeCloseTo(0.04, 6)
    expect(fit?.kappa).toBeCloseTo(0.0007, 8)
    expect(fit?.peakConcurrency).toBeCloseTo(Math.sqrt(0.96 / 0.0007), 3)
    expect(fit?.relativeError).toBeLessThan(1e-6)
  })

  it('has no negative terms: what grows in proportion has neither queue nor cost', () => {
    const points = [1, 2, 4, 8].map(concurrency => ({
      concurrency,
      throughput: concurrency * 2.02,
    }))
    const fit = fitUsl(
      points.map((point, i) => ({ ...point, throughput: point.throughput * (1 + i * 0.01) })),
    )
    expect(fit).toMatchObject({ sigma: 0, kappa: 0, peakConcurrency: null })
  })

  it('needs three points', () => {
    expect(
      fitUsl([
        { concurrency: 1, throughput: 2 },
        { concurrency: 2, throughput: 4 },
      ]),
    ).toBeUndefined()
  })
})

describe('a series', () => {
  it('is cut where its start ends', () => {
    const start = Array.from({ length: 20 }, (_, i) => 500 - i * 20)
    const random = createRandom('rest')
    const rest = Array.from({ length: 80 }, () => 100 + random.normal())
    expect(transientLength([...start, ...rest])).toBe(20)
  })

  it('that is at rest from the first is cut nowhere, and never by more than half', () => {
    expect(transientLength(Array.from({ length: 50 }, () => 7))).toBe(0)
    const rising = Array.from({ length: 100 }, (_, i) => i * i)
    expect(transientLength(rising)).toBeLessThanOrEqual(50)
  })

  it('has a 95 % interval that holds its mean in 19 of 20 cases', () => {
    let held = 0
    for (let seed = 0; seed < 400; seed++) {
      const random = createRandom('interval', seed)
      const values = Array.from({ length: 64 }, () => 10 + random.normal() * 3)
      if (Math.abs(mean(values) - 10) <= (marginOfMean(values) ?? 0)) held++
    }
    expect(held).toBeGreaterThan(365)
    expect(held).toBeLessThan(395)
  })
})

describe('limits a minute', () => {
  const told = (given: Record<string, string>) => {
    const witness = createLimitWitness()
    witness.saw({ headers: given, failure: undefined })
    return witness.limits
  }

  it('are read from headers, and bound what lasts by whichever is reached first', () => {
    const limits = told({
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '598',
      'x-ratelimit-limit-tokens': '60000',
      'x-ratelimit-remaining-tokens': '40000',
    })
    expect(limits.requests).toEqual({ perMinute: 600, leastRemaining: 598 })
    expect(rateBound(limits, 50)).toMatchObject({ kind: 'requests', requestsPerSecond: 10 })
    expect(rateBound(limits, 200)).toMatchObject({ kind: 'tokens', requestsPerSecond: 5 })
    expect(rateBound({ requests: undefined, tokens: undefined }, 10)).toBeUndefined()
  })

  it('lend more for a while than lasts', () => {
    const bound = rateBound(
      told({
        'x-ratelimit-limit-requests': '600',
        'x-ratelimit-remaining-requests': '9',
      }),
      0,
    )
    expect(lastingRps({ goodputRps: 8, requestsPerSecond: 8 }, bound)).toBe(8)
    expect(lastingRps({ goodputRps: 32, requestsPerSecond: 32 }, bound)).toBeCloseTo(10, 9)
    expect(lastingRps({ goodputRps: 16, requestsPerSecond: 32 }, bound)).toBeCloseTo(5, 9)
  })

  it('that last a day are left out', () => {
    const limits = told({
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9000',
      'x-ratelimit-reset-requests': '2h24m0s',
    })
    expect(limits.requests).toBeUndefined()
  })

  it('are told apart from a want of places', () => {
    const refused = (message: string, headers: Record<string, string> = {}) =>
      refusedFor({ status: 429, headers, failure: { kind: 'rate-limited', status: 429, message } })
    expect(refused('Rate limit reached for gpt on requests per min (RPM): Limit 60, Used 60')).toBe(
      'requests',
    )
    expect(refused('Rate limit reached for gpt on tokens per min (TPM): Limit 100, Used 90')).toBe(
      'tokens',
    )
    expect(refused('That model is currently overloaded')).toBe('place')
    expect(refusedFor({ status: 200, headers: {}, failure: undefined })).toBeUndefined()
  })
})
