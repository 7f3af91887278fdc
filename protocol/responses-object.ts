/** A response as it stands on the wire: the whole object, at any moment of its life. */
import { capabilitiesOf, reasons } from './capabilities.ts'
import { isObject, type Json } from './checks.ts'
import { snapshotOf } from './models.ts'
import type { Item } from './responses-input.ts'
import type { ResponsesRequest } from './responses-request.ts'
import { toolsEcho } from './responses-tools.ts'

export type ResponseStatus =
  | 'queued'
  | 'in_progress'
  | 'completed'
  | 'incomplete'
  | 'failed'
  | 'cancelled'

export interface TokenUsage {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
}

/** What a response is at a moment; the rest of it repeats the request. */
export interface ResponseState {
  readonly id: string
  /** Seconds since the epoch; `completedAt` is null until it is completed. */
  readonly createdAt: number
  readonly completedAt: number | null
  readonly status: ResponseStatus
  readonly output: readonly Item[]
  /** Null until it is over. */
  readonly usage: TokenUsage | null
  readonly error: { readonly code: string; readonly message: string } | null
  /** Why it is incomplete, e.g. `max_output_tokens`. */
  readonly incompleteReason: string | null
}

/** The object, in the wire's order. */
export function responseObject(request: ResponsesRequest, state: ResponseState): Json {
  const { body, model } = request
  const { id, createdAt, completedAt, status, output, error, incompleteReason } = state
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status,
    background: request.background,
    billing: { payer: 'developer' },
    completed_at: completedAt,
    ...(request.conversationId === undefined
      ? {}
      : { conversation: { id: request.conversationId } }),
    error,
    frequency_penalty: body.frequency_penalty ?? 0,
    incomplete_details: incompleteReason === null ? null : { reason: incompleteReason },
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    model: snapshotOf(model),
    moderation: null,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    presence_penalty: body.presence_penalty ?? 0,
    previous_response_id: request.previousResponseId ?? null,
    ...(body.prompt == null ? {} : { prompt: body.prompt }),
    prompt_cache_key: body.prompt_cache_key ?? null,
    prompt_cache_retention: body.prompt_cache_retention ?? null,
    reasoning: reasoningEcho(body, model),
    safety_identifier: body.safety_identifier ?? null,
    service_tier: tierOf(body.service_tier, status),
    store: request.store,
    temperature: body.temperature ?? 1,
    text: textEcho(body),
    tool_choice: body.tool_choice ?? 'auto',
    tool_usage: toolUsage(output),
    tools: toolsEcho(body.tools),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: state.usage && usageObject(state.usage),
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  }
}

export function usageObject(usage: TokenUsage) {
  const { promptTokens, cachedTokens, outputTokens, reasoningTokens } = usage
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cache_write_tokens: 0, cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + outputTokens,
  }
}

function reasoningEcho(body: Json, model: string): Json {
  const asked = (body.reasoning ?? {}) as Json
  const { context = null, effort, mode = null, summary, generate_summary: old } = asked
  return {
    ...(context === null ? {} : { context }),
    effort: effort ?? (reasons(capabilitiesOf(model)) ? 'medium' : null),
    ...(mode === null ? {} : { mode }),
    summary: summary ?? old ?? null,
  }
}

/** Which tier serves it is known when it is over. */
function tierOf(asked: unknown, status: ResponseStatus): unknown {
  const isOpen = status === 'queued' || status === 'in_progress'
  if (isOpen) return asked ?? 'auto'
  return asked == null || asked === 'auto' ? 'default' : asked
}

function textEcho(body: Json): Json {
  const { format, verbosity } = (body.text ?? {}) as Json
  return { format: formatEcho(format), verbosity: verbosity ?? 'medium' }
}

function formatEcho(format: unknown): Json {
  if (!isObject(format)) return { type: 'text' }
  if (format.type !== 'json_schema') return format
  const { type, description = null, name, schema, strict } = format
  return { type, description, name, schema, strict: strict ?? false }
}

function toolUsage(output: readonly Item[]): Json {
  const image = { image_tokens: 0, text_tokens: 0 }
  return {
    image_gen: {
      input_tokens: 0,
      input_tokens_details: image,
      output_tokens: 0,
      output_tokens_details: image,
      total_tokens: 0,
    },
    web_search: { num_requests: output.filter(({ type }) => type === 'web_search_call').length },
  }
}

export function compactionObject(
  id: string,
  createdAt: number,
  output: readonly Item[],
  usage: TokenUsage,
) {
  return {
    id,
    object: 'response.compaction',
    created_at: createdAt,
    output,
    usage: usageObject(usage),
  }
}

export function deletedResponse(id: string) {
  return { id, object: 'response.deleted', deleted: true }
}

export function inputTokensObject(inputTokens: number) {
  return { object: 'response.input_tokens', input_tokens: inputTokens }
}
