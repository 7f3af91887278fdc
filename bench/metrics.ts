/** The bench's instruments: every name a dashboard can build on, and what feeds it. */
import { durationEdgesSeconds, gapEdgesSeconds, ttftEdgesSeconds } from '../base/buckets.ts'
import { createInstruments, type Instruments, type Labels } from '../base/instruments.ts'
import { version } from '../base/package.ts'
import type { GeneratorHealth } from './generator.ts'
import { type TimeName, timeNames } from './measure.ts'
import { accountOf, type Kept, outcomes, recordTimes, type Sample } from './sample.ts'
import type { Threshold, Verdict } from './threshold.ts'

export const phases = ['warmup', 'steady', 'done'] as const
export type Phase = (typeof phases)[number]

export interface BenchMetrics {
  readonly instruments: Instruments
  /** A content chunk arrived in the measured window: one output token, until usage says more. */
  token(count: number): void
  /** A measured request came to its end. */
  settled(sample: Sample): void
  phase(now: Phase): void
  verdicts(verdicts: readonly Verdict[]): void
}

export interface MetricsOptions {
  readonly runId: string
  /** Of a run by turns: whose these are. */
  readonly side?: 'base' | 'head'
  readonly model: string
  readonly connections: number
  /** Their values become bucket edges, so that what they ask can be read off exactly. */
  readonly thresholds: readonly Threshold[]
  inFlight(): number
  health(): GeneratorHealth
}

const shapes: Readonly<Record<TimeName, { name: string; help: string; edges: readonly number[] }>> =
  {
    ttfb: {
      name: 'time_to_first_byte',
      help: 'Send to first byte of the response.',
      edges: ttftEdgesSeconds,
    },
    ttft: {
      name: 'time_to_first_token',
      help: 'Send to first chunk with content.',
      edges: ttftEdgesSeconds,
    },
    itl: {
      name: 'inter_token_latency',
      help: 'Gaps between content chunks.',
      edges: gapEdgesSeconds,
    },
    tpot: {
      name: 'time_per_output_token',
      help: 'Per request: first to last content, by output tokens less one.',
      edges: gapEdgesSeconds,
    },
    e2e: {
      name: 'request_duration',
      help: 'Send to last byte of the response.',
      edges: durationEdgesSeconds,
    },
    lag: {
      name: 'schedule_lag',
      help: 'Due to first send: the load generator is late by so much.',
      edges: gapEdgesSeconds,
    },
    ttftDue: {
      name: 'time_to_first_token_from_due',
      help: 'Due to first chunk with content, with every retry and wait between.',
      edges: ttftEdgesSeconds,
    },
    response: {
      name: 'response_time',
      help: 'Due to last byte: lag and request duration together.',
      edges: durationEdgesSeconds,
    },
    prelude: {
      name: 'prelude',
      help: 'First chunk of any kind to first chunk with content.',
      edges: gapEdgesSeconds,
    },
  }

/** The full name of a time's histogram. */
export function timeMetric(time: TimeName): string {
  return `tokadence_bench_${shapes[time].name}_seconds`
}

export function createBenchMetrics(options: MetricsOptions): BenchMetrics {
  const instruments = createInstruments(labelsOf(options))
  const named = (name: string) => `tokadence_bench_${name}`

  const requests = instruments.counter({
    name: named('requests_total'),
    help: 'Measured requests by how they ended.',
    labels: ['outcome'],
  })
  const attempts = instruments.counter({
    name: named('attempts_total'),
    help: 'Tries of measured requests by how they ended, those given up for another among them.',
    labels: ['outcome'],
  })
  for (const outcome of outcomes) {
    requests.add(0, outcome)
    attempts.add(0, outcome)
  }
  const tokens = instruments.counter({
    name: named('tokens_total'),
    help: 'Tokens of measured requests, input and output.',
    labels: ['kind'],
  })
  const inputs = tokens.series('input')
  const outputs = tokens.series('output')
  const kept = Object.fromEntries(
    timeNames.map(time => {
      const { help, edges } = shapes[time]
      const own = options.thresholds
        .filter(({ metric, of }) => metric === time && of !== 'count')
        .map(({ limit }) => limit / 1000)
      const name = timeMetric(time)
      const buckets = instruments.histogram({ name, help, edges: withEdges(edges, own) })
      return [time, { record: (ms: number) => buckets.observe(ms / 1000) }]
    }),
  ) as Kept

  instruments.reading(
    { name: named('inflight_requests'), help: 'Requests sent and not ended.' },
    options.inFlight,
  )
  instruments.reading(
    { name: named('connections'), help: 'Connections of the closed loop.' },
    () => options.connections,
  )
  instruments.reading(
    {
      name: named('event_loop_lag_seconds'),
      help: "The generator's own lateness: p99 of its event loop's lag since the window began.",
    },
    () => (options.health().eventLoopLagMs.p99 ?? 0) / 1000,
  )
  instruments.reading(
    { name: named('cpu_ratio'), help: 'CPU time of the generator by time passed; 1 is one core.' },
    () => options.health().cpuRatio,
  )
  const phase = instruments.gauge({
    name: named('phase'),
    help: '1 for the phase the run is in.',
    labels: ['phase'],
  })
  const thresholdOk = instruments.gauge({
    name: named('threshold_ok'),
    help: '1 while the threshold is met.',
    labels: ['threshold'],
  })
  const info = instruments.gauge({
    name: named('run_info'),
    help: 'What runs.',
    labels: ['version', 'model'],
  })
  info.set(1, version, options.model)

  return {
    instruments,
    token(count) {
      outputs.value += count
    },
    settled(sample) {
      requests.add(1, sample.outcome)
      for (const tried of sample.givenUp) attempts.add(1, tried.outcome)
      if (!sample.isUnsent) attempts.add(1, sample.outcome)
      const { outcome, contentChunks, outputTokens, inputTokens } = sample
      if (outcome !== 'ok' && accountOf(outcome) !== 'open') return
      // Chunks were counted as they came; usage may know of more tokens than there were chunks.
      if (outputTokens > contentChunks) outputs.value += outputTokens - contentChunks
      if (inputTokens) inputs.value += inputTokens
      recordTimes(sample, kept)
    },
    phase(now) {
      for (const name of phases) phase.set(name === now ? 1 : 0, name)
    },
    verdicts(verdicts) {
      for (const { text, ok } of verdicts) thresholdOk.set(ok ? 1 : 0, text)
    },
  }
}

/** What stands on every series of a run. */
export function labelsOf({ runId, side }: Pick<MetricsOptions, 'runId' | 'side'>): Labels {
  return { run_id: runId, ...(side && { side }) }
}

/** The edges with `own` among them, ascending, each once. */
export function withEdges(edges: readonly number[], own: readonly number[]): readonly number[] {
  return [...new Set([...edges, ...own.filter(edge => edge > 0)])].sort((a, b) => a - b)
}
