/**
 * The run under OpenTelemetry's names for generative AI, as Prometheus spells them, with the buckets and
 * attributes of its semantic conventions. `gen_ai_server_…` are as the client saw them.
 */
import type { Instruments } from '../../base/instruments.ts'
import type { Sample } from '../sample.ts'
import type { ScenarioFacts } from '../work/scenario.ts'

export interface OtelMetrics {
  /** A measured request came to its end. */
  settled(sample: Sample): void
}

export interface OtelOptions {
  readonly url: URL
  readonly scenarios: readonly ScenarioFacts[]
}

const doubled = (first: number, count: number, factor: number) =>
  Array.from({ length: count }, (_, i) => Number((first * factor ** i).toPrecision(8)))

const durationEdges = doubled(0.01, 14, 2)
const tokenEdges = doubled(1, 14, 4)
const perTokenEdges = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
const firstTokenEdges = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** `gen_ai.operation.name`; what is not here is called as the endpoint. */
const operations: Readonly<Record<string, string>> = {
  completions: 'text_completion',
  responses: 'chat',
  messages: 'chat',
}

const common = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'server_address',
  'server_port',
] as const

export function createOtelMetrics(
  instruments: Instruments,
  { url, scenarios }: OtelOptions,
): OtelMetrics {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const own = new Map(
    scenarios.map(({ name, endpoint, model }) => {
      const provider = endpoint === 'messages' ? 'anthropic' : 'openai'
      const operation = operations[endpoint] ?? endpoint
      return [name, [operation, provider, model, url.hostname, port]] as const
    }),
  )
  function histograms(name: string, help: string, edges: readonly number[], more: string[] = []) {
    return instruments.histograms({
      name: `gen_ai_${name}`,
      help,
      edges,
      labels: [...common, ...more],
    })
  }
  const tokens = histograms('client_token_usage', 'Tokens of a request.', tokenEdges, [
    'gen_ai_token_type',
  ])
  const duration = histograms(
    'client_operation_duration_seconds',
    'Send of the first try to the end of the last.',
    durationEdges,
    ['error_type'],
  )
  const firstChunk = histograms(
    'client_operation_time_to_first_chunk_seconds',
    'Send to the first chunk of any kind.',
    durationEdges,
  )
  const perChunk = histograms(
    'client_operation_time_per_output_chunk_seconds',
    'Gaps between content chunks.',
    durationEdges,
  )
  const served = histograms(
    'server_request_duration_seconds',
    'Send of the last try to its end, as the client saw it.',
    durationEdges,
    ['error_type'],
  )
  const firstToken = histograms(
    'server_time_to_first_token_seconds',
    'Send to the first chunk with content, as the client saw it.',
    firstTokenEdges,
  )
  const perToken = histograms(
    'server_time_per_output_token_seconds',
    'First to last content by output tokens less one, as the client saw it.',
    perTokenEdges,
  )

  return {
    settled(sample) {
      const labels = own.get(sample.scenario) ?? []
      const { ttftMs, preludeMs = 0, gapsMs, tpotMs, e2eMs, inputTokens, outputTokens } = sample
      if (e2eMs !== undefined) {
        const error = errorType(sample)
        const beforeMs = sample.givenUp.reduce(
          (sum, { lastedMs, waitedMs }) => sum + lastedMs + waitedMs,
          0,
        )
        duration(...labels, error).observe(e2eMs / 1000)
        served(...labels, error).observe((e2eMs - beforeMs) / 1000)
      }
      if (sample.outcome !== 'ok') return
      if (inputTokens !== undefined) tokens(...labels, 'input').observe(inputTokens)
      if (outputTokens > 0) tokens(...labels, 'output').observe(outputTokens)
      if (ttftMs !== undefined) {
        firstChunk(...labels).observe((ttftMs - preludeMs) / 1000)
        firstToken(...labels).observe(ttftMs / 1000)
      }
      if (gapsMs.length > 0) {
        const gaps = perChunk(...labels)
        for (const gapMs of gapsMs) gaps.observe(gapMs / 1000)
      }
      if (tpotMs !== undefined) perToken(...labels).observe(tpotMs / 1000)
    },
  }
}

/** `error.type`: a status, or how it failed; empty, which is no label at all, when it did not. */
function errorType({ outcome, status }: Sample): string {
  if (outcome === 'ok') return ''
  return outcome.startsWith('http_') ? String(status) : outcome
}
