/** Which rates are kept up and what is said to bind, from levels as they look under each limit. */
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../../../bench/sample.ts'
import { parseThreshold } from '../../../../bench/threshold.ts'
import { ceilingOf, missedBy } from '../../../../bench/tune/kept.ts'
import { lastingRps, rateBound } from '../../../../bench/tune/lasting.ts'
import { rateBindingOf } from '../../../../bench/tune/rate-binds.ts'
import { rateAnswerOf, rateVerdictOf } from '../../../../bench/tune/rate-found.ts'
import { type RateRun, rateLevelOf } from '../../../../bench/tune/rate-level.ts'
import { rateKneeOf } from '../../../../bench/tune/search-rate.ts'
import type { ToldLimits } from '../../../../bench/tune/told-limits.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

const objectives = ['ttft: p(95)<1s'].flatMap(text => parseThreshold(text) ?? [])
const idle = { cpuRatio: 0.1, busyRatio: 0.1, lagP50Ms: 0.2, lagP99Ms: 2 }
const none: ToldLimits = { requests: undefined, tokens: undefined }
const aloneMs = 500

/** Ten seconds of replies of half a second. */
function run(rate: number, given: Partial<RateRun> & { reply?: Partial<Sample> } = {}): RateRun {
  const { reply = {}, ...rest } = given
  const samples = Array.from({ length: rate * 10 }, (_, i) => {
    const dueAtMs = i * (1000 / rate)
    const usual = { ttftMs: 180, e2eMs: aloneMs, inputTokens: 80, outputTokens: 20 }
    return sampleOf({ ...usual, dueAtMs, sentAtMs: dueAtMs, ...reply })
  })
  return {
    ...{ rate, samples, windowMs: 10_000, transient: 0, endedOkRps: rate, endedGoodRps: rate },
    ...{ dropped: 0, late: 0, inFlight: rate / 2, excess: 0 },
    refused: { requests: 0, tokens: 0, place: 0 },
    generator: idle,
    ...rest,
  }
}

/** At 64 a second 32 are done. */
const overloaded = run(64, {
  ...{ excess: 1, endedOkRps: 32, endedGoodRps: 5 },
  reply: { ttftMs: 3000, e2eMs: 3320 },
})

function bound(
  runs: readonly RateRun[],
  { limits = none, edgeRps = undefined as number | undefined } = {},
) {
  const levels = runs.map(one => rateLevelOf([one], objectives, aloneMs))
  const ceilingRps = ceilingOf(levels, aloneMs)
  const rate = rateBound(limits, 100)
  const boundRps = rate?.requestsPerSecond
  const points = levels.map(level => {
    const around = { aloneMs, boundRps, ceilingRps, edgeRps, usualFailures: 0 }
    const missed = missedBy(level, around) ?? null
    const { goodputRps, rate: requestsPerSecond } = level
    const lasting = lastingRps({ goodputRps, requestsPerSecond }, rate)
    return { ...level, missed, isKept: missed === null, lastingRps: lasting }
  })
  const bestRps = Math.max(...points.map(point => point.lastingRps))
  const knee = { ...rateKneeOf(points, { maxRate: 1000 }), bestRps }
  const evidence = { points, knee, limits, bound: rate, aloneMs, ceilingRps }
  const binding = rateBindingOf(evidence)
  const curve = { ...evidence, binding, policy: 'none', steps: [], ceilingRps: null } as const
  return { points, knee, binding, answer: rateAnswerOf(curve), verdict: rateVerdictOf(curve) }
}

