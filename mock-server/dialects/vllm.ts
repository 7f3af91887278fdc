/** vLLM: usage as it goes where asked, integer error codes, models that say how long they can be. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { hexadecimal } from '../../protocol/ids.ts'
import type { CallDelta, ChatMessage, ChatUsage, Dialect, Json } from './dialect.ts'
import { inOrder } from './key-order.ts'
import { isKeyRefused, isModelUnknown, quotedIn, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'
import { takeBack } from './take-back.ts'

export const vllm: Dialect = {
  request: { acceptsUnknown: true, chatBody: body => withUsageByDefault(takeBack(body)) },
  chat: {
    showsReasoning: true,
    obfuscation: false,
    id: random => `chatcmpl-${hexadecimal(random, 16)}`,
    callId: random => `chatcmpl-tool-${hexadecimal(random, 16)}`,
    usageOf: ({ prompt_tokens, total_tokens, completion_tokens }) => ({
      prompt_tokens,
      total_tokens,
      completion_tokens,
    }),
    delta(delta, { kind }) {
      if (kind === 'role') return { role: 'assistant', content: '' }
      if (kind === 'reasoning') return { reasoning: delta.reasoning_content }
      if (delta.tool_calls) return { tool_calls: delta.tool_calls.map(callPiece) }
      return kind === 'finish' ? { content: '' } : delta
    },
    chunk(chunk, { kind }, { facts, outputTokens }) {
      const choices = chunk.choices.map(({ index, delta, logprobs, finish_reason }) => ({
        index,
        delta,
        logprobs,
        finish_reason,
        ...(kind === 'finish' && { stop_reason: null }),
      }))
      const usage = countsOn(facts.body)
        ? usageSoFar(facts.usage, outputTokens)
        : (chunk.usage ?? undefined)
      return inOrder({ ...chunk, choices, usage }, ...CHUNK_KEYS)
    },
    message: messageOf,
    completion: ({ id, object, created, model, choices, usage }) => ({
      id,
      object,
      created,
      model,
      choices: choices.map(({ index, message, logprobs, finish_reason }) => ({
        index,
        message,
        logprobs,
        finish_reason,
        stop_reason: null,
      })),
      service_tier: null,
      system_fingerprint: null,
      usage,
      prompt_logprobs: null,
    }),
  },
  answer: { headers: requestIdOnly },
  error: refuse,
  model: ({ id, object, created }) => ({
    id,
    object,
    created,
    owned_by: 'vllm',
    root: id,
    parent: null,
    max_model_len: 131_072,
    permission: [permissionOf(created)],
  }),
}

const CHUNK_KEYS = ['id', 'object', 'created', 'model', 'choices', 'usage']

/** Where a client gives `stream_options`, usage is sent unless it says otherwise. */
function withUsageByDefault(body: Json): Json {
  const options = body.stream_options as Json | null | undefined
  if (!options) return body
  const { continuous_usage_stats, include_usage = true, ...rest } = options
  return { ...body, stream_options: { ...rest, include_usage } }
}

function countsOn({ stream_options }: Json): boolean {
  const { include_usage = true, continuous_usage_stats } = (stream_options ?? {}) as Json
  return include_usage === true && continuous_usage_stats === true
}

function usageSoFar({ prompt_tokens }: ChatUsage, completion_tokens: number): Json {
  return { prompt_tokens, total_tokens: prompt_tokens + completion_tokens, completion_tokens }
}

/** The first piece names the function and has no `arguments`. */
function callPiece({ id, type, index, function: said, custom }: CallDelta): Json {
  if (!said) return { id, type, index, custom }
  if (id === undefined) return { index, function: said }
  return { id, type, index, function: { name: said.name } }
}

function messageOf({
  content,
  refusal: refused,
  tool_calls,
  reasoning_content,
}: ChatMessage): Json {
  return {
    role: 'assistant',
    content,
    refusal: refused,
    annotations: null,
    audio: null,
    function_call: null,
    tool_calls: tool_calls ?? [],
    reasoning: reasoning_content ?? null,
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  500: 'InternalServerError',
  503: 'ServiceUnavailableError',
}

function refuse(error: ApiError) {
  if (isKeyRefused(error)) return refusal(error, { error: 'Unauthorized' })
  const { status, param } = error
  const message = isModelUnknown(error)
    ? `The model \`${quotedIn(error)}\` does not exist.`
    : error.message
  const type = TYPES[status] ?? 'BadRequestError'
  return refusal(error, { error: { message, type, param, code: status } })
}

function permissionOf(created: number): Json {
  return {
    id: `modelperm-${'0'.repeat(32)}`,
    object: 'model_permission',
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  }
}
