/** A side with all that is told of it: its metrics, its events, what is known of it. */
import type { Random } from '../../base/random.ts'
import type { Turn } from '../drivers/driver.ts'
import { createMoreMetrics, type MoreMetrics } from '../exports/more-metrics.ts'
import type { GeneratorMonitor } from '../generator.ts'
import type { LoadPlan } from '../load/plan.ts'
import { type BenchMetrics, createBenchMetrics, labelsOf } from '../metrics.ts'
import { createRecorder } from '../recorder.ts'
import type { RunContext } from '../run.ts'
import type { Setting } from '../samples/event.ts'
import { parseThreshold } from '../threshold.ts'
import type { Work } from '../work/work.ts'
import type { AgainstOptions } from './plan.ts'
import { createSide, type SideRun } from './side.ts'
import { type SideResult, sideSetting } from './side-setting.ts'
import type { Side } from './turns.ts'

export interface Player {
  readonly name: Side
  readonly run: SideRun
  readonly metrics: BenchMetrics
  readonly more: MoreMetrics
  setting(result: SideResult): Setting
}

export interface PlayerOptions {
  readonly name: Side
  readonly options: AgainstOptions
  readonly context: RunContext
  /** Of this side alone. */
  readonly plan: LoadPlan
  readonly work: Work
  readonly rampMs: number
  readonly generator: GeneratorMonitor
  /** Draws as a run that is made again from its file. */
  readonly random: Random
  readonly turn: Turn | undefined
  onReached(atMs: number): void
  onSettled(): void
}

export function createPlayer(given: PlayerOptions): Player {
  const { name, options, context, plan, work, rampMs, generator } = given
  const { clock, runId } = context
  const url = name === 'head' ? options.url : options.baseUrl
  const limits = name === 'head' ? options.threshold : []
  const metrics = createBenchMetrics({
    runId,
    side: name,
    model: options.model,
    connections: plan.loop === 'open' ? plan.maxInFlight : options.connections,
    thresholds: limits.flatMap(text => parseThreshold(text) ?? []),
    inFlight: () => run.inFlight,
    health: () => generator.read(),
  })
  const { instruments } = metrics
  const { scenarios } = work
  const labels = labelsOf({ runId, side: name })
  const more = createMoreMetrics(options, { url, scenarios, instruments, labels })
  const run: SideRun = createSide({
    target: {
      url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
      headers: work.headers,
      idleTimeoutMs: options.timeout,
    },
    work,
    clock,
    recorder: createRecorder(
      given.random,
      options.slo.flatMap(text => parseThreshold(text) ?? []),
    ),
    turn: given.turn,
    metrics,
    onReached: given.onReached,
    onSettled: given.onSettled,
    onSample(sample) {
      more.settled(sample)
      if (name === 'head') context.onSample?.(sample)
    },
    onEvent: event => context.onEvent?.(event, name),
  })
  metrics.phase('warmup')
  return {
    name,
    run,
    metrics,
    more,
    setting: result => sideSetting({ options, runId, name, side: run, plan, work, rampMs }, result),
  }
}
