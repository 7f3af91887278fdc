import { expect, it } from 'vitest'
import { createBenchMetrics, withEdges } from '../../../bench/metrics.ts'
import { parseThreshold } from '../../../bench/threshold.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'

function create() {
  return createBenchMetrics({
    runId: 'r1',
    model: 'gpt-4o-mini',
    connections: 10,
    thresholds: [parseThreshold('ttft: p(95)<333ms')!],
    inFlight: () => 4,
    health: () => ({
      eventLoopLagMs: { p50: 1, p99: 2, max: 3 },
      arrivalLagMs: { p50: null, p99: null },
      cpuRatio: 0.5,
      busyRatio: 0.4,
      starvedRatio: 0,
    }),
  })
}

it('has the names that dashboards are built on', () => {
  expect(
    create().instruments.definitions.map(({ name, type, labels }) => [name, type, labels ?? []]),
  ).toEqual([
    ['tokadence_bench_requests_total', 'counter', ['outcome']],
    ['tokadence_bench_attempts_total', 'counter', ['outcome']],
    ['tokadence_bench_tokens_total', 'counter', ['kind']],
    ['tokadence_bench_time_to_first_byte_seconds', 'histogram', []],
    ['tokadence_bench_time_to_first_token_seconds', 'histogram', []],
    ['tokadence_bench_inter_token_latency_seconds', 'histogram', []],
    ['tokadence_bench_time_per_output_token_seconds', 'histogram', []],
    ['tokadence_bench_request_duration_seconds', 'histogram', []],
    ['tokadence_bench_schedule_lag_seconds', 'histogram', []],
    ['tokadence_bench_time_to_first_token_from_due_seconds', 'histogram', []],
    ['tokadence_bench_response_time_seconds', 'histogram', []],
    ['tokadence_bench_prelude_seconds', 'histogram', []],
    ['tokadence_bench_inflight_requests', 'gauge', []],
    ['tokadence_bench_connections', 'gauge', []],
    ['tokadence_bench_event_loop_lag_seconds', 'gauge', []],
    ['tokadence_bench_cpu_ratio', 'gauge', []],
    ['tokadence_bench_phase', 'gauge', ['phase']],
    ['tokadence_bench_threshold_ok', 'gauge', ['threshold']],
    ['tokadence_bench_run_info', 'gauge', ['version', 'model']],
  ])
})

it('shows what was measured, with the run on every series', async () => {
  const metrics = create()
  metrics.phase('steady')
  metrics.token(3)
  metrics.settled(sampleOf({ ttftMs: 333, outputTokens: 5, inputTokens: 7 }))
  const refused = { outcome: 'http_429', status: 429, lastedMs: 2, waitedMs: 9 } as const
  metrics.settled(sampleOf({ outcome: 'http_429', ttftMs: 1, givenUp: [refused] }))
  const held = { isUnsent: true, ttftMs: undefined, gapsMs: [] } as const
  metrics.settled(sampleOf({ ...held, outcome: 'open', givenUp: [refused] }))
  const text = await (await metrics.instruments.registry()).metrics()
  for (const line of [
    'tokadence_bench_requests_total{outcome="ok",run_id="r1"} 1',
    'tokadence_bench_requests_total{outcome="http_429",run_id="r1"} 1',
    'tokadence_bench_requests_total{outcome="timeout",run_id="r1"} 0',
    'tokadence_bench_attempts_total{outcome="ok",run_id="r1"} 1',
    'tokadence_bench_attempts_total{outcome="http_429",run_id="r1"} 3',
    'tokadence_bench_attempts_total{outcome="open",run_id="r1"} 0',
    'tokadence_bench_tokens_total{kind="output",run_id="r1"} 5',
    'tokadence_bench_tokens_total{kind="input",run_id="r1"} 7',
    'tokadence_bench_time_to_first_token_seconds_count{run_id="r1"} 1',
    'tokadence_bench_inter_token_latency_seconds_count{run_id="r1"} 2',
    'tokadence_bench_inflight_requests{run_id="r1"} 4',
    'tokadence_bench_event_loop_lag_seconds{run_id="r1"} 0.002',
    'tokadence_bench_phase{phase="steady",run_id="r1"} 1',
    'tokadence_bench_phase{phase="warmup",run_id="r1"} 0',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).toMatch(/time_to_first_token_seconds_bucket\{[^}]*le="0.333"[^}]*\} 1/)
  expect(text).toMatch(/time_to_first_token_seconds_bucket\{[^}]*le="0.3"[^}]*\} 0/)
})

it("adds a threshold's value as an edge, in order and once", () => {
  expect(withEdges([0.1, 0.5], [0.333, 0.5])).toEqual([0.1, 0.333, 0.5])
})
