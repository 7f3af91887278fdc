/**
 * Anthropic's `POST /v1/messages` as it was asked for: unknown JSON to an Ask, or the refusal that this
 * API gives. Its words are those of its validator: `messages.0.role: Field required`.
 */
import type { Ask, Effort, ReplyFormat, Turn } from './ask.ts'
import { isObject, type Json } from './checks.ts'
import { checkTexts } from './messages-blocks.ts'
import {
  boolean,
  type Check,
  dictionary,
  integer,
  invalid,
  list,
  noExtras,
  number,
  oneOf,
  optional,
  required,
  string,
} from './messages-checks.ts'
import { checkMarks, type PromptBlock, promptBlocks } from './messages-prompt.ts'
import { checkTogether, thinks } from './messages-rules.ts'
import { checkTools, readToolChoice, readTools } from './messages-tools.ts'
import { readMessages, systemTurns } from './messages-turns.ts'

export interface MessagesRequest {
  readonly ask: Ask
  readonly stream: boolean
  /** Undefined: no thinking was asked for. */
  readonly thinking: Thinking | undefined
  /** The prompt's blocks where something in it is marked to be cached; else none. */
  readonly prompt: readonly PromptBlock[]
  /** The prompt has the words at which the API's own filter steps in, for tests of that. */
  readonly filtered: boolean
}

export interface Thinking {
  /** Undefined: as many as the model sees fit. */
  readonly maxTokens: number | undefined
  /** `omitted`: its text is left out. `redacted`: the prompt has the words at which it is encrypted. */
  readonly display: 'summarized' | 'omitted' | 'redacted'
}

/** What a prompt says to see how a client takes a filter that steps in. Source: Anthropic's documentation. */
const FILTER_WORDS =
  'ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86'
/** The same for thinking that is not shown. */
const REDACTION_WORDS =
  'ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB'

const checkModel: Check = (value, at) => {
  string(value, at)
  if (value === '') throw invalid(at, 'String should have at least 1 character')
}

const counted: Readonly<Record<string, Check>> = {
  model: required(checkModel),
  system: optional(checkTexts),
  output_config: optional(checkOutput),
  speed: optional(oneOf('standard', 'fast')),
}

/** In the order in which faults are told; messages and tools are checked in one go after them. */
const fields: Readonly<Record<string, Check>> = {
  max_tokens: required(integer(0)),
  ...counted,
  metadata: optional(dictionary),
  service_tier: optional(oneOf('auto', 'standard_only')),
  stop_sequences: optional(checkStops),
  stream: optional(boolean),
  temperature: optional(number(0, 1)),
  top_k: optional(integer(0)),
  top_p: optional(number(0, 1)),
}

/** Read elsewhere, or of those that ask for nothing that is seen here. */
const COUNTED_NAMES = [
  ...['messages', 'tools', 'tool_choice', 'thinking', 'cache_control', 'context_management'],
  ...['mcp_servers', 'output_format', 'compaction', 'billing_policy'],
]
const countedNames = new Set([...Object.keys(counted), ...COUNTED_NAMES])
const names = new Set([
  ...[...Object.keys(fields), ...COUNTED_NAMES],
  ...['container', 'diagnostics', 'inference_geo', 'fallbacks', 'fallback_credit_token', 'thread'],
])

/** Throws ApiError for a body that the API would refuse; `counting`: it is only to be counted. */
export function parseMessagesRequest(
  body: unknown,
  { lenient = false, counting = false }: { lenient?: boolean; counting?: boolean } = {},
): MessagesRequest {
  dictionary(body, 'body')
  const given = body as Json
  if (!lenient) check(given, counting)
  const turns = [...systemTurns(given.system), ...readMessages(given.messages, lenient)]
  if (!lenient) checkTogether(given, turns)
  return read(given, turns)
}

function check(body: Json, counting: boolean): void {
  const checks = counting ? counted : fields
  for (const name in checks) checks[name]!(body[name], name)
  checkTools(body)
  noExtras(body, counting ? countedNames : names)
  checkMarks(body)
}

const MAX_STOPS = 8191

function checkStops(value: unknown, at: string): void {
  list(value, at)
  const stops = value as readonly unknown[]
  if (stops.length > MAX_STOPS) throw invalid(at, `at most ${MAX_STOPS} stop sequences are allowed`)
  for (const [i, stop] of stops.entries()) {
    string(stop, `${at}.${i}`)
    if ((stop as string).trim() === '') {
      throw invalid(at, 'each stop sequence must contain non-whitespace')
    }
  }
}

const efforts = ['low', 'medium', 'high', 'xhigh', 'max']

function checkOutput(value: unknown, at: string): void {
  dictionary(value, at)
  const { effort, format } = value as Json
  optional(oneOf(...efforts))(effort, `${at}.effort`)
  if (format == null) return
  dictionary(format, `${at}.format`)
  required(oneOf('json_schema'))((format as Json).type, `${at}.format.type`)
  required(dictionary)((format as Json).schema, `${at}.format.schema`)
}

const DEFAULT_MODEL = 'claude-sonnet-4-5'

/** Of any object: what cannot be read counts as left out. */
function read(body: Json, turns: readonly Turn[]): MessagesRequest {
  const { model, max_tokens: maxTokens, stream, tool_choice: choice } = body
  const output = isObject(body.output_config) ? body.output_config : {}
  const tools = readTools(body.tools)
  const thinking = readThinking(body.thinking, turns)
  const filtered = turns.some(({ content }) => content.includes(FILTER_WORDS))
  return {
    stream: stream === true,
    thinking,
    filtered,
    prompt: promptBlocks(body),
    ask: {
      model: typeof model === 'string' && model !== '' ? model : DEFAULT_MODEL,
      turns,
      tools,
      toolChoice: readToolChoice(choice, tools),
      parallelCalls: !isObject(choice) || choice.disable_parallel_tool_use !== true,
      format: readFormat(output.format ?? body.output_format),
      choices: 1,
      maxTokens: isCount(maxTokens) ? maxTokens : undefined,
      stop: readStops(body.stop_sequences),
      seed: undefined,
      topLogprobs: undefined,
      effort: thinking ? readEffort(output.effort) : 'none',
    },
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function readThinking(value: unknown, turns: readonly Turn[]): Thinking | undefined {
  if (!thinks(value)) return undefined
  const { type, budget_tokens: budget, display } = value
  const redacted = turns.some(({ content }) => content.includes(REDACTION_WORDS))
  const shown = display === 'omitted' ? 'omitted' : 'summarized'
  return {
    maxTokens: type === 'enabled' && isCount(budget) ? budget : undefined,
    display: redacted ? 'redacted' : shown,
  }
}

function readEffort(value: unknown): Effort {
  if (value === 'max') return 'xhigh'
  return efforts.includes(value as string) ? (value as Effort) : 'medium'
}

function readFormat(format: unknown): ReplyFormat {
  if (!isObject(format) || !isObject(format.schema)) return { kind: 'text' }
  return { kind: 'schema', name: 'response', schema: format.schema }
}

function readStops(stops: unknown): readonly string[] {
  return Array.isArray(stops) ? stops.filter(stop => typeof stop === 'string') : []
}
