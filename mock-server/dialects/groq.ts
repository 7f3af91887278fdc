/** Groq: `x_groq` on the first chunk and the last, usage with times, whole tool calls, `reasoning`. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import type { CallDelta, ChatMessage, ChatUsage, Dialect, Json, ReplyFacts } from './dialect.ts'
import { inOrder } from './key-order.ts'
import { isKeyRefused, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'
import { drawUuid } from './uuid.ts'

export const groq: Dialect = {
  chat: {
    showsReasoning: true,
    obfuscation: false,
    calls: 'whole',
    usage: 'finish',
    id: random => `chatcmpl-${drawUuid(random)}`,
    usageOf,
    delta(delta, { kind }) {
      if (kind === 'role') return { role: 'assistant', content: null }
      if (kind === 'reasoning') return { reasoning: delta.reasoning_content }
      if (delta.tool_calls) return { tool_calls: delta.tool_calls.map(indexLast) }
      return delta
    },
    chunk(chunk, _, { facts, first, ended }) {
      const usage = chunk.usage ?? undefined
      const id = facts.requestId
      const x_groq = first ? { id, seed: seedOf(facts) } : ended ? { id, usage } : undefined
      return inOrder({ ...chunk, usage, x_groq }, ...CHUNK_KEYS)
    },
    message: messageOf,
    completion(completion, facts) {
      const x_groq = { id: facts.requestId, seed: seedOf(facts) }
      const more = { usage_breakdown: null, x_groq, service_tier: 'on_demand' }
      return inOrder({ ...completion, ...more }, ...COMPLETION_KEYS)
    },
  },
  answer: { headers: requestIdOnly },
  error: refuse,
}

const HEAD_KEYS = ['id', 'object', 'created', 'model']
const CHUNK_KEYS = [...HEAD_KEYS, 'system_fingerprint', 'choices', 'x_groq', 'usage']
const COMPLETION_KEYS = [
  ...HEAD_KEYS,
  'choices',
  'usage',
  'usage_breakdown',
  'system_fingerprint',
  'x_groq',
  'service_tier',
]

function seedOf({ seed, random }: ReplyFacts): number {
  return seed ?? random.fork('seed').integer(2 ** 31)
}

function usageOf(usage: ChatUsage, facts: ReplyFacts): Json {
  const { firstTokenMs, lastTokenMs, queueMs = 0 } = facts
  const { prompt_tokens, completion_tokens, total_tokens } = usage
  const { reasoning_tokens } = usage.completion_tokens_details
  return {
    queue_time: queueMs / 1000,
    prompt_tokens,
    prompt_time: firstTokenMs / 1000,
    completion_tokens,
    completion_time: (lastTokenMs - firstTokenMs) / 1000,
    total_tokens,
    total_time: lastTokenMs / 1000,
    ...(reasoning_tokens > 0 && { completion_tokens_details: { reasoning_tokens } }),
  }
}

function indexLast({ index, ...call }: CallDelta): Json {
  return { ...call, index }
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
    ...((tool_calls === undefined || content !== null) && { content: content ?? refused }),
    ...(reasoning_content !== undefined && { reasoning: reasoning_content }),
    ...(tool_calls !== undefined && { tool_calls }),
  }
}

/** `param` stands there only where there is one, and a code too. */
function refuse(error: ApiError) {
  const { message, type, param, code } = error
  const said = isKeyRefused(error)
    ? { message: 'Invalid API Key', type, code: 'invalid_api_key' }
    : { message, type, param: param ?? undefined, code: code ?? undefined }
  return refusal(error, { error: said })
}
