/** What a run is made of while it lasts. */
import type { Driver } from '../drivers/driver.ts'
import type { WaysOut } from '../exports/ways-out.ts'
import { type GeneratorMonitor, unknownHealth } from '../generator.ts'
import { loadFacts } from '../load/facts.ts'
import type { LoadPlan } from '../load/plan.ts'
import { measuredOf } from '../measured.ts'
import { type BenchMetrics, createBenchMetrics } from '../metrics.ts'
import { createRecorder, type Recorder } from '../recorder.ts'
import { recorderRandom } from '../samples/replay.ts'
import { judge, parseThreshold, type Threshold, type Verdict } from '../threshold.ts'
import { createLastSamples, type LastSamples } from '../truth/last-samples.ts'
import type { Work } from '../work/work.ts'
import type { RunContext, RunOptions } from './context.ts'

/** What sends the load: a driver in this thread or several in workers, and how well those threads are. */
export interface Sending {
  readonly driver: Driver
  readonly health: GeneratorMonitor
}

export interface Run {
  readonly options: RunOptions
  readonly context: RunContext
  readonly plan: LoadPlan
  readonly connections: number
  readonly thresholds: readonly Threshold[]
  readonly work: Work
  readonly recorder: Recorder
  readonly metrics: BenchMetrics
  /** To be held against the server's own journal. */
  readonly last: LastSamples
  /** Undefined until it begins. */
  out: WaysOut | undefined
  sending: Sending | undefined
  /** Requests that were due and not sent, since the driver was late. */
  late: number
}

export function createRun(
  options: RunOptions,
  context: RunContext,
  work: Work,
  plan: LoadPlan,
): Run {
  const thresholds = options.threshold.flatMap(text => parseThreshold(text) ?? [])
  const objectives = options.slo.flatMap(text => parseThreshold(text) ?? [])
  const { connections } = loadFacts(plan, { sent: 0, windowMs: 0 })
  const run: Run = {
    options,
    context,
    plan,
    connections,
    thresholds,
    work,
    recorder: createRecorder(recorderRandom(options.seed), objectives),
    metrics: createBenchMetrics({
      runId: context.runId,
      model: options.model,
      connections,
      thresholds,
      inFlight: () => run.sending?.driver.inFlight ?? 0,
      health: () => run.sending?.health.read() ?? unknownHealth,
    }),
    last: createLastSamples(),
    out: undefined,
    sending: undefined,
    late: 0,
  }
  return run
}

export function judged(
  { options, thresholds, recorder }: Run,
  windowMs: number,
): readonly Verdict[] {
  const measured = measuredOf(recorder, windowMs)
  return thresholds.map(threshold => judge(threshold, measured, options))
}
