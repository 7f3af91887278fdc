/** The metrics' ways out of a run: the page, the remote writes, the push at the end; each where it was asked for. */
import type { Clock } from '../../base/clock.ts'
import type { Instruments } from '../../base/instruments.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { exportOptions } from '../options/exports.ts'
import { pushMetrics, serveMetrics } from '../prometheus.ts'
import type { Sample } from '../sample.ts'
import type { ScenarioFacts } from '../work/scenario.ts'
import { createNativeMetrics } from './native-metrics.ts'
import { createOtelMetrics } from './otel-metrics.ts'
import { startRemoteWrite } from './remote-write.ts'

export interface WaysOut {
  /** A measured request came to its end. */
  settled(sample: Sample): void
  /** Pushes what there is to be pushed. Resolves to what went wrong, for the run is none the worse. */
  finish(): Promise<readonly string[]>
  /** Leaves nothing open. */
  close(): Promise<void>
}

export interface WaysOutContext {
  readonly url: URL
  readonly scenarios: readonly ScenarioFacts[]
  readonly instruments: Instruments
  readonly runId: string
  readonly clock: Clock
  onNotice(text: string): void
}

/** Throws OptionError when the page's port is taken. */
export async function openWaysOut(
  options: Resolved<typeof exportOptions>,
  { url, scenarios, instruments, runId, clock, onNotice }: WaysOutContext,
): Promise<WaysOut> {
  const { prometheusHost: host, prometheusPort: port, pushgateway } = options
  const { remoteWrite, remoteWriteHeader: headers } = options
  const otel =
    options.metricsDialect === 'otel'
      ? createOtelMetrics(instruments, { url, scenarios })
      : undefined
  const native = options.nativeHistograms ? createNativeMetrics(runId) : undefined
  const page =
    port === undefined ? undefined : await serveMetrics(instruments, { host, port, native })
  if (page) onNotice(`metrics: ${page.url}`)
  const histograms = native?.histograms ?? []
  const remote =
    remoteWrite && startRemoteWrite({ url: remoteWrite, headers, instruments, histograms, clock })

  async function push(gateway: string): Promise<readonly string[]> {
    try {
      await pushMetrics(instruments, gateway, runId)
      onNotice(`pushed to ${gateway}, run_id ${runId}`)
      return []
    } catch (error) {
      return [`The metrics could not be pushed to ${gateway}: ${(error as Error).message}`]
    }
  }

  return {
    settled(sample) {
      otel?.settled(sample)
      native?.settled(sample)
    },
    async finish() {
      const pushed = pushgateway === undefined ? [] : await push(pushgateway)
      return [...pushed, ...((await remote?.finish()) ?? [])]
    },
    async close() {
      remote?.stop()
      await page?.close()
    },
  }
}
