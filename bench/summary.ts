/** What a run amounts to: the record that every reporter prints and that `--json` writes. */
import { resultCaveats, verdictCaveats } from './caveats.ts'
import type { Comparison } from './compare/comparison.ts'
import type { Environment } from './environment.ts'
import type { GeneratorHealth } from './generator.ts'
import type { CancelLoad, OpenLoad, RetriesLoad, UsersLoad } from './load/facts.ts'
import { definitions, type TimeName, timeNames } from './measure.ts'
import type { Pick } from './picks.ts'
import type { Counts, Dot, Recorder } from './recorder.ts'
import type { Spending, Stop } from './safety/stop.ts'
import type { Outcome } from './sample.ts'
import type { ScenarioSummary, WorkFacts } from './scenarios.ts'
import { type Bins, rounded, type Stats } from './tally.ts'
import type { Measured, Verdict } from './threshold.ts'
import type { Slot } from './timeline.ts'
import type { Calibration } from './truth/calibration.ts'
import { type ErrorBars, errorBars } from './truth/error-bar.ts'
import type { GroundTruth } from './truth/ground-truth.ts'
import { invalidReasons } from './truth/validity.ts'

/** How far the numbers may be from the truth. */
export interface Truth {
  /** Why the run says nothing about its server; empty: it is valid. */
  readonly invalid: readonly string[]
  /** Half widths, ms: what chance and the bench itself may have added or taken. */
  readonly plusMinus: ErrorBars
  /** The bench measured on a mock before the run; null: it was not. */
  readonly calibration: Calibration | null
  /** The times held against the server's own journal; null: it is no mock of ours. */
  readonly server: GroundTruth | null
}

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
  /** Threads that shared the load; undefined: there was one. */
  readonly workers?: number
  /** Where they changed over the run: how many there were first. */
  readonly connectionsFrom?: number
  /** Of an open loop only. */
  readonly open?: OpenLoad
  /** Of users only. */
  readonly users?: UsersLoad
  /** Where requests hung up. */
  readonly cancel?: CancelLoad
  /** Where requests are sent again. */
  readonly retries?: RetriesLoad
  /** Of a run by turns only. */
  readonly turns?: TurnsLoad
}

/** What a side of a run by turns says of the other. */
export interface TurnsLoad {
  readonly side: 'base' | 'head'
  /** The other's URL. */
  readonly other: string
  readonly rounds: number
}

export interface Summary {
  readonly schema: typeof summarySchema
  readonly tool: { readonly name: 'tokadence'; readonly version: string }
  readonly run: {
    readonly id: string
    readonly label: string | null
    /** ISO 8601, the start of the measured window. */
    readonly startedAt: string
    /** Length of the measured window; of a run by turns: of this side's turns. */
    readonly seconds: number
    readonly interrupted: boolean
  }
  readonly target: { readonly url: string; readonly model: string }
  readonly load: Load
  /** What is sent, a row for each scenario; empty where nobody told. */
  readonly work: readonly WorkFacts[]
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
  /** How far the numbers may be from the truth. */
  readonly truth: Truth
  /** Why it ended before its time, other than by its user; null: it did not. */
  readonly stopped: Stop | null
  /** What it cost; null: money was not looked at. */
  readonly spending: Spending | null
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
  /** The same in HdrHistogram's compressed form (V2, base64), values in µs. */
  readonly hdr: Readonly<Record<`${TimeName}Us`, string>>
  readonly dots: readonly Dot[]
  /** Each scenario by itself; null where there is but one. */
  readonly scenarios: readonly ScenarioSummary[] | null
  /** A few requests to look at one by one. */
  readonly requests: readonly Pick[]
  readonly against: Against | null
}

/** With `--against`: the base, and how head compares with it. */
export interface Against {
  readonly url: string
  readonly rounds: number
  /** Mean length of a measured turn. */
  readonly turnMs: number
  readonly comparison: Comparison
  /** The base's own summary. */
  readonly base: Summary
}

/** What the samples cannot tell. */
export type SummaryContext = Omit<
  SummaryInput,
  'recorder' | 'measured' | 'windowMs' | 'spanMs' | 'verdicts'
>

export interface SummaryInput {
  readonly tool: Summary['tool']
  readonly run: Omit<Summary['run'], 'seconds'>
  readonly target: Summary['target']
  readonly load: Load
  readonly work?: readonly WorkFacts[]
  readonly recorder: Recorder
  readonly measured: Measured
  readonly windowMs: number
  /** From the beginning of the window to its end, the pauses between turns in it. */
  readonly spanMs: number
  readonly generator: GeneratorHealth
  readonly calibration?: Calibration | undefined
  readonly server?: GroundTruth | undefined
  /** Reasons for which the run is invalid are warnings and no more. */
  readonly toleratesInvalid?: boolean
  readonly environment: Environment
  readonly verdicts: readonly Verdict[]
  readonly warnings: readonly string[]
  readonly stopped?: Stop | null
  readonly spending?: Spending | null
}

export function summarise(input: SummaryInput): Summary {
  const { recorder, measured, windowMs, verdicts, generator } = input
  const counts = recorder.counts()
  const stats = eachTime(name => recorder.times[name].stats())
  const calibration = input.calibration ?? null
  const invalid = invalidReasons({ counts, ...stats, generator })
  const { input: inputTokens, output, contentChunks, fromUsage, fromChunks } = recorder.tokens
  const source =
    fromUsage && fromChunks ? 'mixed' : fromUsage ? 'usage' : fromChunks ? 'chunks' : null
  return {
    schema: summarySchema,
    tool: input.tool,
    run: { ...input.run, seconds: windowMs / 1000 },
    target: input.target,
    load: input.load,
    work: input.work ?? [],
    counts,
    ...stats,
    throughput: {
      requestsPerSecond: rounded(measured.requestsPerSecond) ?? 0,
      outputTokensPerSecond: rounded(measured.outputTokensPerSecond) ?? 0,
    },
    tokens: { input: inputTokens, output, contentChunks, source },
    generator,
    truth: {
      invalid: input.toleratesInvalid ? [] : invalid,
      plusMinus: errorBars(recorder.times, { calibration, generator }),
      calibration,
      server: input.server ?? null,
    },
    stopped: input.stopped ?? null,
    spending: input.spending ?? null,
    thresholds: verdicts,
    warnings: [
      ...(input.stopped ? [input.stopped.says] : []),
      ...(input.toleratesInvalid ? invalid : []),
      ...resultCaveats({ counts, stats, recorder }),
      ...verdictCaveats(verdicts),
      ...input.warnings,
    ],
    examples: Object.fromEntries(recorder.examples),
    definitions,
    environment: input.environment,
    timeline: recorder.timeline.slots(input.spanMs),
    histograms: eachTime(name => recorder.times[name].bins()),
    hdr: hdrOf(recorder),
    dots: recorder.dots,
    scenarios: recorder.scenarios.summary(),
    requests: recorder.picks(),
    against: null,
  }
}

function hdrOf({ times }: Recorder): Summary['hdr'] {
  const entries = timeNames.map(name => [`${name}Us`, times[name].encoded()] as const)
  return Object.fromEntries(entries) as Summary['hdr']
}

function eachTime<T>(of: (name: TimeName) => T): Record<`${TimeName}Ms`, T> {
  const entries = timeNames.map(name => [`${name}Ms`, of(name)] as const)
  return Object.fromEntries(entries) as Record<`${TimeName}Ms`, T>
}
