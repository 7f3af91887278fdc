/**
 * A chat completion as it was asked for: unknown JSON to a ChatRequest, or OpenAI's own refusal.
 *
 * Faults are found in OpenAI's order: model, messages, unknown names, then each field in turn.
 * Written by hand and not through a schema: a request is checked in about a microsecond, and the words
 * of a refusal are part of the wire.
 */
import {
  arrayTooLong,
  emptyArray,
  missingParameter,
  noModel,
  outOfRange,
  strayToolMessage,
  streamOptionsWithoutStream,
  unknownParameter,
  unsupportedValue,
  wrongType,
} from './api-error.ts'

export interface ChatMessage {
  readonly role: string
  readonly content?: string | null | readonly ContentPart[]
  readonly name?: string | null
  readonly tool_calls?: readonly unknown[] | null
}
interface ContentPart {
  readonly type: string
  readonly text?: string
}

export interface ChatRequest {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly stream: boolean
  /** How many choices: `n`. */
  readonly choices: number
  /** The most output tokens per choice; undefined: as many as the reply has. */
  readonly maxTokens: number | undefined
  readonly stop: readonly string[]
  readonly includeUsage: boolean
  readonly includeObfuscation: boolean
  readonly seed: number | undefined
  /** The tier that the answer names. */
  readonly serviceTier: string
}

type Json = Readonly<Record<string, unknown>>

/** Throws ApiError for a body that OpenAI would refuse. */
export function parseChatRequest(body: unknown): ChatRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  const { model, messages } = body
  if (model === undefined || model === null || model === '') throw noModel()
  if (messages === undefined || messages === null) throw missingParameter('messages')
  for (const name in body) if (!Object.hasOwn(fields, name)) throw unknownParameter(name)
  for (const name of checkedFirst) fields[name]!(body[name], name)
  for (const name in body) fields[name]!(body[name], name)

  const stream = body.stream === true
  const streamOptions = body.stream_options as Json | null | undefined
  if (streamOptions && !stream) throw streamOptionsWithoutStream()
  const { stop } = body as { stop?: string | readonly string[] | null }
  const maxTokens = (body.max_completion_tokens ?? body.max_tokens) as number | null | undefined
  return {
    model: model as string,
    messages: messages as readonly ChatMessage[],
    stream,
    choices: (body.n as number | null | undefined) ?? 1,
    maxTokens: maxTokens ?? undefined,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    includeUsage: streamOptions?.include_usage === true,
    includeObfuscation: streamOptions?.include_obfuscation !== false,
    seed: (body.seed as number | null | undefined) ?? undefined,
    serviceTier: answeredTier(body.service_tier as string | null | undefined),
  }
}

/** `auto` and an absent tier are answered as `default`; the others as themselves. */
function answeredTier(asked: string | null | undefined): string {
  return !asked || asked === 'auto' ? 'default' : asked
}

/** Throws ApiError when `value` may not stand under `param`. */
type Check = (value: unknown, param: string) => void

/** Every name a body may have; null is allowed wherever a name may be left out. */
const fields: Readonly<Record<string, Check>> = {
  model: string,
  messages,
  audio: object,
  frequency_penalty: decimal(-2, 2),
  function_call: anything,
  functions: arrayOf(object, 'an object'),
  logit_bias: object,
  logprobs: boolean,
  max_completion_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  max_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  metadata: object,
  modalities: arrayOf(string, 'a string'),
  moderation: object,
  n: integer(1, 128),
  parallel_tool_calls: boolean,
  prediction: object,
  presence_penalty: decimal(-2, 2),
  prompt_cache_key: string,
  prompt_cache_options: object,
  prompt_cache_retention: oneOf('in_memory', 'in-memory', '24h'),
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
  response_format: object,
  safety_identifier: string,
  seed: integer(-(2 ** 63), 2 ** 63),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast'),
  stop,
  store: boolean,
  stream: boolean,
  stream_options: streamOptions,
  temperature: decimal(0, 2),
  tool_choice: anything,
  tools: arrayOf(object, 'an object'),
  top_logprobs: integer(0, 20),
  top_p: decimal(0, 1),
  user: string,
  verbosity: oneOf('low', 'medium', 'high'),
  web_search_options: object,
}

