/**
 * Thresholds in k6's manner: `ttft: p(95)<500ms`, `errors: rate<1%`, `tokens: rate>=200`.
 * One without data is missed: a gate that passes when nothing was measured guards nothing.
 */
import { parseDuration } from '../base/duration.ts'
import { type TimeName, timeNames } from './measure.ts'
import { samplesNeeded } from './percentile.ts'
import type { Tally } from './tally.ts'

const rateNames = ['requests', 'tokens', 'errors', 'ok'] as const
type RateName = (typeof rateNames)[number]

const aggregates = ['avg', 'mean', 'min', 'max', 'med', 'count', 'rate'] as const
type Aggregate = (typeof aggregates)[number]

const operators = ['<=', '>=', '==', '<', '>'] as const
type Operator = (typeof operators)[number]

export interface Threshold {
  /** As written. */
  readonly text: string
  readonly metric: TimeName | RateName
  /** An aggregate, or the percentile 0–100. */
  readonly of: Aggregate | number
  readonly operator: Operator
  /** ms for times; a ratio for errors and ok; a second for requests and tokens; else a count. */
  readonly limit: number
}

export const thresholdSyntax = `write METRIC: AGGREGATE OPERATOR VALUE, such as 'ttft: p(95)<500ms', 'errors: rate<1%' or 'tokens: rate>200'; metrics are ${[...timeNames, ...rateNames].join(', ')}; times take p(N), avg, min, max, med and count, the others rate and count; operators are <, <=, >, >= and ==`

const form = /^\s*(\w+)\s*:\s*(?:p\(\s*(\d+(?:\.\d+)?)\s*\)|(\w+))\s*(<=|>=|===?|<|>)\s*(\S+)\s*$/

/** Reads one threshold; undefined when it is none. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, metric, percentile, aggregate, operator, value] = form.exec(text) ?? []
  if (metric === undefined || operator === undefined || value === undefined) return undefined
  const of = percentile === undefined ? find(aggregates, aggregate) : Number(percentile)
  if (of === undefined || (typeof of === 'number' && of > 100)) return undefined
  const common = { text: text.trim(), of, operator: find(operators, operator.slice(0, 2)) ?? '==' }

  const time = find(timeNames, metric)
  if (time) {
    const limit = of === 'count' ? plainNumber(value) : parseDuration(value)
    if (of === 'rate' || limit === undefined) return undefined
    return { ...common, metric: time, limit }
  }
  const rate = find(rateNames, metric)
  const limit = rate && (value.endsWith('%') ? percent(value) : plainNumber(value))
  if (!rate || limit === undefined || (of !== 'rate' && of !== 'count')) return undefined
  return { ...common, metric: rate, limit }
}

function find<const T extends string>(
  names: readonly T[],
  name: string | undefined,
): T | undefined {
  return names.find(known => known === name)
}

function plainNumber(text: string): number | undefined {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined
}

function percent(text: string): number | undefined {
  const number = plainNumber(text.slice(0, -1))
  return number === undefined ? undefined : number / 100
}

/** What thresholds look at. */
export interface Measured {
  readonly times: Readonly<Record<TimeName, Tally>>
  readonly counts: {
    readonly sent: number
    readonly ok: number
    readonly failed: number
    readonly cut: number
  }
  readonly outputTokens: number
  readonly requestsPerSecond: number
  readonly outputTokensPerSecond: number
}

export interface Verdict {
  readonly text: string
  readonly metric: string
  readonly of: string
  readonly operator: Operator
  readonly limit: number
  /** The value measured, in the unit of `limit`; null without data. */
  readonly observed: number | null
  readonly ok: boolean
  readonly samples: number
  /** The samples that such a percentile needs; null where none is asked for. */
  readonly samplesNeeded: number | null
  /** Why there is no verdict on a value: "no data". */
  readonly reason: string | null
}

export function judge(threshold: Threshold, measured: Measured): Verdict {
  const { text, metric, of, operator, limit } = threshold
  const { value, samples } = observe(threshold, measured)
  return {
    text,
    metric,
    of: typeof of === 'number' ? `p(${of})` : of,
    operator,
    limit,
    observed: value ?? null,
    ok: value !== undefined && compare(value, operator, limit),
    samples,
    samplesNeeded: typeof of === 'number' ? samplesNeeded(of) : null,
    reason: value === undefined ? 'no data' : null,
  }
}

function observe({ metric, of }: Threshold, measured: Measured) {
  switch (metric) {
    case 'requests':
    case 'tokens':
    case 'errors':
    case 'ok':
      return observeRate(metric, of === 'count', measured)
    default: {
      const tally = measured.times[metric]
      return { value: observeTime(of, tally), samples: tally.count }
    }
  }
}

function observeTime(of: Aggregate | number, tally: Tally): number | undefined {
  if (typeof of === 'number') return tally.percentile(of)
  if (tally.count === 0) return undefined
  switch (of) {
    case 'min':
      return tally.min
    case 'max':
      return tally.max
    case 'med':
      return tally.percentile(50)
    case 'count':
      return tally.count
    default:
      return tally.mean
  }
}

function observeRate(metric: RateName, asCount: boolean, measured: Measured) {
  const { sent, ok, failed, cut } = measured.counts
  const errors = failed + cut
  const settled = ok + errors
  const [count, rate, samples] = {
    requests: [ok, measured.requestsPerSecond, ok],
    tokens: [measured.outputTokens, measured.outputTokensPerSecond, ok],
    errors: [errors, errors / sent, sent],
    ok: [ok, ok / sent, sent],
  }[metric] as [number, number, number]
  // A rate of nothing is no data: no request sent, or none that came to an end.
  const known = sent > 0 && settled > 0
  return { value: known ? (asCount ? count : rate) : undefined, samples }
}

function compare(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
  }
}
