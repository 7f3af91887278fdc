/** The bench's front door: one load run, from options to a summary. */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import { type Given, type Resolved, readOptions } from '../base/option-table.ts'
import { runAgainst } from './against/run.ts'
import type { Side } from './against/turns.ts'
import { benchOptions } from './options.ts'
import type { Progress } from './progress.ts'
import { type RunContext, runLoad } from './run.ts'
import { approve } from './safety/approve.ts'
import type { Sample } from './sample.ts'
import type { RunEvent } from './samples/event.ts'
import type { Summary } from './summary.ts'
import type { Calibration } from './truth/calibration.ts'

export { TargetUnreachable } from './preflight.ts'
export type { Progress } from './progress.ts'
export type { Outcome, Sample } from './sample.ts'
export type { Summary } from './summary.ts'
export type { Stats } from './tally.ts'
export type { Verdict } from './threshold.ts'
export type { Slot } from './timeline.ts'
export type { ScriptContext, ScriptRequest } from './work/script.ts'

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
  /** Called with everything that the summary is made of, as it happens; warm-up and drops, too. `side`: with `against`. */
  readonly onEvent?: (event: RunEvent, side?: Side) => void
  /** Things to tell a person: where the metrics are, what was pushed. */
  readonly onNotice?: (text: string) => void
  /**
   * Asks whether to go on, where the target is not this machine and neither `maxCost` nor `yes` is given. Undefined:
   * such a run is refused.
   */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
}

/**
 * Runs one load test and resolves to its summary. Writes no file: that is for reporters.
 * Throws OptionError for options that cannot be used, TargetUnreachable when nothing listens there.
 */
export async function runBench(
  options: BenchOptions = {},
  context: BenchContext = {},
): Promise<Summary> {
  return await runResolved(readOptions(benchOptions, options, 'runBench'), context)
}

/** The same with options that were read before, from a command line for one. */
export async function runResolved(
  resolved: Resolved<typeof benchOptions>,
  context: BenchContext = {},
): Promise<Summary> {
  const url = parseUrl('url', resolved.url)
  const run: RunContext = {
    clock: context.clock ?? systemClock,
    runId: randomUUID().slice(0, 8),
    signal: context.signal,
    progressEveryMs: context.progressEveryMs ?? 250,
    onProgress: context.onProgress,
    onSample: context.onSample,
    onEvent: context.onEvent,
    onNotice: context.onNotice ?? (() => {}),
  }
  const baseUrl = resolved.against === undefined ? undefined : parseUrl('against', resolved.against)
  const guard = await approve(resolved, baseUrl ? [url, baseUrl] : [url], {
    clock: run.clock,
    onNotice: run.onNotice,
    confirm: context.confirm,
  })
  if (!baseUrl) {
    const calibration = await calibrationFor(resolved, run)
    return await runLoad({ ...resolved, url }, { ...run, calibration, guard })
  }
  return await runAgainst({ ...resolved, url, baseUrl }, run)
}

/** An open loop has as many streams at once as come about: it is calibrated with a few. */
const openLoopConnections = 50

async function calibrationFor(
  { calibrate: durationMs, connections, rate, requests, workers }: Resolved<typeof benchOptions>,
  run: RunContext,
): Promise<Calibration | undefined> {
  if (!durationMs || run.signal?.aborted) return undefined
  const most = rate === undefined ? Number(connections) : openLoopConnections
  const used = Math.min(most || openLoopConnections, requests ?? Number.POSITIVE_INFINITY)
  run.onNotice(`calibrating: ${durationMs / 1000} s on a mock server at ${used} connections`)
  const { calibrate } = await import('./truth/calibrate.ts')
  return await calibrate({ connections: used, durationMs, workers }, run)
}

function parseUrl(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new OptionError(
      option,
      text,
      'write an http or https URL such as http://127.0.0.1:4010/v1',
    )
  }
  return url
}