/** Where several fields are wrong, OpenAI names these before the others, in this order. */
const checkedFirst = ['n', 'stop', 'temperature'] as const

function anything(): void {}

function string(value: unknown, param: string): void {
  if (value != null && typeof value !== 'string') throw wrongType(param, 'a string', value)
}

function boolean(value: unknown, param: string): void {
  if (value != null && typeof value !== 'boolean') throw wrongType(param, 'a boolean', value)
}

function object(value: unknown, param: string): void {
  if (value != null && !isObject(value)) throw wrongType(param, 'an object', value)
}

function integer(min: number, max: number): Check {
  return (value, param) => {
    if (value == null) return
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw wrongType(param, 'an integer', value)
    }
    if (value < min || value > max) throw outOfRange(param, 'integer', value, { min, max })
  }
}

function decimal(min: number, max: number): Check {
  return (value, param) => {
    if (value == null) return
    if (typeof value !== 'number') throw wrongType(param, 'a decimal', value)
    if (value < min || value > max) throw outOfRange(param, 'decimal', value, { min, max })
  }
}

function oneOf(...supported: string[]): Check {
  return (value, param) => {
    string(value, param)
    if (value != null && !supported.includes(value as string)) {
      throw unsupportedValue(param, value as string, supported)
    }
  }
}

/** `expected`: what each item is, with its article. */
function arrayOf(item: Check, expected: string): Check {
  return (value, param) => {
    if (value == null) return
    if (!Array.isArray(value)) {
      throw wrongType(param, `an array of ${expected.replace(/^an? /, '')}s`, value)
    }
    for (const [i, element] of value.entries()) {
      if (element === null) throw wrongType(`${param}[${i}]`, expected, element)
      item(element, `${param}[${i}]`)
    }
  }
}

function stop(value: unknown, param: string): void {
  if (value == null || typeof value === 'string') return
  if (!Array.isArray(value)) throw wrongType(param, 'one of a string or array of strings', value)
  if (value.length > 4) throw arrayTooLong(param, 4, value.length)
  for (const [i, item] of value.entries()) string(item ?? undefined, `${param}[${i}]`)
}

function streamOptions(value: unknown, param: string): void {
  object(value, param)
  for (const name in value as Json | null) {
    if (name !== 'include_usage' && name !== 'include_obfuscation') {
      throw unknownParameter(`${param}.${name}`)
    }
    boolean((value as Json)[name], `${param}.${name}`)
  }
}

const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer'] as const

function messages(value: unknown, param: string): void {
  if (!Array.isArray(value)) throw wrongType(param, 'an array of objects', value)
  if (value.length === 0) throw emptyArray(param)
  let calls = false
  for (const [i, item] of value.entries()) {
    const at = `${param}[${i}]`
    if (!isObject(item)) throw wrongType(at, 'an object', item)
    const { role, content, name } = item
    if (role === undefined) throw missingParameter(`${at}.role`)
    if (typeof role !== 'string') throw wrongType(`${at}.role`, 'a string', role)
    if (!roles.includes(role as (typeof roles)[number])) {
      throw unsupportedValue(`${at}.role`, role, roles)
    }
    if (role === 'tool' && !calls) throw strayToolMessage(i)
    if (role !== 'tool') calls = Array.isArray(item.tool_calls)
    string(name, `${at}.name`)
    checkContent(content, `${at}.content`)
  }
}

function checkContent(content: unknown, at: string): void {
  if (content == null || typeof content === 'string') return
  if (!Array.isArray(content)) throw wrongType(at, 'one of a string or array of objects', content)
  for (const [i, part] of content.entries()) {
    if (!isObject(part)) throw wrongType(`${at}[${i}]`, 'an object', part)
    if (part.type === undefined) throw missingParameter(`${at}[${i}].type`)
    if (typeof part.type !== 'string') throw wrongType(`${at}[${i}].type`, 'a string', part.type)
    if (part.type === 'text' && typeof part.text !== 'string') {
      throw part.text === undefined
        ? missingParameter(`${at}[${i}].text`)
        : wrongType(`${at}[${i}].text`, 'a string', part.text)
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of a message: its string, or its text parts end to end. */
export function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(part => (part.type === 'text' ? (part.text ?? '') : '')).join('')
}
