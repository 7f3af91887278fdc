/** OpenRouter: comments while it routes, the native finish reason, integer error codes, errors in a chunk. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { ChatMessage, ChatUsage, Dialect, Json } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { isKeyRefused, isModelUnknown, quotedIn, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'

const PROVIDER = { provider: 'OpenAI' }

export const openrouter: Dialect = {
  request: { acceptsUnknown: true },
  chat: {
    showsReasoning: true,
    obfuscation: false,
    role: 'in-every',
    usage: 'always',
    id: random => `gen-${1_735_689_600 + random.integer(31_536_000)}-${alphanumeric(random, 20)}`,
    usageOf,
    delta({ role, content, refusal: refused, reasoning_content, tool_calls }) {
      return {
        role,
        content: content ?? (tool_calls ? null : (refused ?? '')),
        ...(reasoning_content !== undefined && reasoningOf(reasoning_content)),
        ...(tool_calls && { tool_calls }),
      }
    },
    message: messageOf,
    chunk: chunk => arranged({ ...chunk, ...PROVIDER }, KEYS, choiceOf),
    completion: completion => arranged({ ...completion, ...PROVIDER }, KEYS, choiceOf),
  },
  answer: {
    headers: requestIdOnly,
    completionHeaders: id => ({ 'x-generation-id': id }),
    comment: 'OPENROUTER PROCESSING',
  },
  error: error => refusal(error, { error: errorOf(error) }, statusOf(error)),
  streamError(error, last) {
    const choices = [{ index: 0, delta: { content: '' }, finish_reason: 'error' }]
    const { id, provider, model, object, created } = last ?? {}
    return inOrder(
      { id, provider, model, object, created, error: errorOf(error), choices },
      ...KEYS,
    )
  },
  model: ({ id, created }) => ({
    id,
    canonical_slug: id,
    name: id,
    created,
    context_length: 128_000,
    architecture: {
      modality: 'text->text',
      input_modalities: ['text'],
      output_modalities: ['text'],
      tokenizer: 'GPT',
      instruct_type: null,
    },
    pricing: { prompt: '0.0000003', completion: '0.0000005', request: '0', image: '0' },
    per_request_limits: null,
  }),
  modelList: data => ({ data }),
}

const KEYS = [
  'id',
  'provider',
  'model',
  'object',
  'created',
  'error',
  'choices',
  'system_fingerprint',
  'usage',
]

function choiceOf({ index, delta, message, finish_reason, logprobs }: Json): Json {
  return {
    index,
    ...(delta === undefined ? { message } : { delta }),
    finish_reason,
    native_finish_reason: finish_reason,
    logprobs,
  }
}

function reasoningOf(text: string): Json {
  const details = [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }]
  return { reasoning: text, reasoning_details: details }
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
    content,
    refusal: refused,
    ...(reasoning_content === undefined ? { reasoning: null } : reasoningOf(reasoning_content)),
    ...(tool_calls !== undefined && { tool_calls }),
  }
}

/** As `pricing` of its models says, in tenths of a millionth of a dollar. */
const PROMPT_PRICE = 3
const OUTPUT_PRICE = 5

function usageOf(usage: ChatUsage): Json {
  const { prompt_tokens, completion_tokens, total_tokens } = usage
  const { cached_tokens } = usage.prompt_tokens_details
  const { reasoning_tokens } = usage.completion_tokens_details
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    cost: (prompt_tokens * PROMPT_PRICE + completion_tokens * OUTPUT_PRICE) / 1e7,
    prompt_tokens_details: { cached_tokens },
    completion_tokens_details: { reasoning_tokens },
  }
}

/** What a model behind it fails with is a bad gateway. */
function statusOf({ status }: ApiError): number {
  return status === 500 ? 502 : status
}

function errorOf(error: ApiError): Json {
  return { message: messageFor(error), code: statusOf(error), metadata: metadataOf(error) }
}

function messageFor(error: ApiError): string {
  if (isKeyRefused(error)) return 'No auth credentials found'
  return isModelUnknown(error) ? `${quotedIn(error)} is not a valid model ID` : error.message
}

function metadataOf({ status, headers, message }: ApiError): Json | undefined {
  if (status === 429) return { headers }
  return status >= 500 ? { raw: message, provider_name: PROVIDER.provider } : undefined
}
