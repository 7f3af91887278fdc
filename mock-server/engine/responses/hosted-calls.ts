/** The tools that the provider runs: what a use of each looks like, as an item and as the events that lead to it. */
import { createRandom, type Random } from '../../../base/random.ts'
import { type Ask, lastUserText } from '../../../protocol/ask.ts'
import type { Json } from '../../../protocol/checks.ts'
import { alphanumeric } from '../../../protocol/ids.ts'
import { mcpToolNames } from '../../../protocol/responses-caller-tools.ts'
import { compactionOf } from '../../../protocol/responses-compaction.ts'
import { itemId } from '../../../protocol/responses-ids.ts'
import type { Item, KeptItem } from '../../../protocol/responses-input.ts'
import type { ResponsesRequest } from '../../../protocol/responses-request.ts'
import type { HostedTool } from '../../../protocol/responses-tools.ts'

/** One event between an item's beginning and its end. */
export interface HostedEvent {
  /** Without `response.`. */
  readonly type: string
  /** What it says besides whose it is. */
  readonly fields?: Json
}

export interface HostedCall {
  /** The item as it begins and as it ends. */
  readonly added: KeptItem
  readonly done: KeptItem
  readonly events: readonly HostedEvent[]
  /** What a text that rests on it cites. */
  citations(text: string): readonly Json[]
}

export interface HostedContext {
  readonly request: ResponsesRequest
  readonly ask: Ask
  /** What came before the request's own input. */
  readonly context: readonly Item[]
  readonly promptTokens: number
  readonly random: Random
}

type Maker = (wire: Json, facts: HostedContext) => HostedCall

const nothing = () => []

/** By kind; called with the tool as the request has it. */
export const hostedCall: Readonly<Record<HostedTool['kind'], Maker>> = {
  web_search: webSearch,
  file_search: fileSearch,
  code_interpreter: codeInterpreter,
  image_generation: imageGeneration,
  mcp: mcpCall,
}

const MAX_QUERY_LENGTH = 80

