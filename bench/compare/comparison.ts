/**
 * Two sides, base and head: how far each percentile is apart, with an interval, and what that means.
 *
 * An interval is the difference ± t standard errors. The standard error is a bootstrap's, which draws
 * blocks of requests anew: those of neighbours are alike, so single ones would claim to know too much.
 * Intervals hold together: with k metrics judged, each has the confidence 1 − 5 %/k.
 */
import { samplesNeeded } from '../percentile.ts'
import type { Evidence } from './evidence.ts'
import { differenceOf, type Sides } from './interval.ts'
import { isSameMetric, metricTitle, type TimeMetric } from './metric.ts'
import type { Tolerance } from './tolerance.ts'
import { type Interval, moreNeeded, overallOf, type Verdict, verdictOf } from './verdict.ts'

export interface Row {
  /** `ttft`, …, or `errors`. */
  readonly metric: string
  /** 0–100; null for the share of errors. */
  readonly percentile: number | null
  readonly title: string
  /** Whether the overall verdict looks at it. */
  readonly isJudged: boolean
  /** In ms; the share of errors from 0 to 1; null without data. */
  readonly base: number | null
  readonly head: number | null
  /** head − base, in the same unit; null where there is none. */
  readonly difference: Interval | null
  /** The same as a share of the base; null where the base is 0. */
  readonly change: Interval | null
  /** In the unit of the difference. */
  readonly tolerance: number
  readonly samples: { readonly base: number; readonly head: number; readonly needed: number }
  readonly verdict: Verdict
  /** Why it is inconclusive; else null. */
  readonly reason: string | null
}

export interface Comparison {
  readonly verdict: Verdict
  /** In one sentence. */
  readonly says: string
  /** Paired: both sides were measured by turns in one run. */
  readonly isPaired: boolean
  readonly tolerance: Tolerance
  /** Of each interval, 0 to 1. */
  readonly confidence: number
  readonly blocks: { readonly base: number; readonly head: number }
  readonly rows: readonly Row[]
  /** What a reader must know before trusting a verdict. */
  readonly warnings: readonly string[]
}

export interface Question {
  readonly judged: readonly TimeMetric[]
  /** Shown beside them, without a say. */
  readonly shown: readonly TimeMetric[]
  readonly tolerance: Tolerance
  readonly isPaired: boolean
}

/** The chance that, of all judged intervals, any misses the truth. */
const familyError = 0.05
/** Fewer blocks tell too little of how much they differ. */
const minBlocks = 6
/** Of each side, for their share of errors. */
const errorSamples = 30
/** A share of errors is worse when it is up by this much. */
const errorTolerance = 0.01

export function compareEvidence(base: Evidence, head: Evidence, question: Question): Comparison {
  const { judged, shown, tolerance, isPaired } = question
  const confidence = 1 - familyError / (judged.length + 1)
  const sides: Sides = { base, head, isPaired, confidence }
  const extra = shown.filter(one => !judged.some(known => isSameMetric(one, known)))
  const rows = [
    ...judged.map(metric => timeRow(sides, metric, tolerance, true)),
    errorRow(sides),
    ...extra
      .filter(({ name, percentile }) =>
        [base, head].every(side => side.count(name) >= samplesNeeded(percentile)),
      )
      .map(metric => timeRow(sides, metric, tolerance, false)),
  ]
  const looked = rows.filter(({ isJudged }) => isJudged)
  const verdict = overallOf(looked.map(row => row.verdict))
  return {
    verdict,
    says: sentence(verdict, looked),
    isPaired,
    tolerance,
    confidence,
    blocks: { base: base.blocks, head: head.blocks },
    rows,
    warnings: [],
  }
}

function timeRow(sides: Sides, metric: TimeMetric, allowed: Tolerance, isJudged: boolean): Row {
  const { name, percentile } = metric
  const [base, head] = [sides.base, sides.head].map(side => side.percentile(name, percentile))
  const tolerance = Math.max((base ?? 0) * allowed.ratio, allowed.floorMs)
  const [of, beside] = [sides.base, sides.head].map(side => side.redrawn(name, percentile))
  const needed = samplesNeeded(percentile)
  return rowOf(sides, {
    metric: name,
    percentile,
    title: metricTitle(metric),
    isJudged,
    base: base ?? null,
    head: head ?? null,
    tolerance,
    samples: { base: sides.base.count(name), head: sides.head.count(name), needed },
    redrawn: [of!, beside!],
  })
}

function errorRow(sides: Sides): Row {
  const share = ({ errors, requests }: Evidence) => (requests > 0 ? errors / requests : null)
  return rowOf(sides, {
    metric: 'errors',
    percentile: null,
    title: 'errors',
    isJudged: true,
    base: share(sides.base),
    head: share(sides.head),
    tolerance: errorTolerance,
    samples: { base: sides.base.requests, head: sides.head.requests, needed: errorSamples },
    redrawn: [sides.base.redrawnErrors(), sides.head.redrawnErrors()],
  })
}

type Seen = Omit<Row, 'difference' | 'change' | 'verdict' | 'reason'> & {
  readonly redrawn: readonly [Float64Array, Float64Array]
}

function rowOf(sides: Sides, { redrawn, ...seen }: Seen): Row {
  const { base, head, samples, tolerance } = seen
  const without = { ...seen, difference: null, change: null, verdict: 'inconclusive' as const }
  if (base === null || head === null) {
    const empty = base === null && head === null ? 'either side' : base === null ? 'base' : 'head'
    return { ...without, reason: `no data of ${empty}` }
  }
  const fewest = Math.min(sides.base.blocks, sides.head.blocks)
  if (fewest < minBlocks) {
    return { ...without, reason: `${fewest} blocks, fewer than the ${minBlocks} that it takes` }
  }
  const difference = differenceOf(sides, head - base, redrawn)
  const change =
    base > 0
      ? {
          value: difference.value / base,
          low: difference.low / base,
          high: difference.high / base,
        }
      : null
  const verdict = verdictOf(difference, tolerance)
  const few = Math.min(samples.base, samples.head)
  if (few < samples.needed) {
    return { ...without, difference, change, reason: `${few} samples, it needs ${samples.needed}` }
  }
  const more = moreNeeded(difference, tolerance)
  const advice = more === undefined ? '' : `: about ${more} × the requests would tell`
  const reason = verdict === 'inconclusive' ? `the interval is too wide${advice}` : null
  return { ...seen, difference, change, verdict, reason }
}

function sentence(verdict: Verdict, looked: readonly Row[]): string {
  const names = looked.filter(row => row.verdict === verdict).map(({ title }) => title)
  const list = names.join(', ')
  switch (verdict) {
    case 'worse':
      return `Head is worse than base: ${list}.`
    case 'better':
      return `Head is better than base: ${list}.`
    case 'same':
      return 'Head is not worse than base by more than the tolerance.'
    case 'inconclusive':
      return `It cannot be told whether head is worse than base: ${list}.`
  }
}
