/**
 * A response as it was asked for: unknown JSON to a ResponsesRequest, or the provider's own refusal.
 *
 * Faults are found in the provider's order: model, input, unknown names, each field, the items of the input.
 * Then comes what needs the conversation so far (`askOf`): an empty input, calls without answers, what the
 * model cannot do.
 */

import type { Ask, JsonSchema, ReplyFormat, Turn } from './ask.ts'
import { isObject, type Json } from './checks.ts'
import { readEffort } from './effort.ts'
import { wrongType } from './errors/field.ts'
import { jsonNotInInput, nothingToRespondTo } from './errors/responses.ts'
import { checkResponsesModel } from './responses-capabilities.ts'
import { checkResponsesBody, formatIn, hasContext, type ParseOptions } from './responses-fields.ts'
import { checkCalls, checkIdPrefixes, type Item, readInput } from './responses-input.ts'
import { readToolUse, type ToolUse } from './responses-tools.ts'
import { turnsOf } from './responses-turns.ts'

export interface ResponsesRequest {
  /** As it was sent, checked. */
  readonly body: Json
  readonly model: string
  /** Its own input, without what came before. */
  readonly input: readonly Item[]
  readonly stream: boolean
  readonly store: boolean
  readonly background: boolean
  readonly previousResponseId: string | undefined
  readonly conversationId: string | undefined
  /** What the answer is asked to contain besides, e.g. `reasoning.encrypted_content`. */
  readonly include: ReadonlySet<string>
  readonly includeObfuscation: boolean
  /** Whether what was thought is told in short. */
  readonly summary: boolean
  readonly toolUse: ToolUse
  readonly lenient: boolean
  readonly foreign: boolean
}

/** The model of requests that name none, where that is allowed. */
const DEFAULT_MODEL = 'gpt-4o-mini'
/** Throws ApiError for a body that the provider would refuse whatever came before it. */
export function parseResponsesRequest(body: unknown, options: ParseOptions): ResponsesRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  checkResponsesBody(body, options)
  return readRequest(body, options)
}

function readRequest(body: Json, { lenient, foreign = false }: ParseOptions): ResponsesRequest {
  const { conversation, reasoning: asked, stream_options: streamOptions } = body
  const { summary, generate_summary: old } = (asked ?? {}) as Json
  const input = readInput(body.input)
  if (!lenient) checkIdPrefixes(input)
  return {
    body,
    model: (body.model as string | undefined) || DEFAULT_MODEL,
    input,
    stream: body.stream === true,
    store: body.store !== false,
    background: body.background === true,
    previousResponseId: textOr(body.previous_response_id),
    conversationId: textOr(isObject(conversation) ? conversation.id : conversation),
    include: new Set((body.include ?? []) as readonly string[]),
    includeObfuscation: (streamOptions as Json | null)?.include_obfuscation !== false,
    summary: (summary ?? old) != null,
    toolUse: readToolUse(body),
    lenient,
    foreign,
  }
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * What is asked of the model. `context`: the items that came before the request's own, references resolved.
 * Throws ApiError for what only shows together with them.
 */
export function askOf(request: ResponsesRequest, context: readonly Item[]): Ask {
  const { body, model, input, lenient, foreign } = request
  const items = [...context, ...input]
  const instructions = textOr(body.instructions)
  const turns: Turn[] = instructions ? [{ role: 'system', content: instructions }] : []
  turns.push(...turnsOf(items))
  if (!lenient) {
    if (input.length === 0 && !hasContext(body)) throw nothingToRespondTo()
    checkCalls(items)
    checkMentioned(body, turns)
    if (!foreign) checkResponsesModel(body, model)
  }
  return readAsk(request, turns)
}

function readAsk({ model, body, include, toolUse }: ResponsesRequest, turns: readonly Turn[]): Ask {
  const effort = (body.reasoning as Json | null | undefined)?.effort
  return {
    model,
    turns,
    tools: toolUse.tools,
    toolChoice: toolUse.tools.length > 0 ? toolUse.toolChoice : 'none',
    parallelCalls: body.parallel_tool_calls !== false,
    format: readFormat(formatIn(body)),
    choices: 1,
    maxTokens: (body.max_output_tokens as number | null | undefined) || undefined,
    stop: [],
    seed: undefined,
    topLogprobs: include.has('message.output_text.logprobs')
      ? ((body.top_logprobs as number | null | undefined) ?? 0)
      : undefined,
    effort: readEffort(effort),
  }
}

function readFormat({ type, name, schema }: Json): ReplyFormat {
  if (type === 'json_object') return { kind: 'json' }
  if (type !== 'json_schema') return { kind: 'text' }
  return { kind: 'schema', name: String(name), schema: schema as JsonSchema }
}

function checkMentioned(body: Json, turns: readonly Turn[]): void {
  if (formatIn(body).type !== 'json_object') return
  if (!turns.some(({ content }) => /json/i.test(content))) throw jsonNotInInput()
}
