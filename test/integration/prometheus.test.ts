/** Every query of the boards, run on a real Prometheus that watches a real mock under a real load run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBench, type Summary } from '../../bench/index.ts'
import { fillIn } from '../../grafana/src/fill-in.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import {
  freePort,
  missingPrograms,
  promtool,
  startPrometheus,
  type TestPrometheus,
} from '../helpers/prometheus.ts'
import {
  annotationsOf,
  committedDashboards,
  queriesOf,
  variableQueriesOf,
} from '../unit/grafana/committed.ts'

const missing = missingPrograms('prometheus', 'promtool')
const isSkipped = missing.length > 0 && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write(`Skipped: ${missing.join(' and ')} not installed.\n`)

const threshold = 'ttft: p(95)<500ms'
const maxConcurrent = 3
const authorization = 'Bearer sk-guest'

describe.skipIf(isSkipped)('the shipped files, read by promtool', () => {
  test('prometheus and promtool are installed', () => {
    expect(missing).toEqual([])
  })

  test.each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'rules/tokadence.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ])('promtool %s %s %s', (...args) => {
    expect(promtool(args)).toMatchObject({ status: 0, output: expect.stringContaining('SUCCESS') })
  })

  test('promtool sees what is wrong, so that its silence means something', () => {
    const gauge = '# HELP things_total Things.\n# TYPE things_total gauge\nthings_total 1\n'
    expect(promtool(['check', 'metrics'], gauge).status).toBe(3)
  })
})

describe.skipIf(isSkipped)('the boards on a real Prometheus', () => {
  let mock: MockServer
  let prometheus: TestPrometheus
  let summary: Summary
  const pages = { mock: '', bench: '' }
  const guest = { refused: 0, hungUp: 0 }
  let fromS = 0

  beforeAll(async () => {
    const benchPort = await freePort()
    mock = await createMockServer({ ttft: '30ms', itl: '3ms', tokens: 24, maxConcurrent })
    prometheus = await startPrometheus({
      'tokadence-mock': `127.0.0.1:${mock.port}`,
      'tokadence-bench': `127.0.0.1:${benchPort}`,
    })
    // Prometheus takes up its targets five seconds after it starts.
    await until(async () => (await prometheus.query('up{job="tokadence-mock"} == 1')).length > 0)
    fromS = Date.now() / 1000

    let isRunning = true
    const visits = (async () => {
      while (isRunning) {
        await visit(mock, guest)
        await sleep(500)
      }
    })()
    summary = await runBench(
      {
        url: mock.url,
        apiKey: 'sk-bench',
        // Due times are what some panels count from.
        rate: 30,
        maxInFlight: maxConcurrent - 1,
        warmup: '1s',
        duration: '7s',
        threshold: [threshold],
        prometheusPort: benchPort,
      },
      {
        onProgress() {
          if (pages.bench !== '') return
          pages.bench = 'asked for'
          void page(`http://127.0.0.1:${benchPort}`).then(text => {
            pages.bench = text
          })
        },
      },
    )
    isRunning = false
    await visits
    await sleep(1500)
    pages.mock = await page(mock.origin)
  })

  afterAll(async () => {
    await prometheus?.close()
    await mock?.close()
  })

  test.each(queries())('%s has values', async (_, { expr, instant }) => {
    const found = instant ? await prometheus.query(expr) : await prometheus.queryRange(expr, fromS)
    const values = found.flatMap(({ values }) => values).filter(value => !Number.isNaN(value))
    expect(values.length, expr).toBeGreaterThan(0)
  })

  test.each(['mock', 'bench'] as const)(
    'the metrics page of the %s is clean for promtool',
    name => {
      expect(pages[name]).toContain(`# TYPE tokadence_${name}_requests_total counter\n`)
      expect(promtool(['check', 'metrics'], pages[name])).toEqual({ status: 0, output: '' })
    },
  )

  test('Prometheus counts the refusals and the hang-ups that happened', async () => {
    expect(guest.refused).toBeGreaterThan(0)
    expect(guest.hungUp).toBeGreaterThan(0)
    expect(await one('sum(tokadence_mock_requests_total{status="429"})')).toBe(guest.refused)
    expect(await one('sum(tokadence_mock_rate_limited_total{limit="concurrent"})')).toBe(
      guest.refused,
    )
    // At its end the bench itself leaves the streams that are still open.
    const hungUp = await one('sum(tokadence_mock_client_disconnects_total)')
    expect(hungUp).toBeGreaterThanOrEqual(guest.hungUp)
    expect(hungUp).toBeLessThanOrEqual(guest.hungUp + maxConcurrent - 1)
    expect(await one('sum(tokadence_mock_internal_errors_total)')).toBe(0)
  })

  test('the bench board’s totals and median are the run’s own, up to the last scrape and a bucket', async () => {
    const whole = `{run_id="${summary.run.id}"}[60s]`
    const finished = await one(`sum(max_over_time(tokadence_bench_requests_total${whole}))`)
    expect(finished).toBeLessThanOrEqual(summary.counts.sent)
    expect(finished).toBeGreaterThan(summary.counts.sent * 0.6)
    const bucket = 'tokadence_bench_time_to_first_token_seconds_bucket'
    const medianS = await one(
      `histogram_quantile(0.5, sum by (le) (max_over_time(${bucket}${whole})))`,
    )
    // Edges lie at 30, 40, 50, 60 ms: a third of the value at most.
    const exactMs = summary.ttftMs.p50!
    expect(Math.abs(medianS * 1000 - exactMs)).toBeLessThan(exactMs / 3)
  })

  async function one(expr: string): Promise<number> {
    const found = await prometheus.query(expr)
    return found[0]?.values[0] ?? Number.NaN
  }
})

/** Every query as Grafana would send it, by where it stands. */
function queries() {
  const macros = { rateInterval: '5s', interval: '1s', range: '60s' }
  return committedDashboards().flatMap(dashboard =>
    [...queriesOf(dashboard), ...annotationsOf(dashboard), ...variableQueriesOf(dashboard)].map(
      query => [query.where, { ...query, expr: fillIn(query.expr, dashboard, macros) }] as const,
    ),
  )
}

/** A guest with a key of its own: one stream too many, one left in mid-stream, and the small questions. */
async function visit(mock: MockServer, guest: { refused: number; hungUp: number }): Promise<void> {
  const hangUp = new AbortController()
  const answers = await Promise.all([
    // So long that it cannot be over before it is left.
    ask(mock, { stream: true, max_tokens: 2000 }, hangUp.signal, { 'x-tokadence-tokens': '2000' }),
    ...Array.from({ length: maxConcurrent }, () => ask(mock, { stream: true })),
  ])
  for (const { status } of answers) if (status === 429) guest.refused++
  const [left, ...kept] = answers
  if (left?.status === 200) {
    await left.body?.getReader().read()
    hangUp.abort()
    guest.hungUp++
  }
  await Promise.all(kept.map(answer => answer.text()))
  await (await ask(mock, { stream: false })).text()
  await (await fetch(`${mock.url}/models`, { headers: { authorization } })).text()
}

function ask(
  mock: MockServer,
  more: { stream: boolean; max_tokens?: number },
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const messages = [{ role: 'user', content: 'How do you do?' }]
  return fetch(`${mock.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages, ...more }),
    ...(signal && { signal }),
  })
}

async function page(origin: string): Promise<string> {
  return await (await fetch(`${origin}/metrics`)).text()
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isSo()) return
    await sleep(100)
  }
  throw new Error('Prometheus did not scrape the mock within 10 s.')
}
