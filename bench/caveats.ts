/** What a reader must know before trusting a number, in sentences: the report's warnings. */
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
}

/** The percentiles that stand in a report and carry a claim. */
const claimed = [95, 99] as const

/** Whether it says anything at all is in `truth.invalid`. */
export function resultCaveats({ counts, stats, recorder }: Result): readonly string[] {
  const { sent, ok, open } = counts
  const warnings: string[] = []
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
