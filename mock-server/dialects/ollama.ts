/** Ollama: one fingerprint for all, whole tool calls, small usage, errors with a type and no code. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { CallDelta, ChatMessage, Dialect, Json } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { isModelUnknown, quotedIn, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'

const FINGERPRINT = 'fp_ollama'

export const ollama: Dialect = {
  request: { acceptsUnknown: true, chatBody: ({ n, ...body }) => body },
  chat: {
    showsReasoning: true,
    obfuscation: false,
    role: 'with-first',
    calls: 'whole',
    id: random => `chatcmpl-${random.integer(999)}`,
    callId: random => `call_${alphanumeric(random, 8).toLowerCase()}`,
    usageOf: ({ prompt_tokens, completion_tokens, total_tokens }) => ({
      prompt_tokens,
      completion_tokens,
      total_tokens,
    }),
    delta: ({ role, content, refusal: refused, reasoning_content, tool_calls }) => ({
      ...(role && { role }),
      content: content ?? refused ?? '',
      ...(reasoning_content !== undefined && { reasoning: reasoning_content }),
      ...(tool_calls && { tool_calls: tool_calls.map(wholeCall) }),
    }),
    message: messageOf,
    chunk: chunk => arranged({ ...chunk, system_fingerprint: FINGERPRINT }, KEYS, choiceOf),
    completion: completion =>
      arranged({ ...completion, system_fingerprint: FINGERPRINT }, KEYS, choiceOf),
  },
  answer: { headers: requestIdOnly, eventStreamType: 'text/event-stream' },
  error: refuse,
  model: ({ id, object, created }) => ({ id, object, created, owned_by: 'library' }),
}

const KEYS = ['id', 'object', 'created', 'model', 'system_fingerprint', 'choices', 'usage']

function choiceOf({ logprobs, ...choice }: Json): Json {
  const told = { ...choice, logprobs: logprobs ?? undefined }
  return inOrder(told, 'index', 'delta', 'message', 'finish_reason', 'logprobs')
}

function wholeCall({ id, index, type, function: said, custom }: CallDelta): Json {
  return { id, index, type, ...(said ? { function: said } : { custom }) }
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
    content: content ?? refused ?? '',
    ...(reasoning_content !== undefined && { reasoning: reasoning_content }),
    ...(tool_calls && {
      tool_calls: tool_calls.map((call, index) => wholeCall({ ...call, index })),
    }),
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  404: 'not_found_error',
}

function refuse(error: ApiError) {
  const message = isModelUnknown(error) ? `model '${quotedIn(error)}' not found` : error.message
  const type = TYPES[error.status] ?? 'api_error'
  return refusal(error, { error: { message, type, param: null, code: null } })
}
