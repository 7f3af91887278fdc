/** One policy's search over rates: measures what the search asks for, until it has its answer. */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { ceilingOf, edgeOf, failuresOf, isOverloaded, missedBy } from './kept.ts'
import { lastingRps, rateBound } from './lasting.ts'
import { measureRate, type RateParts } from './measure-rate.ts'
import { leastPointMs, replies } from './point.ts'
import type { PolicyName } from './policy.ts'
import { probe } from './probe.ts'
import { rateBindingOf } from './rate-binds.ts'
import type { RateCurve, RatePoint } from './rate-found.ts'
import { isRateDisturbed, type RateLevel, type RateRun, rateLevelOf } from './rate-level.ts'
import { nextRate, type RateRules, type RateWhy, rateKneeOf } from './search-rate.ts'
import { createLimitWitness } from './told-limits.ts'

export interface RateCurveOptions {
  readonly policy: PolicyName
  readonly rules: Pick<RateRules, 'maxRate' | 'repeats'>
  /** How long each point is measured; undefined: by how long replies take. */
  readonly pointMs: number | undefined
  readonly random: Random
  /** A point was measured; its level with all runs so far. */
  readonly onPoint: (level: RateLevel, why: RateWhy) => void
}

/** The load lasts so many replies before. */
const warmupReplies = 2
/** Between two rates, and where the ceiling is seen, a point is so many times as long… */
const narrowingTimes = 2
/** …and one that is repeated, until so many requests were due, at least and at most. */
const repeatedCalls = 500
const repeatingTimes = [3, 6] as const
/** A run counts as a repeat from this share of its length on. */
const longEnough = 0.9
/** Fewer requests say nothing, and more are not kept. */
const leastCalls = 5
const maxCalls = 20_000
const mostSteps = 60
/** So many points may be measured again at once because something else held the machine. */
const mostAgain = 4
/** Where no reply came, ms. */
const unknownReplyMs = 250

export async function searchRateCurve(
  { policy, rules, pointMs, random, onPoint }: RateCurveOptions,
  parts: Omit<RateParts, 'witness' | 'random'> & { readonly clock: Clock },
): Promise<RateCurve> {
  const { signal, objectives, arrivals } = parts
  const witness = createLimitWitness()
  const timeoutMs = parts.idleTimeoutMs
  const aloneMs = (await probe({ ...parts, timeoutMs, witness })) ?? unknownReplyMs
  const usualMs = aloneMs * Math.max(replies, Math.ceil(leastPointMs / aloneMs))
  const runs = new Map<number, RateRun[]>()
  const levels = new Map<number, RateLevel>()
  const steps: RateCurve['steps'][number][] = []
  let again = mostAgain

  function windowMsAt(rate: number, why: RateWhy): number {
    const callMs = 1000 / rate
    const wantedMs = pointMs ?? usualMs * timesFor(rate, why)
    return Math.min(maxCalls * callMs, Math.max(leastCalls * callMs, wantedMs))
  }

  function timesFor(rate: number, why: RateWhy): number {
    if (why === 'narrowing' || why === 'overloading') return narrowingTimes
    if (why !== 'repeating') return 1
    const [least, most] = repeatingTimes
    const calls = Math.max(repeatedCalls, levels.get(rate)?.missing ?? 0)
    // Whole replies: the server's slots end in step.
    const wanted = Math.ceil(((calls / rate) * 1000) / aloneMs) * (aloneMs / usualMs)
    return Math.min(most, Math.max(least, wanted))
  }

  /** Runs that were long enough for an answer to rest on. */
  function repeatsOf(rate: number): number {
    const leastMs = windowMsAt(rate, 'repeating') * longEnough
    return (runs.get(rate) ?? []).filter(run => run.windowMs >= leastMs).length
  }

  /** All that is known at this moment. */
  function known() {
    const all = [...levels.values()].sort((a, b) => a.rate - b.rate)
    const calls = all.reduce((sum, level) => sum + level.ok, 0)
    const tokens = all.reduce((sum, level) => sum + level.tokensPerCall * level.ok, 0)
    const bound = rateBound(witness.limits, tokens / Math.max(1, calls))
    const ceilingRps = ceilingOf(all, aloneMs)
    const edgeRps =
      ceilingRps &&
      edgeOf(
        ceilingRps,
        arrivals,
        (rules.repeats * ceilingRps * windowMsAt(ceilingRps, 'repeating')) / 1000,
      )
    const boundRps = bound?.requestsPerSecond
    const [least] = all
    const usualFailures = least ? failuresOf(least) : 0
    const around = { aloneMs, boundRps, ceilingRps, edgeRps, usualFailures }
    const points = all.map((level): RatePoint => {
      const missed = missedBy(level, around) ?? null
      const { goodputRps, rate: requestsPerSecond } = level
      return {
        ...level,
        lastingRps: lastingRps({ goodputRps, requestsPerSecond }, bound),
        isKept: missed === null,
        missed,
      }
    })
    return { points, bound, ceilingRps, edgeRps }
  }

  function isKept(rate: number): boolean {
    return known().points.some(point => point.rate === rate && point.isKept)
  }

  /** Undefined: it was stopped before anything was seen. */
  async function measure(
    rate: number,
    why: RateWhy,
    windowMs = windowMsAt(rate, why),
  ): Promise<RateLevel | undefined> {
    const run = await measureRate(
      { rate, warmupMs: aloneMs * warmupReplies, windowMs, aloneMs },
      { ...parts, witness, random: random.fork(`${rate}.${steps.length}`) },
    )
    // A point that was cut short has much that is open: it says less than none, unless there is none.
    if (signal.aborted && (run.samples.length === 0 || levels.size > 0)) return undefined
    const all = [...(runs.get(rate) ?? []), run]
    const level = rateLevelOf(all, objectives, aloneMs)
    runs.set(rate, all)
    levels.set(rate, level)
    steps.push({ rate, why })
    onPoint(level, why)
    // That a rate is kept up is so all the more.
    const isEnough = why !== 'repeating' && isKept(rate)
    const isCalm = isEnough || level.ok === 0 || !isRateDisturbed(run, aloneMs)
    if (isCalm || again === 0 || signal.aborted) return level
    again--
    return await measure(rate, 'disturbed', windowMs)
  }

  while (!signal.aborted && steps.length < mostSteps) {
    const { points, bound, edgeRps } = known()
    const step = nextRate(
      points.map(point => ({
        ...point,
        repeats: repeatsOf(point.rate),
        isDoubtful: point.missed === 'objective' && !point.isSure,
        isOverloaded: isOverloaded(point, aloneMs),
      })),
      { ...rules, start: 1000 / aloneMs, boundRps: bound?.requestsPerSecond, edgeRps },
    )
    if (step.next === undefined) break
    const level = await measure(step.next, step.why)
    if (!level || (levels.size === 1 && level.ok === 0)) break
  }

  const { points, bound, ceilingRps } = known()
  const bestRps = Math.max(0, ...points.map(point => point.lastingRps))
  const knee = { ...rateKneeOf(points, rules), bestRps }
  const limits = { ...witness.limits }
  const evidence = { points, knee, limits, bound, aloneMs, ceilingRps }
  return {
    ...{ policy, points, steps, knee, limits, bound, aloneMs },
    ceilingRps: ceilingRps ?? null,
    binding: rateBindingOf(evidence),
  }
}
