/** What was measured at one arrival rate, all its runs together. */
import { isGood } from '../objective.ts'
import { nearestRank } from '../percentile.ts'
import { type Sample, waitsOf } from '../sample.ts'
import type { Threshold } from '../threshold.ts'
import { isPilingUp } from './backlog.ts'
import { type Calls, callsOf } from './calls.ts'
import { generatorReasons, type Health, worstOf } from './health.ts'
import type { LimitKind } from './told-limits.ts'

/** One run at one rate: a point. */
export interface RateRun {
  /** Requests due a second. */
  readonly rate: number
  readonly windowMs: number
  /** Requests that were due in the window's steady part. */
  readonly samples: readonly Sample[]
  /** Requests that were left out as the start. */
  readonly transient: number
  /** Requests that ended ok in the window, a second, whenever they were due; and met every objective. */
  readonly endedOkRps: number
  readonly endedGoodRps: number
  /** Due and not sent: too many were in flight, or the generator was late. */
  readonly dropped: number
  readonly late: number
  /** On average over the window. */
  readonly inFlight: number
  /** By how many ms the response from due rose a ms. */
  readonly excess: number
  readonly refused: Readonly<Record<LimitKind | 'place', number>>
  readonly generator: Health
}

export interface RateLevel extends Calls {
  /** Requests due a second. */
  readonly rate: number
  readonly runs: number
  /** Of the runs, those during which something else held the machine; left out where there are others. */
  readonly disturbed: number
  /** Of the longest run. */
  readonly windowMs: number
  /** Requests that ended ok, a second of the windows. */
  readonly okRps: number
  /** Those of them that met every objective. */
  readonly goodputRps: number
  /** Calls that had not ended when they were no longer waited for. */
  readonly open: number
  readonly dropped: number
  readonly late: number
  readonly refused: RateRun['refused']
  /** Requests in flight, as counted. */
  readonly inFlight: number
  /** Ok a second × mean response from due: what Little's law says of the same. */
  readonly underWay: number
  readonly excess: number
  readonly generator: Health
}

/** An event loop that is late at p99 by more than this share of a reply: something else held the machine. */
const disturbedShare = 0.05

export function isRateDisturbed({ generator }: Pick<RateRun, 'generator'>, aloneMs: number) {
  return generator.lagP99Ms > aloneMs * disturbedShare
}

/** The smallest time that a run tells. */
function smallestOf({ samples }: RateRun): number | null {
  const times = samples.flatMap(sample => waitsOf(sample).ttftDueMs ?? sample.e2eMs ?? [])
  return nearestRank(Float64Array.from(times).sort(), 50) ?? null
}

/** `all`: of one rate, at least one; those that were disturbed, or worse, count only where there is no other. */
export function rateLevelOf(
  all: readonly RateRun[],
  objectives: readonly Threshold[],
  aloneMs: number,
): RateLevel {
  const calm = all.filter(run => !isRateDisturbed(run, aloneMs))
  const valid = all.filter(run => generatorReasons(run.generator, smallestOf(run)).length === 0)
  const runs = [calm, valid].find(some => some.length > 0) ?? all
  const samples = runs.flatMap(run => run.samples)
  const total = (of: (run: RateRun) => number) => runs.reduce((sum, run) => sum + of(run), 0)
  const windowMs = total(run => run.windowMs)
  const seconds = windowMs / 1000
  const dropped = total(run => run.dropped)
  const calls = callsOf(samples, { seconds, dropped }, objectives)
  const rate = runs[0]?.rate ?? 0
  // A queue's ups and downs weigh less the longer it was looked at, and by more than in proportion.
  const excess = total(run => run.excess * run.windowMs ** 2) / total(run => run.windowMs ** 2)
  const longestMs = Math.max(...runs.map(run => run.windowMs))
  const isSteady = !isPilingUp({
    rate,
    excess,
    windowMs: longestMs,
    aloneMs,
    ceilingRps: undefined,
  })
  // What keeps up brings what comes: steadier than counting ends in a window.
  const perSecond = (share: number, ended: number) =>
    isSteady ? (rate * share) / Math.max(1, calls.calls) : ended / windowMs
  const okRps = perSecond(
    calls.ok,
    total(run => run.endedOkRps * run.windowMs),
  )
  return {
    rate,
    runs: all.length,
    disturbed: all.length - calm.length,
    ...calls,
    windowMs: longestMs,
    okRps,
    goodputRps: perSecond(
      samples.filter(sample => isGood(sample, objectives)).length,
      total(run => run.endedGoodRps * run.windowMs),
    ),
    open: samples.filter(({ outcome }) => outcome === 'open').length,
    dropped,
    late: total(run => run.late),
    refused: {
      requests: total(({ refused }) => refused.requests),
      tokens: total(({ refused }) => refused.tokens),
      place: total(({ refused }) => refused.place),
    },
    inFlight: total(run => run.inFlight * run.windowMs) / windowMs,
    underWay: (okRps * (calls.responseMs.mean ?? 0)) / 1000,
    excess,
    generator: worstOf(runs.map(({ generator }) => generator)),
  }
}
