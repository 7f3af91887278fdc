/** The run's times as native histograms, beside those with fixed buckets and under the same names. */
import type { Labels } from '../../base/instruments.ts'
import { timeNames } from '../measure.ts'
import { timeMetric } from '../metrics.ts'
import { accountOf, eachTime, type Sample } from '../sample.ts'
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
  const byTime = new Map(timeNames.map(time => [time, createNativeBuckets()] as const))
  return {
    histograms: [...byTime].map(([time, buckets]) => ({
      name: timeMetric(time),
      labels,
      buckets,
    })),
    settled(sample) {
      const account = accountOf(sample.outcome)
      if (account !== 'ok' && account !== 'open') return
      eachTime(sample, (time, ms) => byTime.get(time)?.observe(ms / 1000))
    },
  }
}
