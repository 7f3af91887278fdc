/** What some ways out want besides the bench's own metrics: OpenTelemetry's names, native histograms. */
import type { Instruments, Labels } from '../../base/instruments.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { exportOptions } from '../options/exports.ts'
import type { Sample } from '../sample.ts'
import type { ScenarioFacts } from '../work/scenario.ts'
import { createNativeMetrics, type NativeHistogram } from './native-metrics.ts'
import { createOtelMetrics } from './otel-metrics.ts'

export interface MeteredTarget {
  readonly url: URL
  readonly scenarios: readonly ScenarioFacts[]
}

export interface MoreMetrics {
  /** Empty where they were not asked for. */
  readonly histograms: readonly NativeHistogram[]
  /** A measured request came to its end. */
  settled(sample: Sample): void
}

/** `labels` stand on every native histogram; OpenTelemetry's names go among the instruments. */
export function createMoreMetrics(
  { metricsDialect, nativeHistograms }: Resolved<typeof exportOptions>,
  {
    url,
    scenarios,
    instruments,
    labels,
  }: MeteredTarget & { readonly instruments: Instruments; readonly labels: Labels },
): MoreMetrics {
  const otel =
    metricsDialect === 'otel' ? createOtelMetrics(instruments, { url, scenarios }) : undefined
  const native = nativeHistograms ? createNativeMetrics(labels) : undefined
  return {
    histograms: native?.histograms ?? [],
    settled(sample) {
      otel?.settled(sample)
      native?.settled(sample)
    },
  }
}
