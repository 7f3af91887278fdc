/** llama.cpp's server: timings, usage without being asked, integer error codes, keys in an order of its own. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { ChatChunk, ChatMessage, Dialect, Json, ReplyFacts } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'

const BUILD = { system_fingerprint: 'b6497-cd08fc3e' }

export const llamacpp: Dialect = {
  request: { acceptsUnknown: true },
  chat: {
    showsReasoning: true,
    obfuscation: false,
    usage: 'always',
    id: random => `chatcmpl-${alphanumeric(random, 32)}`,
    callId: random => alphanumeric(random, 32),
    usageOf: ({ prompt_tokens, completion_tokens, total_tokens }) => ({
      completion_tokens,
      prompt_tokens,
      total_tokens,
    }),
    delta: ({ refusal: refused, ...delta }, { kind }) => {
      if (kind === 'role') return { role: 'assistant', content: null }
      return kind === 'refusal' ? { content: refused } : delta
    },
    before: (first, facts) =>
      facts.body.return_progress === true ? [progressChunk(first, facts)] : [],
    message: messageOf,
    chunk(chunk, { kind }, { facts, outputTokens }) {
      const isTimed =
        kind === 'usage' || (facts.body.timings_per_token === true && outputTokens > 0)
      const timings = isTimed ? timingsOf(facts, outputTokens) : undefined
      return arranged({ ...chunk, ...BUILD, timings }, KEYS, choiceOf)
    },
    completion(completion, facts) {
      const timings = timingsOf(facts, facts.usage.completion_tokens)
      return arranged({ ...completion, ...BUILD, timings }, KEYS, choiceOf)
    },
  },
  answer: { headers: requestIdOnly, eventStreamType: 'text/event-stream' },
  error: refuse,
  model: ({ id, object, created }) => ({
    id,
    object,
    created,
    owned_by: 'llamacpp',
    meta: {
      vocab_type: 2,
      n_vocab: 128_256,
      n_ctx_train: 131_072,
      n_embd: 4096,
      n_params: 8_030_261_312,
      size: 4_912_898_304,
    },
  }),
}

const KEYS = [
  'choices',
  'created',
  'id',
  'model',
  'system_fingerprint',
  'object',
  'usage',
  'timings',
  'prompt_progress',
]

function choiceOf(choice: Json): Json {
  return inOrder(choice, 'finish_reason', 'index', 'delta', 'message')
}

function progressChunk(first: ChatChunk, { usage, firstTokenMs }: ReplyFacts): Json {
  const { prompt_tokens: total, prompt_tokens_details: details } = usage
  const choices = [{ finish_reason: null, index: 0, delta: { role: 'assistant', content: null } }]
  const prompt_progress = {
    total,
    cache: details.cached_tokens,
    processed: total,
    time_ms: Math.round(firstTokenMs),
  }
  return arranged({ ...first, ...BUILD, choices, prompt_progress }, KEYS, choiceOf)
}

function messageOf({
  role,
  content,
  refusal: refused,
  reasoning_content,
  tool_calls,
}: ChatMessage): Json {
  return {
    role,
    content: content ?? refused ?? null,
    ...(reasoning_content !== undefined && { reasoning_content }),
    ...(tool_calls !== undefined && { tool_calls }),
  }
}

/** The first token ends the prompt's time, so it is not of those whose pace is told. */
function timingsOf({ usage, firstTokenMs, lastTokenMs }: ReplyFacts, predicted: number): Json {
  const { cached_tokens: cached } = usage.prompt_tokens_details
  const prompt = usage.prompt_tokens - cached
  const total = usage.completion_tokens
  const predictedMs = total === 0 ? 0 : ((lastTokenMs - firstTokenMs) * predicted) / total
  return {
    cache_n: cached,
    prompt_n: prompt,
    prompt_ms: firstTokenMs,
    prompt_per_token_ms: ratio(firstTokenMs, prompt),
    prompt_per_second: ratio(1000 * prompt, firstTokenMs),
    predicted_n: predicted,
    predicted_ms: predictedMs,
    predicted_per_token_ms: ratio(predictedMs, predicted),
    predicted_per_second: ratio(1000 * predicted, predictedMs),
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  503: 'unavailable_error',
}

function refuse(error: ApiError) {
  const { status: code, message } = error
  const said =
    code === 401
      ? 'Invalid API Key'
      : message.startsWith('Invalid URL')
        ? 'File Not Found'
        : message
  const type = TYPES[code] ?? (code < 500 ? 'invalid_request_error' : 'server_error')
  return refusal(error, { error: { code, message: said, type } })
}
