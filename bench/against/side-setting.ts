/** What the samples of a side cannot tell: before the run as far as it is known, and when it is over. */
import { version } from '../../base/package.ts'
import { loadCaveats } from '../caveats.ts'
import { readEnvironment } from '../environment.ts'
import type { GeneratorHealth } from '../generator.ts'
import { openCaveats } from '../load/caveats.ts'
import { loadFacts } from '../load/facts.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { RunContext } from '../run.ts'
import type { Setting } from '../samples/event.ts'
import { modelsOf, workFacts } from '../scenarios.ts'
import type { Work } from '../work/work.ts'
import type { AgainstOptions } from './plan.ts'
import type { SideRun } from './side.ts'
import { type Side, sides } from './turns.ts'

export interface SideFacts {
  readonly options: AgainstOptions
  readonly runId: RunContext['runId']
  readonly name: Side
  readonly side: SideRun
  /** Of this side alone. */
  readonly plan: LoadPlan
  readonly work: Work
  readonly rampMs: number
}

/** How it went; before the run, all that can be said. */
export interface SideResult {
  readonly startedWallMs: number
  readonly isInterrupted: boolean
  readonly windowMs: number
  readonly connectionsOpened: number
  readonly health: GeneratorHealth
  readonly warnings: readonly string[]
}

/** Limits are asked of head alone, objectives of both. */
export function sideSetting(facts: SideFacts, result: SideResult): Setting {
  const { options, runId, name, side, plan, work, rampMs } = facts
  const { url, baseUrl } = options
  const [own, other] = name === 'head' ? [url, baseUrl] : [baseUrl, url]
  const counts = side.recorder.counts()
  const known = loadFacts(plan, { sent: counts.sent, windowMs: result.windowMs })
  return {
    tool: { name: 'tokadence', version },
    run: {
      id: runId,
      label: options.label ?? null,
      startedAt: new Date(result.startedWallMs).toISOString(),
      interrupted: result.isInterrupted,
    },
    target: { url: own.href, model: modelsOf(work.scenarios) },
    load: {
      ...known,
      driver: `${known.driver}, base and head by turns`,
      warmupMs: options.warmup / sides.length,
      rampMs,
      timeoutMs: options.timeout,
      maxTokens: options.maxTokens ?? null,
      prompts: work.prompts,
      seed: options.seed,
      connectionsOpened: result.connectionsOpened,
      turns: { side: name, other: other.href, rounds: options.rounds },
    },
    work: workFacts(work.scenarios),
    generator: result.health,
    // What the generator suffers both sides suffer, and it is in the width of the intervals.
    toleratesInvalid: true,
    environment: readEnvironment(),
    limits: name === 'head' ? options.threshold : [],
    slo: options.slo,
    strictSamples: options.strictSamples,
    warnings: [
      ...loadCaveats(
        { warmup: options.warmup, url: own },
        known.connections,
        work,
        known.loop === 'closed',
      ),
      ...openCaveats(known.open, counts, side.late),
      ...result.warnings,
    ],
  }
}
