/** The run's times as native histograms, beside those with fixed buckets and under the same names. */
import type { Labels } from '../../base/instruments.ts'
import { timeNames } from '../measure.ts'
import { timeMetric } from '../metrics.ts'
import { accountOf, type Kept, recordTimes, type Sample } from '../sample.ts'
import { createNativeBuckets, type NativeBuckets } from './native-buckets.ts'

export interface NativeHistogram {
  readonly name: string
  readonly labels: Labels
  readonly buckets: NativeBuckets
}

export interface NativeMetrics {
  readonly histograms: readonly NativeHistogram[]
  /** A measured request came to its end. */
  settled(sample: Sample): void
}

/** `labels` stand on every histogram. */
export function createNativeMetrics(labels: Labels): NativeMetrics {
  const byTime = timeNames.map(time => [time, createNativeBuckets()] as const)
  const kept = Object.fromEntries(
    byTime.map(([time, buckets]) => [time, { record: (ms: number) => buckets.observe(ms / 1000) }]),
  ) as Kept
  return {
    histograms: byTime.map(([time, buckets]) => ({
      name: timeMetric(time),
      labels,
      buckets,
    })),
    settled(sample) {
      const account = accountOf(sample.outcome)
      if (account !== 'ok' && account !== 'open') return
      recordTimes(sample, kept)
    },
  }
}
