import { expect, it } from 'vitest'
import { createInstruments } from '../../../../base/instruments.ts'
import { createOtelMetrics } from '../../../../bench/exports/otel-metrics.ts'
import type { ScenarioFacts } from '../../../../bench/work/scenario.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

function create() {
  const instruments = createInstruments({ run_id: 'r1' })
  const chat = { name: undefined, endpoint: 'chat', model: 'gpt-4o-mini' } as ScenarioFacts
  const legacy = { ...chat, name: 'old', endpoint: 'completions' } as ScenarioFacts
  const url = new URL('https://api.example/v1')
  const metrics = createOtelMetrics(instruments, { url, scenarios: [chat, legacy] })
  const page = async () => (await instruments.registry()).metrics()
  return { instruments, metrics, page }
}

const chatLabels =
  'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",server_address="api.example",server_port="443"'

it('has the names and units of the conventions as Prometheus spells them', () => {
  expect(create().instruments.definitions.map(({ name }) => name)).toEqual([
    'gen_ai_client_token_usage',
    'gen_ai_client_operation_duration_seconds',
    'gen_ai_client_operation_time_to_first_chunk_seconds',
    'gen_ai_client_operation_time_per_output_chunk_seconds',
    'gen_ai_server_request_duration_seconds',
    'gen_ai_server_time_to_first_token_seconds',
    'gen_ai_server_time_per_output_token_seconds',
  ])
})

it('observes each time where the conventions want it', async () => {
  const { metrics, page } = create()
  metrics.settled(
    sampleOf({
      ttftMs: 300,
      preludeMs: 100,
      gapsMs: [20, 40],
      tpotMs: 30,
      e2eMs: 400,
      inputTokens: 9,
    }),
  )
  const text = await page()
  for (const line of [
    `gen_ai_client_token_usage_bucket{${chatLabels},gen_ai_token_type="input",run_id="r1",le="4"} 0`,
    `gen_ai_client_token_usage_bucket{${chatLabels},gen_ai_token_type="input",run_id="r1",le="16"} 1`,
    `gen_ai_client_token_usage_bucket{${chatLabels},gen_ai_token_type="output",run_id="r1",le="4"} 1`,
    `gen_ai_client_operation_time_to_first_chunk_seconds_sum{${chatLabels},run_id="r1"} 0.2`,
    `gen_ai_client_operation_time_per_output_chunk_seconds_count{${chatLabels},run_id="r1"} 2`,
    `gen_ai_server_time_to_first_token_seconds_bucket{${chatLabels},run_id="r1",le="0.25"} 0`,
    `gen_ai_server_time_to_first_token_seconds_bucket{${chatLabels},run_id="r1",le="0.5"} 1`,
    `gen_ai_server_time_per_output_token_seconds_sum{${chatLabels},run_id="r1"} 0.03`,
    `gen_ai_client_operation_duration_seconds_sum{${chatLabels},error_type="",run_id="r1"} 0.4`,
  ]) {
    expect(text).toContain(`${line}\n`)
  }
  expect(text).toContain('le="81.92"')
  expect(text).toContain('le="67108864"')
})

it('says how a request failed, counts its tries apart, and tells operations apart', async () => {
  const { metrics, page } = create()
  const givenUp = [{ outcome: 'http_429', status: 429, lastedMs: 100, waitedMs: 500 }] as const
  metrics.settled(sampleOf({ outcome: 'http_5xx', status: 503, e2eMs: 700, givenUp }))
  metrics.settled(sampleOf({ outcome: 'timeout', status: undefined, e2eMs: 900, scenario: 'old' }))
  metrics.settled(sampleOf({ outcome: 'open', e2eMs: undefined, censoredMs: 50 }))
  const text = await page()
  expect(text).toContain(
    `gen_ai_client_operation_duration_seconds_sum{${chatLabels},error_type="503",run_id="r1"} 0.7\n`,
  )
  expect(text).toContain(
    `gen_ai_server_request_duration_seconds_sum{${chatLabels},error_type="503",run_id="r1"} 0.1\n`,
  )
  expect(text).toMatch(/operation_name="text_completion".*error_type="timeout"/)
  expect(text).not.toMatch(/_first_token_seconds_count/)
})
