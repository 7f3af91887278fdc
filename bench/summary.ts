/** What a run amounts to: the record that every reporter prints and that `--json` writes. */
import { resultCaveats, verdictCaveats } from './caveats.ts'
import { type Environment, readEnvironment } from './environment.ts'
import type { GeneratorHealth } from './generator.ts'
import { definitions, type TimeName, timeNames } from './measure.ts'
import type { Counts, Dot, Recorder } from './recorder.ts'
import type { Outcome } from './sample.ts'
import { type Bins, rounded, type Stats } from './tally.ts'
import type { Measured, Verdict } from './threshold.ts'
import type { Slot } from './timeline.ts'

/** Changes when a key changes its meaning or goes; new keys do not change it. */
export const summarySchema = 'tokadence-bench/1'

export interface Load {
  /** What sent it, in words. */
  readonly driver: string
  /** Whether a slow server slows the load. */
  readonly loop: 'closed' | 'open'
  /** Of the closed loop; for an open one the most that may be in flight. */
  readonly connections: number
  /** The duration asked for; null when a number of requests was. */
  readonly durationMs: number | null
  readonly requests: number | null
  readonly warmupMs: number
  readonly rampMs: number
  readonly timeoutMs: number
  readonly maxTokens: number | null
  readonly prompts: 'synthetic' | number
  readonly seed: string
  /** Connections opened, warm-up included; more than `connections` when some were lost. */
  readonly connectionsOpened: number
}

export interface Summary {
  readonly schema: typeof summarySchema
  readonly tool: { readonly name: 'tokadence'; readonly version: string }
  readonly run: {
    readonly id: string
    readonly label: string | null
    /** ISO 8601, the start of the measured window. */
    readonly startedAt: string
    /** Length of the measured window. */
    readonly seconds: number
    readonly interrupted: boolean
  }
  readonly target: { readonly url: string; readonly model: string }
  readonly load: Load
  readonly counts: Counts
  readonly ttfbMs: Stats
  readonly ttftMs: Stats
  readonly itlMs: Stats
  readonly tpotMs: Stats
  readonly e2eMs: Stats
  readonly lagMs: Stats
  readonly ttftDueMs: Stats
  readonly responseMs: Stats
  readonly preludeMs: Stats
  readonly throughput: {
    readonly requestsPerSecond: number
    readonly outputTokensPerSecond: number
  }
  readonly tokens: {
    readonly input: number
    readonly output: number
    readonly contentChunks: number
    /** Who counted the output tokens. */
    readonly source: 'usage' | 'chunks' | 'mixed' | null
  }
  readonly generator: GeneratorHealth
  readonly thresholds: readonly Verdict[]
  /** What a reader must know before trusting a number, in sentences. */
  readonly warnings: readonly string[]
  /** One example for each way of failing. */
  readonly examples: Readonly<Partial<Record<Outcome, string>>>
  readonly definitions: Readonly<Record<string, string>>
  readonly environment: Environment
  readonly timeline: readonly Slot[]
  /** Values and their counts, ascending: enough to make any percentile or plot again. */
  readonly histograms: Readonly<Record<`${TimeName}Ms`, Bins>>
  readonly dots: readonly Dot[]
}

export interface SummaryInput {
  readonly tool: Summary['tool']
  readonly run: Omit<Summary['run'], 'seconds'>
  readonly target: Summary['target']
  readonly load: Load
  readonly recorder: Recorder
  readonly measured: Measured
  readonly windowMs: number
  readonly generator: GeneratorHealth
  readonly verdicts: readonly Verdict[]
  readonly warnings: readonly string[]
}

export function summarise(input: SummaryInput): Summary {
  const { recorder, measured, windowMs, verdicts, generator } = input
  const counts = recorder.counts()
  const stats = eachTime(name => recorder.times[name].stats())
  const { input: inputTokens, output, contentChunks, fromUsage, fromChunks } = recorder.tokens
  const source =
    fromUsage && fromChunks ? 'mixed' : fromUsage ? 'usage' : fromChunks ? 'chunks' : null
  return {
    schema: summarySchema,
    tool: input.tool,
    run: { ...input.run, seconds: windowMs / 1000 },
    target: input.target,
    load: input.load,
    counts,
    ...stats,
    throughput: {
      requestsPerSecond: rounded(measured.requestsPerSecond) ?? 0,
      outputTokensPerSecond: rounded(measured.outputTokensPerSecond) ?? 0,
    },
    tokens: { input: inputTokens, output, contentChunks, source },
    generator,
    thresholds: verdicts,
    warnings: [
      ...resultCaveats({ counts, stats, recorder, generator }),
      ...verdictCaveats(verdicts),
      ...input.warnings,
    ],
    examples: Object.fromEntries(recorder.examples),
    definitions,
    environment: readEnvironment(),
    timeline: recorder.timeline.slots(windowMs),
    histograms: eachTime(name => recorder.times[name].bins()),
    dots: recorder.dots,
  }
}

function eachTime<T>(of: (name: TimeName) => T): Record<`${TimeName}Ms`, T> {
  const entries = timeNames.map(name => [`${name}Ms`, of(name)] as const)
  return Object.fromEntries(entries) as Record<`${TimeName}Ms`, T>
}
