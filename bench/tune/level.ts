/** What was measured at one number of requests in flight, all its runs together. */

import { timeNames } from '../measure.ts'
import { nearestRank, samplesNeeded } from '../percentile.ts'
import { type Sample, waitsOf } from '../sample.ts'
import { createTally, rounded, type Stats } from '../tally.ts'
import { judge, type Measured, type Threshold, type Verdict } from '../threshold.ts'
import type { Cycle } from './cycle.ts'
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
  readonly generator: {
    readonly cpuRatio: number
    readonly lagP50Ms: number
    readonly lagP99Ms: number
  }
}

export interface Level {
  readonly concurrency: number
  readonly runs: number
  /** Of the runs, those during which something else held the machine; left out where there are others. */
  readonly disturbed: number
  readonly calls: number
  readonly ok: number
  /** Calls that ended, a second: users / mean turn. */
  readonly requestsPerSecond: number
  /** Those that ended ok. */
  readonly okRps: number
  /** Those that ended ok and met every objective. */
  readonly goodputRps: number
  /** Half of the goodput's 95 % interval; null: too few calls. */
  readonly marginRps: number | null
  readonly ttftMs: Stats
  readonly e2eMs: Stats
  readonly tpotMs: Stats
  /** What a call took of its limits on average: input and output. */
  readonly tokensPerCall: number
  /** One failed call's words; null: none failed. */
  readonly failure: string | null
  readonly tries: number
  /** Share of tries that were answered with 429. */
  readonly throttledShare: number
  readonly refused: Run['refused']
  /** Share of the users' time that the client held calls back, before their first send. */
  readonly heldShare: number
  /** Ok a second × mean E2E: by Little's law how many of them were under way. */
  readonly underWay: number
  readonly generator: Run['generator']
  readonly objectives: readonly Verdict[]
  readonly meetsObjectives: boolean
  /** Whether there are samples enough for every percentile that is asked for. */
  readonly isSure: boolean
  /** Calls that are missing to that. */
  readonly missing: number
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
  const ok = samples.filter(({ outcome }) => outcome === 'ok')
  const okRps = requestsPerSecond * (ok.length / Math.max(1, cycles.length))
  const measured = measuredOf(cycles, requestsPerSecond, turnMs)
  const verdicts = objectives.map(objective => judge(objective, measured))
  const { times } = measured
  const needed = objectives.map(({ of }) => (typeof of === 'number' ? samplesNeeded(of) : 0))
  const missing = Math.max(0, ...needed.map((count, i) => count - (verdicts[i]?.samples ?? 0)))
  const tries = samples.reduce((sum, { givenUp }) => sum + givenUp.length + 1, 0)
  const refused = sumOf(runs)
  return {
    concurrency,
    runs: all.length,
    disturbed: all.length - calm.length,
    calls: cycles.length,
    ok: ok.length,
    requestsPerSecond,
    okRps,
    goodputRps,
    marginRps: marginMs === undefined ? null : goodputRps * (marginMs / turnMs),
    ttftMs: times.ttft.stats(),
    e2eMs: times.e2e.stats(),
    tpotMs: times.tpot.stats(),
    tokensPerCall:
      ok.length === 0
        ? 0
        : mean(ok.map(({ inputTokens = 0, outputTokens }) => inputTokens + outputTokens)),
    failure: failureOf(samples),
    tries,
    throttledShare: throttled(cycles) / Math.max(1, tries),
    refused,
    heldShare:
      cycles.length === 0 ? 0 : mean(cycles.map(({ heldMs }) => heldMs)) / Math.max(turnMs, 1e-9),
    underWay: (okRps * (times.e2e.mean ?? 0)) / 1000,
    generator: worstOf(runs),
    objectives: verdicts,
    meetsObjectives: ok.length > 0 && verdicts.every(verdict => verdict.ok),
    isSure: missing === 0,
    missing,
  }
}

function failureOf(samples: readonly Sample[]): string | null {
  const failed = samples.find(({ outcome }) => outcome !== 'ok')
  if (!failed) return null
  return `${failed.status ?? failed.outcome}: ${failed.detail ?? failed.outcome}`
}

function throttled(cycles: readonly Cycle[]): number {
  return cycles.reduce((sum, { sample }) => {
    const before = sample.givenUp.filter(({ status }) => status === 429).length
    return sum + before + (sample.status === 429 ? 1 : 0)
  }, 0)
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

function worstOf(runs: readonly Run[]): Run['generator'] {
  const worst = (of: (run: Run) => number) => rounded(Math.max(...runs.map(of))) ?? 0
  return {
    cpuRatio: worst(({ generator }) => generator.cpuRatio),
    lagP50Ms: worst(({ generator }) => generator.lagP50Ms),
    lagP99Ms: worst(({ generator }) => generator.lagP99Ms),
  }
}

/** In the form that thresholds look at. */
function measuredOf(cycles: readonly Cycle[], requestsPerSecond: number, turnMs: number): Measured {
  const times = Object.fromEntries(timeNames.map(name => [name, createTally()])) as Record<
    (typeof timeNames)[number],
    ReturnType<typeof createTally>
  >
  const counts = { sent: cycles.length, ok: 0, failed: 0, cut: 0 }
  let outputTokens = 0
  for (const { sample } of cycles) {
    if (sample.outcome !== 'ok') {
      if (sample.outcome === 'stream_cut') counts.cut++
      else counts.failed++
      continue
    }
    counts.ok++
    outputTokens += sample.outputTokens
    const { lagMs, ttftDueMs, responseMs } = waitsOf(sample)
    const own = { lag: lagMs, ttftDue: ttftDueMs, response: responseMs }
    for (const gapMs of sample.gapsMs) times.itl.record(gapMs)
    for (const name of timeNames) {
      if (name === 'itl') continue
      const ms = name in own ? own[name as keyof typeof own] : sample[`${name}Ms` as 'ttftMs']
      if (ms !== undefined) times[name].record(ms)
    }
  }
  const seconds = requestsPerSecond > 0 ? cycles.length / requestsPerSecond : turnMs / 1000
  return {
    times,
    counts,
    outputTokens,
    requestsPerSecond: counts.ok / seconds || 0,
    outputTokensPerSecond: outputTokens / seconds || 0,
  }
}
