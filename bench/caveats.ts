/** What a reader must know before trusting a number, in sentences: the report's warnings. */
import type { GeneratorHealth } from './generator.ts'
import { type TimeName, times } from './measure.ts'
import { samplesNeeded } from './percentile.ts'
import type { Counts, Recorder } from './recorder.ts'
import type { Stats } from './tally.ts'
import type { Verdict } from './threshold.ts'
import type { Work } from './work/work.ts'

interface Result {
  readonly counts: Counts
  readonly stats: Readonly<Record<`${TimeName}Ms`, Stats>>
  readonly recorder: Recorder
  readonly generator: GeneratorHealth
}

/** The percentiles that stand in a report and carry a claim. */
const claimed = [95, 99] as const

export function resultCaveats({ counts, stats, recorder, generator }: Result): readonly string[] {
  const { sent, ok, failed, cut, open } = counts
  const { eventLoopLagMs, cpuRatio } = generator
  const warnings: string[] = []
  if (sent !== ok + failed + cut + open) {
    warnings.push(
      `The counts do not add up: ${sent} sent, ${ok} ok, ${failed} failed, ${cut} cut, ${open} open. That is a bug of ours.`,
    )
  }
  if (ok === 0) warnings.push('No request ended ok: there is nothing to measure by.')
  for (const name of ['ttft', 'e2e'] as const) {
    const { count } = stats[`${name}Ms`]
    const short = claimed.filter(p => count > 0 && count < samplesNeeded(p))
    if (short.length > 0) {
      const needs = short.map(p => `p${p} needs ${samplesNeeded(p)}`).join(' and ')
      warnings.push(`${times[name].title} has ${count} samples: ${needs}.`)
    }
  }
  if (open > 0 && open > ok * 0.1) {
    const longest = Math.round(recorder.longestOpenMs ?? 0)
    warnings.push(
      `${open} of ${sent} requests were open at the end, the longest for ${longest} ms: E2E and TPOT leave them out and favour short replies. A longer run narrows that.`,
    )
  }
  const { contentChunks, output, fromUsage } = recorder.tokens
  if (fromUsage > 0 && Math.abs(output - contentChunks) > contentChunks * 0.02) {
    warnings.push(
      `A chunk is not a token here: ${output} tokens came in ${contentChunks} chunks. ITL is per chunk, TPOT per token.`,
    )
  }
  if (cpuRatio > 0.9) {
    warnings.push(
      `The generator used ${Math.round(cpuRatio * 100)} % of a core: it may be what was measured. Use fewer connections.`,
    )
  }
  const lagMs = eventLoopLagMs.p99 ?? 0
  const smallest = Math.min(stats.ttftMs.p50 ?? Infinity, (stats.itlMs.p50 ?? Infinity) * 2)
  if (lagMs > Math.max(2, smallest * 0.1)) {
    warnings.push(
      `The generator's event loop was ${lagMs.toFixed(1)} ms late at p99: every time above may be long by as much.`,
    )
  }
  return warnings
}

/** Percentile thresholds that rest on too few samples. */
export function verdictCaveats(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.flatMap(({ text, samples, samplesNeeded: needed }) =>
    needed !== null && samples > 0 && samples < needed
      ? [`The threshold ${text} rests on ${samples} samples; it needs ${needed} to be sure.`]
      : [],
  )
}

/** What lies in the load itself. */
export function loadCaveats(
  options: { readonly warmup: number; readonly url: URL },
  connections: number,
  { prompts }: Pick<Work, 'prompts'>,
  isAutocannon = true,
): readonly string[] {
  const warnings: string[] = []
  if (prompts === 1 && connections > 1) {
    warnings.push(
      'One prompt is sent by all connections: a server with a prefix cache answers it faster than real traffic.',
    )
  }
  if (options.warmup === 0) {
    warnings.push(
      'There was no warm-up: the first request of each connection has its connect in its times, and all streams run in step.',
    )
  }
  if (isAutocannon && options.url.protocol === 'https:') {
    warnings.push('The server’s certificate was not checked: autocannon takes any.')
  }
  return warnings
}
