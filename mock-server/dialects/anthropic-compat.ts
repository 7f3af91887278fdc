/** Anthropic's OpenAI-compatible endpoint: calls numbered among all blocks, one choice, much that is ignored. */
import { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { CallDelta, ChatUsage, Dialect, Json } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'

export const anthropicCompat: Dialect = {
  request: { acceptsUnknown: true, chatBody: asHeard },
  chat: {
    obfuscation: false,
    id: random => `msg_01${alphanumeric(random, 22)}`,
    callId: random => `toolu_01${alphanumeric(random, 22)}`,
    usageOf,
    delta({ content, refusal: refused, tool_calls }, { kind, item }) {
      if (kind === 'role') return { role: 'assistant' }
      if (kind === 'refusal') return { content: refused }
      if (tool_calls) return { tool_calls: tool_calls.map(call => asBlock(call, item)) }
      return content === undefined ? {} : { content }
    },
    message: ({ content, refusal: refused, role, tool_calls }) => ({
      content: content ?? refused,
      role,
      ...(tool_calls && { tool_calls }),
    }),
    chunk: chunk => arranged(chunk, KEYS, choiceOf),
    completion: completion => arranged(completion, KEYS, choiceOf),
  },
  answer: { headers: requestIdOnly },
  error: refuse,
}

const KEYS = ['id', 'choices', 'created', 'model', 'object', 'usage']

function choiceOf(choice: Json): Json {
  return inOrder(choice, 'index', 'delta', 'message', 'finish_reason')
}

/** A call's index is that of its block; a block of text or thought stands before all calls, said or not. */
function asBlock(call: CallDelta, item: number): CallDelta {
  return { ...call, index: Math.max(item, call.index + 1) }
}

/** What is documented as ignored. */
const IGNORED: ReadonlySet<string> = new Set([
  'audio',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'metadata',
  'modalities',
  'prediction',
  'presence_penalty',
  'reasoning_effort',
  'response_format',
  'seed',
  'service_tier',
  'store',
  'top_logprobs',
  'user',
])

function asHeard(body: Json): Json {
  if (body.n != null && body.n !== 1) {
    throw new ApiError(400, 'n: only one choice is supported.', { param: 'n' })
  }
  const heard = Object.fromEntries(Object.entries(body).filter(([name]) => !IGNORED.has(name)))
  const { temperature } = body
  return typeof temperature === 'number' && temperature > 1 ? { ...heard, temperature: 1 } : heard
}

/** Of the counts' details there are none. */
function usageOf({ completion_tokens, prompt_tokens, total_tokens }: ChatUsage): Json {
  return { completion_tokens, prompt_tokens, total_tokens }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
}

/** The type is OpenAI's whatever went wrong; what went wrong is the code. */
function refuse(error: ApiError) {
  const { status, message, param } = error
  const code = CODES[status] ?? 'invalid_request_error'
  const said = status === 401 ? 'invalid x-api-key' : message
  return refusal(error, { error: { code, message: said, type: 'invalid_request_error', param } })
}
