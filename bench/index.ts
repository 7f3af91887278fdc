/** The bench's front door: one closed-loop load run, from options to a summary. */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import { type Given, type Resolved, readOptions } from '../base/option-table.ts'
import { benchOptions } from './options.ts'
import type { Progress } from './progress.ts'
import { runLoad } from './run.ts'
import type { Sample } from './sample.ts'
import type { Summary } from './summary.ts'

export { TargetUnreachable } from './preflight.ts'
export type { Progress } from './progress.ts'
export type { Outcome, Sample } from './sample.ts'
export type { Summary } from './summary.ts'
export type { Stats } from './tally.ts'
export type { Verdict } from './threshold.ts'
export type { Slot } from './timeline.ts'

export type BenchOptions = Given<typeof benchOptions>

export interface BenchContext {
  readonly clock?: Clock
  /** Ends the run early; the summary holds what there was, marked `interrupted`. */
  readonly signal?: AbortSignal
  /** Called while the run lasts, every `progressEveryMs` (250). */
  readonly onProgress?: (progress: Progress) => void
  readonly progressEveryMs?: number
  /** Called with each measured request as it settles, in the order of settling. */
  readonly onSample?: (sample: Sample) => void
  /** Things to tell a person: where the metrics are, what was pushed. */
  readonly onNotice?: (text: string) => void
}

/**
 * Runs one load test and resolves to its summary. Writes no file: that is for reporters.
 * Throws OptionError for options that cannot be used, TargetUnreachable when nothing listens there.
 */
export async function runBench(
  options: BenchOptions = {},
  context: BenchContext = {},
): Promise<Summary> {
  const resolved: Resolved<typeof benchOptions> = readOptions(benchOptions, options, 'runBench')
  const url = parseUrl(resolved.url)
  return await runLoad(
    { ...resolved, url },
    {
      clock: context.clock ?? systemClock,
      runId: randomUUID().slice(0, 8),
      signal: context.signal,
      progressEveryMs: context.progressEveryMs ?? 250,
      onProgress: context.onProgress,
      onSample: context.onSample,
      onNotice: context.onNotice ?? (() => {}),
    },
  )
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new OptionError(
      'url',
      text,
      'write an http or https URL such as http://127.0.0.1:4010/v1',
    )
  }
  return url
}