/** What is looked for: the beginning of what the user said last. */
function queryOf({ ask }: HostedContext): string {
  const said = lastUserText(ask.turns) ?? ''
  const words = said
    .slice(0, MAX_QUERY_LENGTH)
    .replace(/\p{Surrogate}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  return words === '' ? 'overview' : words
}

function progress(prefix: string, ...steps: string[]): HostedEvent[] {
  return steps.map(step => ({ type: `${prefix}.${step}` }))
}

function webSearch(_: Json, facts: HostedContext): HostedCall {
  const id = itemId(facts.random, 'web_search_call')
  const type = 'web_search_call'
  const query = queryOf(facts)
  const url = `https://example.com/search?q=${encodeURIComponent(query)}`
  const sources = facts.request.include.has('web_search_call.action.sources')
    ? { sources: [{ type: 'url', url }] }
    : {}
  return {
    added: { id, type, status: 'in_progress', action: { type: 'search', query } },
    done: {
      id,
      type,
      status: 'completed',
      action: { type: 'search', query, queries: [query], ...sources },
    },
    events: progress(type, 'in_progress', 'searching', 'completed'),
    citations: text => [
      { type: 'url_citation', start_index: 0, end_index: text.length, title: query, url },
    ],
  }
}

function fileSearch(_: Json, facts: HostedContext): HostedCall {
  const id = itemId(facts.random, 'file_search_call')
  const type = 'file_search_call'
  const query = queryOf(facts)
  // The same file for the same question, whatever the response's own ids are.
  const file = { file_id: `file-${alphanumeric(createRandom(query), 22)}`, filename: 'notes.md' }
  const found = { attributes: {}, ...file, score: 0.87, text: query }
  const results = facts.request.include.has('file_search_call.results') ? [found] : null
  return {
    added: { id, type, status: 'in_progress', queries: [], results: null },
    done: { id, type, status: 'completed', queries: [query], results },
    events: progress(type, 'in_progress', 'searching', 'completed'),
    citations: text => [{ type: 'file_citation', index: text.length, ...file }],
  }
}

const CODE = ['total = ', 'sum(range(1, 11))\n', 'print(total)']

function codeInterpreter({ container }: Json, { request, random }: HostedContext): HostedCall {
  const id = itemId(random, 'code_interpreter_call')
  const type = 'code_interpreter_call'
  const named = typeof container === 'string' ? container : undefined
  const container_id = named ?? `cntr_${alphanumeric(random, 32).toLowerCase()}`
  const code = CODE.join('')
  const outputs = request.include.has('code_interpreter_call.outputs')
    ? [{ type: 'logs', logs: '55\n' }]
    : null
  return {
    added: { id, type, status: 'in_progress', code: '', container_id, outputs: null },
    done: { id, type, status: 'completed', code, container_id, outputs },
    events: [
      ...progress(type, 'in_progress'),
      ...CODE.map(delta => ({ type: `${type}_code.delta`, fields: { delta } })),
      { type: `${type}_code.done`, fields: { code } },
      ...progress(type, 'interpreting', 'completed'),
    ],
    citations: nothing,
  }
}

/** One grey pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=='

function imageGeneration(wire: Json, facts: HostedContext): HostedCall {
  const id = itemId(facts.random, 'image_generation_call')
  const type = 'image_generation_call'
  const partial = Number(wire.partial_images ?? 0)
  return {
    added: { id, type, status: 'in_progress' },
    done: {
      id,
      type,
      status: 'completed',
      background: wire.background ?? 'opaque',
      output_format: wire.output_format ?? 'png',
      quality: wire.quality ?? 'high',
      result: PIXEL,
      revised_prompt: queryOf(facts),
      size: wire.size ?? '1024x1024',
    },
    events: [
      ...progress(type, 'in_progress', 'generating'),
      ...Array.from({ length: partial }, (_, partial_image_index) => ({
        type: `${type}.partial_image`,
        fields: { partial_image_index, partial_image_b64: PIXEL },
      })),
      ...progress(type, 'completed'),
    ],
    citations: nothing,
  }
}

export function mcpList(wire: Json, random: Random): HostedCall {
  const id = itemId(random, 'mcp_list_tools')
  const type = 'mcp_list_tools'
  const { server_label } = wire
  const tools = mcpToolNames(wire).map(name => ({
    annotations: { read_only: false },
    description: `${name} on ${server_label}`,
    input_schema: {
      type: 'object',
      properties: { query: { type: 'string' } },
      required: ['query'],
      additionalProperties: false,
    },
    name,
  }))
  return {
    added: { id, type, server_label, tools: [] },
    done: { id, type, server_label, tools },
    events: progress(type, 'in_progress', 'completed'),
    citations: nothing,
  }
}

function mcpCall(wire: Json, facts: HostedContext): HostedCall {
  const id = itemId(facts.random, 'mcp_call')
  const type = 'mcp_call'
  const { server_label } = wire
  const query = queryOf(facts)
  const said = JSON.stringify({ query })
  const last = facts.request.input.at(-1)
  const approval_request_id = last?.approval_request_id ?? null
  const [name] = mcpToolNames(wire)
  const call = { approval_request_id, arguments: '', error: null, name, output: null, server_label }
  return {
    added: { id, type, status: 'in_progress', ...call },
    done: {
      ...{ id, type, status: 'completed', ...call },
      arguments: said,
      output: JSON.stringify({ results: [{ title: query }] }),
    },
    events: [
      ...progress(type, 'in_progress'),
      { type: `${type}_arguments.delta`, fields: { delta: said } },
      { type: `${type}_arguments.done`, fields: { arguments: said } },
      ...progress(type, 'completed'),
    ],
    citations: nothing,
  }
}

export function compaction({ ask }: HostedContext, random: Random): HostedCall {
  const item = compactionItem(ask, random)
  return { added: item, done: item, events: [], citations: nothing }
}

/** The conversation in short, as an item. */
export function compactionItem({ turns }: Pick<Ask, 'turns'>, random: Random): KeptItem {
  const id = itemId(random, 'compaction')
  return { id, type: 'compaction', encrypted_content: compactionOf(turns) }
}
