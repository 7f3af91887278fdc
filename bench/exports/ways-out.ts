/** The metrics' ways out of a run: the page, the remote writes, the push at the end; each where it was asked for. */
import type { Clock } from '../../base/clock.ts'
import type { Instruments } from '../../base/instruments.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { exportOptions } from '../options/exports.ts'
import { pushMetrics, serveMetrics } from '../prometheus.ts'
import type { Sample } from '../sample.ts'
import { joinInstruments, type Shown } from './joined-instruments.ts'
import { createMoreMetrics, type MeteredTarget } from './more-metrics.ts'
import type { NativeHistogram } from './native-metrics.ts'
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
  readonly runId: string
  readonly clock: Clock
  onNotice(text: string): void
}

/** Throws OptionError when the page's port is taken. */
export async function openWaysOut(
  options: ExportOptions,
  context: WaysOutContext & MeteredTarget & { readonly instruments: Instruments },
): Promise<WaysOut> {
  const { instruments, runId } = context
  const more = createMoreMetrics(options, { ...context, labels: { run_id: runId } })
  const ways = await openWays(options, { instruments, histograms: more.histograms }, context)
  return { ...ways, settled: more.settled }
}

/** The ways by which metrics of several leave as one. */
export async function openJointWaysOut(
  options: ExportOptions,
  each: readonly Exported[],
  context: WaysOutContext,
): Promise<Omit<WaysOut, 'settled'>> {
  const instruments = joinInstruments(each.map(one => one.instruments))
  const histograms = each.flatMap(one => one.histograms)
  return await openWays(options, { instruments, histograms }, context)
}

export interface Exported {
  readonly instruments: Shown
  readonly histograms: readonly NativeHistogram[]
}

type ExportOptions = Resolved<typeof exportOptions>

async function openWays(
  options: ExportOptions,
  { instruments, histograms }: Exported,
  { runId, clock, onNotice }: WaysOutContext,
): Promise<Omit<WaysOut, 'settled'>> {
  const { prometheusHost: host, prometheusPort: port, pushgateway } = options
  const { remoteWrite, remoteWriteHeader: headers } = options
  const native = options.nativeHistograms ? { histograms } : undefined
  const page =
    port === undefined ? undefined : await serveMetrics(instruments, { host, port, native })
  if (page) onNotice(`metrics: ${page.url}`)
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
