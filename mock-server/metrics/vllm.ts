/**
 * The series of vLLM, beside our own: its names, types and buckets, for dashboards and autoscalers made for it.
 * Source: vLLM's metrics documentation, V1 engine. A request counts when it is over.
 */
import type { JournalEntry } from '../engine/journal.ts'
import type { Provider } from '../provider.ts'
import { stateOf } from './state.ts'

const LABELS = ['model_name', 'engine']
const ENGINE = '0'
/** Models that have series of their own; clients can name any number. */
const MAX_MODELS = 16
const FINISHED = ['stop', 'length', 'abort'] as const

const ttftEdges = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
]
const tokenTimeEdges = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const requestTimeEdges = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
]
/** Up to the longest context that models here have, of 131,072 tokens. */
const tokenCountEdges = [0, 1, 2, 3, 4, 5].flatMap(power =>
  [1, 2, 5].map(digit => digit * 10 ** power).filter(edge => edge <= 131_072),
)

/** Returns what is to be told of each request that is over. */
export function addVllmMetrics(provider: Provider) {
  const { instruments } = provider.metrics
  const { conductor } = provider
  const state = () => stateOf(provider)
  const known = new Set([...provider.models].slice(0, MAX_MODELS))
  const counter = (name: string, help: string, more: readonly string[] = []) =>
    instruments.counter({ name: `vllm:${name}`, help, labels: [...LABELS, ...more] })
  const histogram = (name: string, help: string, edges: readonly number[]) =>
    instruments.histograms({ name: `vllm:${name}`, help, labels: LABELS, edges })
  /** Of the engine, not of a model: vLLM serves one. */
  const gauge = (name: string, help: string, read: () => number) =>
    instruments.readings({ name: `vllm:${name}`, help, labels: LABELS }, () => [
      [read(), [...known][0] ?? 'any', ENGINE],
    ])
  const kvUsage = () => {
    const { kvUsed = 0, kvTokens } = state().capacity ?? {}
    return kvTokens ? kvUsed / kvTokens : 0
  }

  gauge('num_requests_running', 'Number of requests in model execution batches.', () => {
    const { capacity } = state()
    return capacity ? capacity.running : conductor.active
  })
  gauge(
    'num_requests_waiting',
    'Number of requests waiting to be processed.',
    () => state().capacity?.waiting ?? 0,
  )
  gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', kvUsage)
  gauge('gpu_cache_usage_perc', 'KV-cache usage, by its former name.', kvUsage)

  const promptTokens = counter('prompt_tokens_total', 'Number of prefill tokens processed.')
  const generationTokens = counter(
    'generation_tokens_total',
    'Number of generation tokens processed.',
  )
  const cacheQueries = counter(
    'prefix_cache_queries_total',
    'Prefix cache queries, in terms of number of queried tokens.',
  )
  const cacheHits = counter(
    'prefix_cache_hits_total',
    'Prefix cache hits, in terms of number of cached tokens.',
  )
  const preemptions = counter('num_preemptions_total', 'Cumulative number of preemptions.')
  const success = counter('request_success_total', 'Count of successfully processed requests.', [
    'finished_reason',
  ])
  const requestPromptTokens = histogram(
    'request_prompt_tokens',
    'Number of prefill tokens processed, by request.',
    tokenCountEdges,
  )
  const requestGenerationTokens = histogram(
    'request_generation_tokens',
    'Number of generation tokens processed, by request.',
    tokenCountEdges,
  )
  const timeToFirstToken = histogram(
    'time_to_first_token_seconds',
    'Time to first token.',
    ttftEdges,
  )
  const interToken = histogram(
    'inter_token_latency_seconds',
    'Time between tokens.',
    tokenTimeEdges,
  )
  const perOutputToken = histogram(
    'time_per_output_token_seconds',
    'Time between tokens, by its former name.',
    tokenTimeEdges,
  )
  const requestPerToken = histogram(
    'request_time_per_output_token_seconds',
    'Mean time per output token, by request.',
    tokenTimeEdges,
  )
  const requestTime = (name: string, help: string) => histogram(name, help, requestTimeEdges)
  const endToEnd = requestTime('e2e_request_latency_seconds', 'End to end request latency.')
  const queued = requestTime('request_queue_time_seconds', 'Time spent in WAITING phase.')
  const inference = requestTime('request_inference_time_seconds', 'Time spent in RUNNING phase.')
  const prefill = requestTime('request_prefill_time_seconds', 'Time spent in PREFILL phase.')
  const decode = requestTime('request_decode_time_seconds', 'Time spent in DECODE phase.')
  const counters = [promptTokens, generationTokens, cacheQueries, cacheHits, preemptions]
  for (const model of known) showFromStart(model)

  /** A series that appears with its first event has no rate for it. */
  function showFromStart(model: string): void {
    for (const one of counters) one.add(0, model, ENGINE)
    for (const reason of FINISHED) success.add(0, model, ENGINE, reason)
  }

  function labelOf(model: string): string {
    if (known.has(model)) return model
    if (known.size >= MAX_MODELS) return 'other'
    known.add(model)
    showFromStart(model)
    return model
  }

  return (entry: JournalEntry): void => {
    const { intended, done, model } = entry
    if (!intended || model === undefined || entry.fault !== undefined) return
    if (done.outcome !== 'ok' && done.outcome !== 'hung-up') return
    const labels = [labelOf(model), ENGINE] as const
    const isWhole = done.outcome === 'ok'
    const outputTokens = isWhole ? intended.outputTokens : done.chunks
    success.add(1, ...labels, isWhole ? finishedReason(intended.finishReason) : 'abort')
    promptTokens.add(intended.promptTokens, ...labels)
    generationTokens.add(outputTokens, ...labels)
    cacheQueries.add(intended.promptTokens, ...labels)
    cacheHits.add(intended.cachedTokens ?? 0, ...labels)
    requestPromptTokens(...labels).observe(intended.promptTokens)
    requestGenerationTokens(...labels).observe(outputTokens)
    endToEnd(...labels).observe((done.durationMs ?? 0) / 1000)
    const queueMs = intended.queueMs ?? 0
    queued(...labels).observe(queueMs / 1000)

    const tokensMs = entry.stream ? done.eventMs : intended.dueMs
    const firstMs = tokensMs[0]
    const lastMs = entry.stream ? done.lastTokenMs : tokensMs.at(-1)
    if (firstMs === undefined || lastMs === undefined || !Number.isFinite(lastMs)) return
    timeToFirstToken(...labels).observe(firstMs / 1000)
    prefill(...labels).observe((intended.prefillMs ?? firstMs - queueMs) / 1000)
    inference(...labels).observe((lastMs - queueMs) / 1000)
    decode(...labels).observe((lastMs - firstMs) / 1000)
    if (outputTokens > 1) {
      requestPerToken(...labels).observe((lastMs - firstMs) / 1000 / (outputTokens - 1))
    }
    for (let i = 1; i < tokensMs.length; i++) {
      const gapS = (tokensMs[i]! - tokensMs[i - 1]!) / 1000
      interToken(...labels).observe(gapS)
      perOutputToken(...labels).observe(gapS)
    }
  }
}

function finishedReason(reason: string | undefined): (typeof FINISHED)[number] {
  return reason === 'length' ? 'length' : 'stop'
}
