/** A load run that writes to a real Prometheus, while it lasts and at its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNativeMetrics } from '../../bench/exports/native-metrics.ts'
import { runBench, type Summary } from '../../bench/index.ts'
import { createBenchMetrics } from '../../bench/metrics.ts'
import { serveMetrics } from '../../bench/prometheus.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { sampleOf } from '../helpers/bench-sample.ts'
import { startBenchServer } from '../helpers/bench-server.ts'
import { eventually } from '../helpers/eventually.ts'
import {
  freePort,
  missingPrograms,
  startPrometheus,
  type TestPrometheus,
} from '../helpers/prometheus.ts'

const missing = missingPrograms('prometheus')
const isSkipped = missing.length > 0 && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write(`Skipped: ${missing.join(' and ')} not installed.\n`)

describe.skipIf(isSkipped)('remote write to a real Prometheus', () => {
  let mock: MockServer
  let prometheus: TestPrometheus
  let summary: Summary

  beforeAll(async () => {
    mock = await createMockServer({ ttft: '30ms', itl: '2ms', tokens: 12 })
    prometheus = await startPrometheus({}, [
      '--web.enable-remote-write-receiver',
      '--enable-feature=native-histograms',
    ])
    summary = await runBench({
      url: mock.url,
      connections: 3,
      requests: 30,
      warmup: 0,
      threshold: 'ttft: p(50)<1ms',
      metricsDialect: 'otel',
      nativeHistograms: true,
      remoteWrite: `${prometheus.url}/api/v1/write`,
    })
  })

  afterAll(async () => {
    await prometheus?.close()
    await mock?.close()
  })

  async function one(expr: string): Promise<number> {
    const found = await prometheus.query(expr)
    return found[0]?.values[0] ?? Number.NaN
  }

  test('it has the run’s counts, by job and run', async () => {
    expect(summary.warnings.filter(text => text.includes('remote'))).toEqual([])
    const of = `{job="tokadence_bench", run_id="${summary.run.id}"}`
    expect(await one(`sum(tokadence_bench_requests_total${of})`)).toBe(30)
    expect(await one(`tokadence_bench_time_to_first_token_seconds_count${of}`)).toBe(30)
    const sumS = await one(`tokadence_bench_request_duration_seconds_sum${of}`)
    expect((sumS / 30) * 1000).toBeCloseTo(summary.e2eMs.mean!, 1)
    expect(await one(`sum(tokadence_bench_phase{phase="done"})`)).toBe(1)
  })

  test('it has the verdict on each threshold', async () => {
    expect(await one('tokadence_bench_threshold_ok{threshold="ttft: p(50)<1ms"}')).toBe(0)
  })

  test('it has the times as native histograms, whose percentiles are within 3 % of the run’s', async () => {
    for (const [name, { p50, count }] of [
      ['time_to_first_token', summary.ttftMs],
      ['request_duration', summary.e2eMs],
    ] as const) {
      const metric = `tokadence_bench_${name}_seconds`
      expect(await one(`histogram_count(${metric})`)).toBe(count)
      const medianMs = (await one(`histogram_quantile(0.5, ${metric})`)) * 1000
      expect(Math.abs(medianMs - p50!), name).toBeLessThan(p50! * 0.03)
    }
    expect(await one('histogram_count(tokadence_bench_inter_token_latency_seconds)')).toBe(
      summary.itlMs.count,
    )
    expect(await one('sum(tokadence_bench_time_to_first_token_seconds_count)')).toBe(30)
  })

  test('it has OpenTelemetry’s names, where they are asked for', async () => {
    const found = await prometheus.query('gen_ai_server_time_to_first_token_seconds_count')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      values: [30],
      labels: {
        gen_ai_operation_name: 'chat',
        gen_ai_provider_name: 'openai',
        gen_ai_request_model: 'gpt-4o-mini',
        server_address: '127.0.0.1',
      },
    })
    expect(await one('sum(gen_ai_client_token_usage_sum{gen_ai_token_type="output"})')).toBe(
      summary.tokens.output,
    )
  })
})

describe.skipIf(isSkipped)('native histograms on a scraped page', () => {
  test('are taken by a Prometheus that has them enabled, and left out for all others', async () => {
    const metrics = createBenchMetrics({
      ...{ runId: 'r1', model: 'm', connections: 1, thresholds: [], inFlight: () => 0 },
      health: () => ({
        eventLoopLagMs: { p50: 0, p99: 0, max: 0 },
        arrivalLagMs: { p50: null, p99: null },
        ...{ cpuRatio: 0, busyRatio: 0, starvedRatio: 0 },
      }),
    })
    const native = createNativeMetrics({ run_id: 'r1' })
    for (let ms = 1; ms <= 1000; ms++) {
      const sample = sampleOf({ ttftMs: ms, gapsMs: [] })
      metrics.settled(sample)
      native.settled(sample)
    }
    const page = await serveMetrics(metrics.instruments, { host: '127.0.0.1', port: 0, native })
    try {
      await using prometheus = await startPrometheus(
        { 'tokadence-bench': new URL(page.url).host },
        ['--enable-feature=native-histograms'],
      )
      const ttft = 'tokadence_bench_time_to_first_token_seconds{run_id="r1"}'
      const p95 = await eventually(
        async () => (await prometheus.query(`histogram_quantile(0.95, ${ttft})`))[0]?.values[0],
        30_000,
      )
      expect(Math.abs(p95 - 0.95)).toBeLessThan(0.95 * 0.022)
      const [ok] = await prometheus.query('tokadence_bench_requests_total{outcome="ok"}')
      expect(ok?.values).toEqual([1000])
      const text = await (await fetch(page.url)).text()
      expect(text).toContain('tokadence_bench_time_to_first_token_seconds_count{run_id="r1"} 1000')
    } finally {
      await page.close()
    }
  })
})

test('what cannot be written is a warning, and the run none the worse', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 3 })
  const port = await freePort()
  const few = { url: mock.url, connections: 1, requests: 3, warmup: 0 }
  const { counts, warnings } = await runBench({
    ...few,
    remoteWrite: `http://me:secret@127.0.0.1:${port}/api/v1/write`,
  })
  expect(counts.ok).toBe(3)
  expect(warnings).toContain(
    `Of 1 remote writes to http://127.0.0.1:${port}/api/v1/write 1 failed; the last failure: ECONNREFUSED.`,
  )
})

test('user, password and headers of one’s own go with each write', async () => {
  const seen: (string | undefined)[] = []
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 3 })
  await using receiver = await startBenchServer((request, response) => {
    const { authorization, 'x-scope-orgid': tenant, 'content-encoding': encoding } = request.headers
    seen.push(authorization, String(tenant), encoding)
    response.writeHead(400).end('out of order')
  })
  const { warnings } = await runBench({
    url: mock.url,
    ...{ connections: 1, requests: 3, warmup: 0 },
    remoteWrite: receiver.url.replace('http://', 'http://me:s%40cret@'),
    remoteWriteHeader: 'X-Scope-OrgID: us',
  })
  expect(seen).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`, 'us', 'snappy'])
  expect(warnings.join()).toContain('1 failed; the last failure: it answered 400: out of order.')
})
