/** DeepSeek: `reasoning_content`, cache hits in usage, and signs of life while a request waits. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { ChatMessage, ChatUsage, Dialect, Json, ReplyFacts } from './dialect.ts'
import { inOrder } from './key-order.ts'
import { isKeyRefused, isModelUnknown, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'
import { drawUuid } from './uuid.ts'

export const deepseek: Dialect = {
  chat: {
    showsReasoning: true,
    obfuscation: false,
    usage: 'finish',
    id: drawUuid,
    callId: random => `call_00_${alphanumeric(random, 24)}`,
    usageOf,
    delta({ role, content, refusal: refused, reasoning_content, tool_calls }, { kind }, { facts }) {
      if (tool_calls) return { tool_calls }
      const said = content ?? refused ?? ''
      if (!reasons(facts)) return { ...(role && { role }), content: said }
      if (kind === 'role') return { role, content: null, reasoning_content: '' }
      if (kind === 'reasoning') return { content: null, reasoning_content }
      return { content: said, reasoning_content: null }
    },
    message: messageOf,
    chunk: chunk => inOrder({ ...chunk, usage: chunk.usage ?? undefined }, ...CHUNK_KEYS),
    completion: completion => inOrder(completion, ...COMPLETION_KEYS),
  },
  answer: { headers: requestIdOnly, comment: 'keep-alive', jsonPreamble: '\n\n' },
  error: refuse,
  model: ({ id, object }) => ({ id, object, owned_by: 'deepseek' }),
}

const HEAD_KEYS = ['id', 'object', 'created', 'model']
const CHUNK_KEYS = [...HEAD_KEYS, 'system_fingerprint', 'choices', 'usage']
const COMPLETION_KEYS = [...HEAD_KEYS, 'choices', 'usage', 'system_fingerprint']

function reasons({ usage }: ReplyFacts): boolean {
  return usage.completion_tokens_details.reasoning_tokens > 0
}

function usageOf(usage: ChatUsage): Json {
  const { prompt_tokens, completion_tokens, total_tokens } = usage
  const { cached_tokens } = usage.prompt_tokens_details
  const { reasoning_tokens } = usage.completion_tokens_details
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    prompt_tokens_details: { cached_tokens },
    ...(reasoning_tokens > 0 && { completion_tokens_details: { reasoning_tokens } }),
    prompt_cache_hit_tokens: cached_tokens,
    prompt_cache_miss_tokens: prompt_tokens - cached_tokens,
  }
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
    ...(reasoning_content !== undefined && { reasoning_content }),
    ...(tool_calls && { tool_calls: tool_calls.map((call, index) => ({ index, ...call })) }),
  }
}

function refuse(error: ApiError) {
  const { message, param } = error
  const code = 'invalid_request_error'
  if (isKeyRefused(error)) {
    const said = { message: 'Authentication Fails (governor)', type: 'authentication_error' }
    return refusal(error, { error: { ...said, param: null, code } })
  }
  if (isModelUnknown(error)) {
    return refusal(
      error,
      { error: { message: 'Model Not Exist', type: code, param: null, code } },
      400,
    )
  }
  return refusal(error, { error: { message, type: error.type, param, code: error.code ?? code } })
}
