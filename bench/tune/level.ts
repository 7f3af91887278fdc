/** What was measured at one number of requests in flight, all its runs together. */
import { nearestRank } from '../percentile.ts'
import type { Threshold } from '../threshold.ts'
import { type Calls, callsOf } from './calls.ts'
import type { Cycle } from './cycle.ts'
import { type Health, worstOf } from './health.ts'
import { marginOfMean, mean } from './steady.ts'
import type { LimitKind } from './told-limits.ts'

/** One run at one level: a point. */
export interface Run {
  readonly concurrency: number
  /** Of the steady part. */
  readonly cycles: readonly Cycle[]
  /** Length of the steady part. */
  readonly seconds: number
  /** Calls that were left out as the start. */
  readonly transient: number
  /** Tries that were refused with 429, by what they were refused for. */
  readonly refused: Readonly<Record<LimitKind | 'place', number>>
  readonly generator: Health
}

export interface Level extends Calls {
  readonly concurrency: number
  readonly runs: number
  /** Of the runs, those during which something else held the machine; left out where there are others. */
  readonly disturbed: number
  /** Calls that ended, a second: users / mean turn. */
  readonly requestsPerSecond: number
  /** Those that ended ok. */
  readonly okRps: number
  /** Those that ended ok and met every objective. */
  readonly goodputRps: number
  /** Half of the goodput's 95 % interval; null: too few calls. */
  readonly marginRps: number | null
  readonly refused: Run['refused']
  /** Share of the users' time that the client held calls back, before their first send. */
  readonly heldShare: number
  /** Ok a second × mean E2E: by Little's law how many of them were under way. */
  readonly underWay: number
  readonly generator: Health
}

/** An event loop that is late at p99 by more than this share of a turn: something else held the machine. */
const disturbedShare = 0.05

/** Whether the machine was busy with something else: throughput is low by that. */
export function isDisturbed({ cycles, generator }: Run): boolean {
  const turns = Float64Array.from(cycles.map(({ lastedMs }) => lastedMs)).sort()
  return generator.lagP99Ms > (nearestRank(turns, 50) ?? 0) * disturbedShare
}

/** `all`: of one concurrency, at least one; those that were disturbed count only where there is no other. */
export function levelOf(all: readonly Run[], objectives: readonly Threshold[]): Level {
  const calm = all.filter(run => !isDisturbed(run))
  const runs = calm.length > 0 ? calm : all
  const concurrency = runs[0]?.concurrency ?? 0
  const cycles = runs.flatMap(run => run.cycles)
  const samples = cycles.map(({ sample }) => sample)
  const turnMs = mean(cycles.map(({ lastedMs }) => lastedMs))
  // Little's law for a closed loop: users = throughput × turn. Steadier than counting ends in a window.
  const requestsPerSecond = cycles.length > 0 ? (concurrency / turnMs) * 1000 : 0
  const goodShare = cycles.filter(({ isGood }) => isGood).length / Math.max(1, cycles.length)
  const goodputRps = requestsPerSecond * goodShare
  const marginMs = marginOfMean(cycles.map(({ lastedMs }) => lastedMs))
  const seconds = requestsPerSecond > 0 ? cycles.length / requestsPerSecond : turnMs / 1000
  const calls = callsOf(samples, { seconds }, objectives)
  const okRps = requestsPerSecond * (calls.ok / Math.max(1, cycles.length))
  return {
    concurrency,
    runs: all.length,
    disturbed: all.length - calm.length,
    ...calls,
    requestsPerSecond,
    okRps,
    goodputRps,
    marginRps: marginMs === undefined ? null : goodputRps * (marginMs / turnMs),
    refused: sumOf(runs),
    heldShare:
      cycles.length === 0 ? 0 : mean(cycles.map(({ heldMs }) => heldMs)) / Math.max(turnMs, 1e-9),
    underWay: (okRps * (calls.e2eMs.mean ?? 0)) / 1000,
    generator: worstOf(runs.map(({ generator }) => generator)),
  }
}

function sumOf(runs: readonly Run[]): Run['refused'] {
  const sum = { requests: 0, tokens: 0, place: 0 }
  for (const { refused } of runs) {
    sum.requests += refused.requests
    sum.tokens += refused.tokens
    sum.place += refused.place
  }
  return sum
}
