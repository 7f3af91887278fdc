/**
 * Thresholds in k6's manner: `ttft: p(95)<500ms`, `errors: rate<1%`, `tokens: rate>=200`.
 * One without data is missed: a gate that passes when nothing was measured guards nothing.
 */
import { parseDuration } from '../base/duration.ts'
import { type TimeName, timeNames } from './measure.ts'
import { samplesNeeded } from './percentile.ts'
import { type Measured, observeRate, type RateName, rateNames } from './rates.ts'
import type { Tally } from './tally.ts'

const aggregates = ['avg', 'mean', 'min', 'max', 'med', 'count', 'rate'] as const
type Aggregate = (typeof aggregates)[number]

const operators = ['<=', '>=', '==', '<', '>'] as const
type Operator = (typeof operators)[number]

export type { Measured } from './rates.ts'

export interface Threshold {
  /** As written. */
  readonly text: string
  readonly metric: TimeName | RateName
  /** Of this scenario alone; undefined: of all requests. */
  readonly scenario?: string | undefined
  /** An aggregate, or the percentile 0–100. */
  readonly of: Aggregate | number
  readonly operator: Operator
  /** ms for times; a second for requests, tokens and goodput; a ratio for other rates; else a count. */
  readonly limit: number
}

export const thresholdSyntax = `write METRIC: AGGREGATE OPERATOR VALUE, such as 'ttft: p(95)<500ms', 'errors: rate<1%' or 'tokens: rate>200'; metrics are ${[...timeNames, ...rateNames].join(', ')}; times take p(N), avg, min, max, med and count, the others rate and count; METRIC{scenario:NAME} asks it of one scenario; operators are <, <=, >, >= and ==`

const form =
  /^\s*(\w+)\s*(?:\{\s*scenario\s*:\s*([^{}]+?)\s*\})?\s*:\s*(?:p\(\s*(\d+(?:\.\d+)?)\s*\)|(\w+))\s*(<=|>=|===?|<|>)\s*(\S+)\s*$/

/** Reads one threshold; undefined when it is none. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, metric, scenario, percentile, aggregate, operator, value] = form.exec(text) ?? []
  if (metric === undefined || operator === undefined || value === undefined) return undefined
  const of = percentile === undefined ? find(aggregates, aggregate) : Number(percentile)
  if (of === undefined || (typeof of === 'number' && of > 100)) return undefined
  const known = find(operators, operator.slice(0, 2)) ?? '=='
  const common = { text: text.trim(), scenario, of, operator: known }

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

export interface Verdict {
  readonly text: string
  readonly metric: string
  readonly of: string
  readonly operator: Operator
  readonly limit: number
  /** The value measured, in the unit of `limit`; null without data. */
  readonly observed: number | null
  /** `inconclusive`: it would pass, on fewer samples than it needs; only where that is asked for. */
  readonly outcome: 'passed' | 'missed' | 'inconclusive'
  /** Whether it passed. */
  readonly ok: boolean
  readonly samples: number
  /** The samples that such a percentile needs; null where none is asked for. */
  readonly samplesNeeded: number | null
  /** Why there is no verdict on a value: "no data"; null where there is one. */
  readonly reason: string | null
}

export interface Strictness {
  /** A percentile that rests on too few samples does not pass. */
  readonly strictSamples: boolean
}

export function judge(
  threshold: Threshold,
  measured: Measured,
  { strictSamples }: Strictness = { strictSamples: false },
): Verdict {
  const { text, metric, scenario, of, operator, limit } = threshold
  const part = scenario === undefined ? measured : measured.scenarios?.get(scenario)
  const { value, samples } = part ? observe(threshold, part) : { value: undefined, samples: 0 }
  const needed = typeof of === 'number' ? samplesNeeded(of) : null
  const isMet = value !== undefined && compare(value, operator, limit)
  const isThin = needed !== null && samples < needed
  const outcome = !isMet ? 'missed' : strictSamples && isThin ? 'inconclusive' : 'passed'
  return {
    text,
    metric,
    of: typeof of === 'number' ? `p(${of})` : of,
    operator,
    limit,
    observed: value ?? null,
    outcome,
    ok: outcome === 'passed',
    samples,
    samplesNeeded: needed,
    reason:
      value === undefined
        ? 'no data'
        : outcome === 'inconclusive'
          ? `${samples} samples, it needs ${needed}`
          : null,
  }
}

function observe({ metric, of }: Threshold, measured: Measured) {
  if (!isTimeName(metric)) {
    const { count, rate, samples } = observeRate(metric, measured)
    return { value: of === 'count' ? count : rate, samples }
  }
  const tally = measured.times[metric]
  return { value: observeTime(of, tally), samples: tally.count }
}

/** Whether it is a time, and no rate. */
export function isTimeName(name: TimeName | RateName): name is TimeName {
  return timeNames.some(known => known === name)
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

export function compare(value: number, operator: Operator, limit: number): boolean {
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
