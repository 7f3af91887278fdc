/** What is said to bind, from levels as they look under each limit. */
import { describe, expect, it } from 'vitest'
import { isGood } from '../../../../bench/objective.ts'
import { parseThreshold } from '../../../../bench/threshold.ts'
import { bindingOf } from '../../../../bench/tune/binds.ts'
import type { Cycle } from '../../../../bench/tune/cycle.ts'
import { lastingRps, rateBound } from '../../../../bench/tune/lasting.ts'
import { levelOf, type Run } from '../../../../bench/tune/level.ts'
import { kneeOf } from '../../../../bench/tune/search.ts'
import type { ToldLimits } from '../../../../bench/tune/told-limits.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

const objectives = ['ttft: p(95)<1s'].flatMap(text => parseThreshold(text) ?? [])
const idle = { cpuRatio: 0.1, busyRatio: 0.1, lagP50Ms: 0.2, lagP99Ms: 2 }
const none: ToldLimits = { requests: undefined, tokens: undefined }

/** A run of 160 replies that take `e2eMs` each, of which `waitMs` before the first token. */
function run(
  concurrency: number,
  e2eMs: number,
  given: Partial<Run> & { waitMs?: number } = {},
): Run {
  const { waitMs = 0, ...rest } = given
  const sample = sampleOf({ ttftMs: 180 + waitMs, e2eMs, inputTokens: 80, outputTokens: 20 })
  const cycle: Cycle = {
    endedAtMs: 0,
    lastedMs: e2eMs,
    heldMs: 0,
    sample,
    isGood: isGood(sample, objectives),
  }
  return {
    concurrency,
    cycles: Array.from({ length: 160 }, () => cycle),
    seconds: 3,
    transient: 0,
    refused: { requests: 0, tokens: 0, place: 0 },
    generator: idle,
    ...rest,
  }
}

function bound(runs: readonly Run[], limits: ToldLimits = none) {
  const levels = runs.map(one => levelOf([one], objectives))
  const rate = rateBound(limits, 100)
  const knee = kneeOf(
    levels.map(level => ({ ...level, lastingRps: lastingRps(level, rate) })),
    { enough: 0.97 },
  )
  return { levels, knee, binding: bindingOf({ levels, knee, limits, bound: rate }) }
}

/** Up to 16 slots of half a second, then waiting. */
const queueing = [1, 2, 4, 8, 16].map(n => run(n, 500)).concat(run(32, 1000, { waitMs: 500 }))

describe('what binds', () => {
  it('are slots where throughput is flat and first tokens come later', () => {
    const { knee, binding, levels } = bound(queueing)
    expect(knee.cap).toBe(16)
    expect(binding.what).toBe('slots')
    expect(binding.because).toBe(
      'beyond 16 in flight throughput stays flat and requests wait: at 32 TTFT p50 goes from 180 ms to 680 ms; about 16 are at work at once',
    )
    expect(levels.at(-1)).toMatchObject({ underWay: 32, goodputRps: 32, meetsObjectives: true })
  })

  it('are requests a minute where more was sent than they allow to last', () => {
    const limits = { ...none, requests: { perMinute: 600, leastRemaining: 10 } }
    const { knee, binding } = bound(queueing, limits)
    expect(binding.what).toBe('rpm')
    expect(binding.because).toBe('the server allows 600 requests a minute, 10 requests a second')
    expect(knee.cap).toBe(8)
  })

  it('are tokens a minute where these are used up first', () => {
    const limits = {
      requests: { perMinute: 600, leastRemaining: 10 },
      tokens: { perMinute: 24_000, leastRemaining: 0 },
    }
    const { binding } = bound(queueing, limits)
    expect(binding.what).toBe('tpm')
    expect(binding.because).toContain('4 requests a second of about 100 tokens each')
  })

  it('are no limits that were told and never reached', () => {
    const limits = { ...none, requests: { perMinute: 30_000, leastRemaining: 29_000 } }
    expect(bound(queueing, limits).binding.what).toBe('slots')
  })

  it('are requests a minute where refusals say so and nobody says how many', () => {
    const refusing = [
      ...queueing,
      run(64, 2000, { refused: { requests: 40, tokens: 0, place: 2 } }),
    ]
    expect(bound(refusing).binding.what).toBe('rpm')
  })

  it('is latency where goodput still grows when an objective is missed', () => {
    const growing = [run(1, 500), run(2, 510), run(4, 530), run(8, 560, { waitMs: 900 })]
    const { knee, binding } = bound(growing)
    expect(knee).toMatchObject({ cap: 4, ceiling: 8 })
    expect(binding.what).toBe('latency')
    expect(binding.because).toContain('at 8 in flight ttft: p(95)<1s is missed')
  })

  it('is latency where even one misses it', () => {
    const { knee, binding } = bound([run(1, 2000, { waitMs: 1000 })])
    expect(knee.cap).toBeUndefined()
    expect(binding.because).toBe('even at 1 in flight ttft: p(95)<1s is missed')
  })

  it('is the generator where its core or its event loop is at its end', () => {
    const busy = [
      ...queueing.slice(0, 5),
      run(32, 1000, { generator: { ...idle, busyRatio: 0.98 } }),
    ]
    expect(bound(busy).binding.what).toBe('generator')
    const late = [...queueing.slice(0, 5), run(32, 1000, { generator: { ...idle, lagP99Ms: 270 } })]
    expect(bound(late).binding.what).toBe('generator')
  })

  it('is nothing yet where goodput grew to the last', () => {
    expect(bound(queueing.slice(0, 4)).binding.what).toBe('nothing')
  })
})

describe('a level', () => {
  it('leaves out runs during which something else held the machine, if there is another', () => {
    const late = run(4, 800, { generator: { ...idle, lagP99Ms: 300 } })
    expect(levelOf([late, run(4, 500)], objectives)).toMatchObject({
      runs: 2,
      disturbed: 1,
      calls: 160,
      goodputRps: 8,
    })
    expect(levelOf([late], objectives)).toMatchObject({ runs: 1, disturbed: 1, goodputRps: 5 })
  })

  it('counts as good only what ended ok within every objective', () => {
    const slow = sampleOf({ ttftMs: 1500 })
    const failed = sampleOf({
      outcome: 'http_429',
      status: 429,
      ttftMs: undefined,
      e2eMs: undefined,
    })
    expect(isGood(sampleOf({}), objectives)).toBe(true)
    expect(isGood(slow, objectives)).toBe(false)
    expect(isGood(failed, [])).toBe(false)
    const gaps = ['itl: p(99)<30ms'].flatMap(text => parseThreshold(text) ?? [])
    expect(isGood(sampleOf({ gapsMs: [10, 20] }), gaps)).toBe(true)
    expect(isGood(sampleOf({ gapsMs: [10, 40] }), gaps)).toBe(false)
  })

  it('knows how many calls its percentiles still want', () => {
    const few = run(2, 500)
    const level = levelOf([{ ...few, cycles: few.cycles.slice(0, 30) }], objectives)
    expect(level).toMatchObject({ isSure: false, missing: 100, calls: 30 })
  })
})
