/** xAI: no `finish_reason` until the end, reasoning not counted as completion, errors that are a text. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import type { ChatMessage, ChatUsage, Dialect, Json } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'
import { drawUuid } from './uuid.ts'

export const xai: Dialect = {
  chat: {
    showsReasoning: true,
    obfuscation: false,
    role: 'in-every',
    calls: 'whole',
    id: drawUuid,
    usageOf,
    delta: ({ content, refusal: refused, ...delta }, { kind }) => {
      const said = content ?? refused ?? (kind === 'finish' ? '' : undefined)
      return inOrder({ ...delta, content: said }, ...DELTA_KEYS)
    },
    message: messageOf,
    chunk: chunk => arranged(chunk, KEYS, choiceOf),
    completion: completion => arranged(completion, KEYS, choiceOf),
  },
  answer: { headers: requestIdOnly },
  error: refuse,
}

const DELTA_KEYS = ['content', 'reasoning_content', 'role', 'tool_calls']
const KEYS = ['id', 'object', 'created', 'model', 'choices', 'usage', 'system_fingerprint']

/** What would be null is left out. */
function choiceOf({ index, delta, message, logprobs, finish_reason }: Json): Json {
  return {
    index,
    ...(delta === undefined ? { message } : { delta }),
    ...(finish_reason !== null && { finish_reason }),
    ...(logprobs !== null && { logprobs }),
  }
}

/** 10^10 ticks are a dollar. */
const PROMPT_TICKS = 3000
const OUTPUT_TICKS = 5000

/** `completion_tokens` are those that were said aloud; the total has the reasoning too. */
function usageOf(usage: ChatUsage): Json {
  const { prompt_tokens, completion_tokens, total_tokens } = usage
  const { reasoning_tokens } = usage.completion_tokens_details
  return {
    prompt_tokens,
    completion_tokens: completion_tokens - reasoning_tokens,
    total_tokens,
    prompt_tokens_details: {
      text_tokens: prompt_tokens,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: usage.prompt_tokens_details.cached_tokens,
    },
    completion_tokens_details: usage.completion_tokens_details,
    num_sources_used: 0,
    cost_in_usd_ticks: prompt_tokens * PROMPT_TICKS + completion_tokens * OUTPUT_TICKS,
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
    content: content ?? '',
    ...(reasoning_content !== undefined && { reasoning_content }),
    ...(tool_calls !== undefined && { tool_calls }),
    refusal: refused,
  }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid-argument',
  404: 'not-found',
  429: 'resource-exhausted',
  500: 'internal',
  503: 'unavailable',
}

/** A bad key is a bad argument here, with status 400. */
function refuse(error: ApiError) {
  const status = error.status === 401 ? 400 : error.status
  const message = error.message.replaceAll(
    'https://platform.openai.com/account/api-keys',
    'https://console.x.ai',
  )
  return refusal(error, { code: CODES[status] ?? 'invalid-argument', error: message }, status)
}