describe('what binds a rate', () => {
  it('are slots where the rate is near to what is brought at most', () => {
    const { knee, binding, answer, verdict, points } = bound([run(16), run(29), overloaded])
    expect(knee).toMatchObject({ rate: 29, ceiling: 64 })
    expect(binding).toEqual({
      what: 'slots',
      because:
        'the server brings 32.0 requests/s at most, about 16 at once of 500 ms each, and 29 requests/s are 91 % of that',
    })
    expect(points[2]).toMatchObject({ missed: 'piling up', okRps: 32, goodputRps: 5 })
    expect(answer).toBe('rate 29 requests/s: 100 % of best goodput, 0 % throttled, TTFT p95 180 ms')
    expect(verdict).toBe('found')
  })

  it('is no rate that is too near to the ceiling to tell', () => {
    const { points } = bound([run(29), run(31), overloaded], { edgeRps: 29.5 })
    expect(points.map(({ missed }) => missed)).toEqual([null, 'ceiling', 'piling up'])
  })

  it('are requests a minute, which nobody may pass for long', () => {
    const limits = { ...none, requests: { perMinute: 600, leastRemaining: 10 } }
    const { knee, binding, points } = bound([run(5), run(10), run(20)], { limits })
    expect(knee.rate).toBe(10)
    expect(points[2]).toMatchObject({ missed: 'lasting', goodputRps: 20, lastingRps: 10 })
    expect(binding).toEqual({
      what: 'rpm',
      because: 'the server allows 600 requests a minute, 10 requests a second',
    })
  })

  it('are tokens a minute where these are used up first', () => {
    const limits = { ...none, tokens: { perMinute: 24_000, leastRemaining: 0 } }
    const { knee, binding } = bound([run(2), run(4), run(8)], { limits })
    expect(knee.rate).toBe(4)
    expect(binding.what).toBe('tpm')
    expect(binding.because).toContain('4 requests a second of about 100 tokens each')
  })

  it('are requests a minute where refusals say so, and slots where they say that none is free', () => {
    const refused = { requests: 0, tokens: 0, place: 0 }
    const rpm = bound([run(10), run(20, { refused: { ...refused, requests: 40 } })])
    expect(rpm.binding.what).toBe('rpm')
    const full = bound([run(10), run(20, { refused: { ...refused, place: 40 } })])
    expect(full.points[1]?.missed).toBe('throttled')
    expect(full.binding.because).toBe(
      'at 20 requests/s the server refused 40 of 200 for want of a place; at 10 requests/s there are 5.0 in flight on average',
    )
  })

  it('is latency where an objective is missed though the server keeps up', () => {
    const { binding } = bound([run(10), run(20, { reply: { ttftMs: 1200, e2eMs: 1500 } })])
    expect(binding).toEqual({
      what: 'latency',
      because: 'at 20 requests/s ttft: p(95)<1s is missed, though the server keeps up',
    })
  })

  it('is latency, with its words, where requests fail or are not sent', () => {
    const failed = { outcome: 'http_5xx', status: 500, detail: 'no more' } as const
    expect(bound([run(10), run(20, { reply: failed })]).binding.because).toBe(
      'at 20 requests/s no request ended ok (500: no more)',
    )
    expect(bound([run(10), run(20, { dropped: 7 })]).binding.because).toBe(
      'at 20 requests/s too many requests are in flight, and 7 were not sent',
    )
  })

  it('is the generator where it had no time left, was late, or did not come to send', () => {
    const runs = (given: Partial<RateRun>) => bound([run(10), run(29, given), overloaded])
    const busy = runs({ generator: { ...idle, busyRatio: 0.98 } })
    expect(busy.binding.because).toMatch(
      /^at 29 requests\/s it measured itself\. The generator was/,
    )
    expect(busy.verdict).toBe('invalid')
    expect(runs({ generator: { ...idle, lagP99Ms: 60 } }).binding.what).toBe('generator')
    expect(runs({ generator: { ...idle, lagP99Ms: 40 } }).binding.what).toBe('slots')
    expect(runs({ late: 3 }).binding.because).toContain('did not come to send 3 requests')
  })
})

describe('a rate', () => {
  it('leaves out runs during which something else held the machine, if there is another', () => {
    const late = run(29, { generator: { ...idle, lagP99Ms: 100 }, inFlight: 40 })
    const level = rateLevelOf([late, run(29)], objectives, aloneMs)
    expect(level).toMatchObject({ runs: 2, disturbed: 1, calls: 290, inFlight: 14.5 })
    const worse = run(29, { generator: { ...idle, lagP99Ms: 300 }, inFlight: 40 })
    const least = run(29, { generator: { ...idle, lagP99Ms: 40 } })
    expect(rateLevelOf([worse, least], objectives, aloneMs)).toMatchObject({
      ...{ disturbed: 2, inFlight: 14.5 },
    })
    expect(rateLevelOf([worse], objectives, aloneMs)).toMatchObject({ inFlight: 40 })
  })

  it('has as many under way as Little’s law says', () => {
    expect(rateLevelOf([run(29)], objectives, aloneMs).underWay).toBeCloseTo(14.5, 6)
  })
})
