/** What /metrics tells beside the traffic: capacity, limits, faults, the time; and the series of vLLM. */
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { missingPrograms, promtool } from '../helpers/prometheus.ts'

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'Tell me about rivers.' }]

function clientOf({ url }: { url: string }): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: 'sk-secret', maxRetries: 0 })
}

async function pageOf({ origin }: MockServer): Promise<string> {
  return await (await fetch(`${origin}/metrics`)).text()
}

/** The value of one series, as it stands on the page; NaN: it is not there. */
function readingOf(page: string, series: string): number {
  const line = page.split('\n').find(one => one.startsWith(`${series} `))
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1))
}

test('slots, the queue and limits are told as they are now', async () => {
  await using mock = await createMockServer({
    ttft: 0,
    itl: '20ms',
    tokens: 1000,
    capacity: 'engine',
    slots: 2,
    queue: 7,
    rpm: 600,
    tpm: 100_000,
  })
  const streams = Array.from({ length: 3 }, () => {
    const stop = new AbortController()
    const { signal } = stop
    const asked = clientOf(mock).chat.completions.create(
      { model, messages, stream: true },
      { signal },
    )
    return { stop, asked: asked.catch(() => {}) }
  })
  const page = await eventually(async () => {
    const now = await pageOf(mock)
    return readingOf(now, 'tokadence_mock_queue_length') === 1 ? now : undefined
  })
  const series = [
    'tokadence_mock_slots',
    'tokadence_mock_slots_used',
    'tokadence_mock_queue_limit',
    'tokadence_mock_limit{limit="rpm"}',
    'tokadence_mock_limit{limit="tpm"}',
    'tokadence_mock_limit{limit="maxConcurrent"}',
  ]
  expect(series.map(one => readingOf(page, one))).toEqual([2, 2, 7, 600, 100_000, Number.NaN])
  for (const { stop } of streams) stop.abort()
  await eventually(async () =>
    readingOf(await pageOf(mock), 'tokadence_mock_slots_used') === 0 ? true : undefined,
  )
})

test('a fault counts once by its name, which is there from the start', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 1 })
  const series = 'tokadence_mock_faults_total{fault="http-400"}'
  expect(readingOf(await pageOf(mock), series)).toBe(0)
  await clientOf(mock)
    .chat.completions.create({ model, messages }, { headers: { 'x-tokadence-fault': 'http-400' } })
    .catch(() => {})
  expect(mock.requests({ fault: true }).map(({ fault }) => fault)).toEqual(['http-400'])
  const page = await pageOf(mock)
  expect(readingOf(page, series)).toBe(1)
  expect(readingOf(page, 'tokadence_mock_internal_errors_total')).toBe(0)
})

test('the time is the server’s own', async () => {
  await using mock = await createMockServer({ clock: 'manual' })
  const series = 'tokadence_mock_clock_timestamp_seconds'
  const before = readingOf(await pageOf(mock), series)
  await mock.clock.advance('6m')
  expect(readingOf(await pageOf(mock), series) - before).toBeCloseTo(360, 6)
})

describe('in the words of vLLM', () => {
  const labels = `model_name="${model}",engine="0"`

  async function served(): Promise<MockServer> {
    const mock = await createMockServer({
      ttft: '20ms',
      itl: '10ms',
      tokens: 4,
      seed: 1,
      models: [model, 'gpt-4o'],
      metricsDialect: 'vllm',
    })
    const { completions } = clientOf(mock).chat
    for await (const _ of await completions.create({ model, messages, stream: true })) {
      // to its end
    }
    await completions.create({ model, messages, max_tokens: 2 })
    const long = { model, messages, stream: true } as const
    for await (const _ of await completions.create(long)) break
    await completions.create({ model: 'gpt-5-none', messages }).catch(() => {})
    await eventually(() => (mock.requests({ outcome: 'open' }).length === 0 ? true : undefined))
    return mock
  }

  test('requests, tokens and times are told for each model', async () => {
    await using mock = await served()
    const page = await pageOf(mock)
    const left = mock.requests({ outcome: 'hung-up' })[0]!
    const prompts = mock.requests({ status: 200 }).map(({ intended }) => intended!.promptTokens)
    const counts = {
      [`vllm:request_success_total{${labels},finished_reason="stop"}`]: 1,
      [`vllm:request_success_total{${labels},finished_reason="length"}`]: 1,
      [`vllm:request_success_total{${labels},finished_reason="abort"}`]: 1,
      'vllm:request_success_total{model_name="gpt-4o",engine="0",finished_reason="stop"}': 0,
      [`vllm:prompt_tokens_total{${labels}}`]: prompts.reduce((sum, count) => sum + count, 0),
      [`vllm:generation_tokens_total{${labels}}`]: 4 + 2 + left.done.chunks,
      [`vllm:num_requests_running{${labels}}`]: 0,
      [`vllm:num_requests_waiting{${labels}}`]: 0,
      [`vllm:kv_cache_usage_perc{${labels}}`]: 0,
      [`vllm:e2e_request_latency_seconds_count{${labels}}`]: 3,
      [`vllm:request_queue_time_seconds_sum{${labels}}`]: 0,
      [`vllm:time_to_first_token_seconds_bucket{${labels},le="0.01"}`]: 0,
      [`vllm:time_to_first_token_seconds_count{${labels}}`]: 3,
    }
    const found = Object.keys(counts).map(series => [series, readingOf(page, series)])
    expect(Object.fromEntries(found)).toEqual(counts)
    const gaps = readingOf(page, `vllm:inter_token_latency_seconds_count{${labels}}`)
    expect(gaps).toBe(3 + 1 + Math.max(0, left.done.chunks - 1))
    const decodeS = readingOf(page, `vllm:request_decode_time_seconds_sum{${labels}}`)
    expect(decodeS).toBeCloseTo(
      readingOf(page, `vllm:inter_token_latency_seconds_sum{${labels}}`),
      6,
    )
    expect(page).not.toContain('sk-secret')
    expect(page).not.toContain('gpt-5-none')
  })

  test.skipIf(missingPrograms('promtool').length > 0 && process.env.NO_SKIP !== '1')(
    'promtool finds nothing but the colons that vLLM has in its names',
    async () => {
      await using mock = await served()
      const { output } = promtool(['check', 'metrics'], await pageOf(mock))
      const complaints = output.split('\n').filter(line => line !== '')
      expect(complaints.filter(line => !line.includes("should not contain ':'"))).toEqual([])
      expect(complaints.length).toBeGreaterThan(10)
      await using plain = await createMockServer({ rpm: 10 })
      expect(promtool(['check', 'metrics'], await pageOf(plain))).toEqual({ status: 0, output: '' })
    },
  )

  test('models beyond a bound share one label', async () => {
    await using mock = await createMockServer({
      ttft: 0,
      itl: 0,
      tokens: 1,
      metricsDialect: 'vllm',
    })
    const { completions } = clientOf(mock).chat
    for (let i = 0; i < 18; i++) await completions.create({ model: `m-${i}`, messages })
    const page = await pageOf(mock)
    const names = page.matchAll(/^vllm:prompt_tokens_total\{model_name="([^"]+)"/gm)
    expect(Array.from(names, ([, name]) => name)).toEqual([
      ...Array.from({ length: 16 }, (_, i) => `m-${i}`),
      'other',
    ])
  })
})
