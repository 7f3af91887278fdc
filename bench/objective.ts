/** Service level objectives: of a level as thresholds, and of each single request. */
import type { TimeName } from './measure.ts'
import { nearestRank } from './percentile.ts'
import { type Sample, waitsOf } from './sample.ts'
import { compare, isTimeName, type Threshold } from './threshold.ts'

/**
 * Whether a request ended ok and is itself within the limit of each objective on a time: `ttft: p(95)<1s` asks
 * of it a TTFT below 1 s. Of its gaps it is the same aggregate. Objectives on rates are asked of levels only.
 */
export function isGood(sample: Sample, objectives: readonly Threshold[]): boolean {
  if (sample.outcome !== 'ok') return false
  return objectives.every(({ metric, of, operator, limit }) => {
    const value = of === 'count' ? undefined : ownValue(sample, metric, of)
    return value === undefined || compare(value, operator, limit)
  })
}

function ownValue(
  sample: Sample,
  metric: Threshold['metric'],
  of: Threshold['of'],
): number | undefined {
  if (!isTimeName(metric)) return undefined
  return metric === 'itl' ? gapOf(sample.gapsMs, of) : timeOf(sample, metric)
}

function timeOf(sample: Sample, name: Exclude<TimeName, 'itl'>): number | undefined {
  switch (name) {
    case 'lag':
    case 'ttftDue':
    case 'response':
      return waitsOf(sample)[`${name}Ms`]
    default:
      return sample[`${name}Ms`]
  }
}

function gapOf(gapsMs: readonly number[], of: Threshold['of']): number | undefined {
  if (gapsMs.length === 0) return undefined
  const sorted = Float64Array.from(gapsMs).sort()
  if (typeof of === 'number') return nearestRank(sorted, of)
  if (of === 'min') return sorted[0]
  if (of === 'max') return sorted.at(-1)
  if (of === 'med') return nearestRank(sorted, 50)
  return sorted.reduce((sum, value) => sum + value, 0) / sorted.length
}

/** Whether gaps are asked for, which are many. */
export function asksForGaps(objectives: readonly Threshold[]): boolean {
  return objectives.some(({ metric }) => metric === 'itl')
}
