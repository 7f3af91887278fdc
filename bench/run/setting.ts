/** What the samples of a run cannot tell: what was asked for, where, and how the run went. */
import { version } from '../../base/package.ts'
import { loadCaveats } from '../caveats.ts'
import type { Finish } from '../course.ts'
import { readEnvironment } from '../environment.ts'
import type { GeneratorHealth } from '../generator.ts'
import { openCaveats, workerCaveats } from '../load/caveats.ts'
import { loadFacts } from '../load/facts.ts'
import type { Setting } from '../samples/event.ts'
import { modelsOf, workFacts } from '../scenarios.ts'
import type { Load } from '../summary.ts'
import { rampMsOf } from './load-driver.ts'
import type { Run } from './parts.ts'

/** How it went. */
export interface Result {
  readonly finish: Finish
  readonly windowMs: number
  readonly startedWallMs: number
  readonly health: GeneratorHealth
  readonly connectionsOpened: number
}

/** Before the run, as far as it is known. `more`: warnings of others. */
export function settingOf(run: Run, result: Result, more: readonly string[] = []): Setting {
  const { options, context } = run
  const load = loadOf(run, result)
  const environment = readEnvironment()
  return {
    tool: { name: 'tokadence', version },
    run: {
      id: context.runId,
      label: options.label ?? null,
      startedAt: new Date(result.startedWallMs).toISOString(),
      interrupted: result.finish === 'interrupted',
    },
    target: { url: options.url.href, model: modelsOf(run.work.scenarios) },
    load,
    work: workFacts(run.work.scenarios),
    generator: result.health,
    calibration: context.calibration,
    toleratesInvalid: options.invalid === 'warn',
    environment,
    limits: options.threshold,
    slo: options.slo,
    strictSamples: options.strictSamples,
    stopped: context.guard?.stop ?? null,
    spending: context.guard?.spending() ?? null,
    warnings: [
      ...loadCaveats(options, run.connections, run.work, run.plan.loop === 'connections'),
      ...openCaveats(load.open, run.recorder.counts(), run.late),
      ...workerCaveats(options.workers, environment.cores),
      ...more,
    ],
  }
}

function loadOf({ options, plan, recorder, work }: Run, result: Result): Load {
  const { windowMs, connectionsOpened } = result
  const { workers } = options
  return {
    ...loadFacts(plan, { ...recorder.counts(), windowMs }),
    ...(workers > 1 && { workers }),
    warmupMs: options.warmup,
    rampMs: rampMsOf(options),
    timeoutMs: options.timeout,
    maxTokens: options.maxTokens ?? null,
    prompts: work.prompts,
    seed: options.seed,
    connectionsOpened,
  }
}
