/** The input of a response: a text or a list of items, checked and brought to one form. */
import type { Random } from '../base/random.ts'
import {
  arrayOf,
  type Checks,
  type Json,
  object,
  oneOf,
  required,
  shownText,
  string,
  text,
} from './checks.ts'
import { wrongType } from './errors/field.ts'
import { noCallForOutput, noOutputForCall, wrongIdPrefix } from './errors/responses.ts'
import { itemId, itemPrefix } from './responses-ids.ts'

/** An item of input or output as the wire has it; once it is kept it has an id. */
export type Item = Json & { readonly type: string; readonly id?: string }
export type KeptItem = Item & { readonly id: string }

const roles = oneOf('assistant', 'system', 'developer', 'user')
const callIdText = text({ minLength: 1, maxLength: 64 })

/** The fields that are looked at, by type; others of the same item pass, and so do types not listed. */
const shapes: Readonly<Record<string, Checks>> = {
  message: { role: required(roles), content: required(content) },
  function_call: {
    call_id: required(callIdText),
    name: required(string),
    arguments: required(string),
  },
  function_call_output: { call_id: required(callIdText), output: required(output) },
  custom_tool_call: {
    call_id: required(callIdText),
    name: required(string),
    input: required(string),
  },
  custom_tool_call_output: { call_id: required(callIdText), output: required(output) },
  reasoning: { summary: required(arrayOf(object, 'an object')) },
  compaction: { encrypted_content: required(string) },
  item_reference: { id: required(string) },
}

const otherTypes = [
  'file_search_call',
  'computer_call',
  'computer_call_output',
  'web_search_call',
  'tool_search_call',
  'tool_search_output',
  'additional_tools',
  'image_generation_call',
  'code_interpreter_call',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'mcp_list_tools',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'compaction_trigger',
  'program',
  'program_output',
]
const itemType = oneOf(...Object.keys(shapes), ...otherTypes)

const listed = arrayOf(checkItem, 'an object')

/** The shape of `input`. */
export function checkInput(value: unknown, param: string): void {
  if (value == null || typeof value === 'string') return
  if (!Array.isArray(value)) {
    throw wrongType(param, 'one of a string or array of objects', value)
  }
  listed(value, param)
}

/** The same of a list that is no text, such as a conversation's `items`. */
export const checkItems = listed

function checkItem(item: unknown, at: string): void {
  object(item, at)
  const { type, id, call_id: callId } = item as Json
  itemType(type, `${at}.type`)
  const name = typeOf(item as Json)
  for (const field in shapes[name]) shapes[name][field]!((item as Json)[field], `${at}.${field}`)
  string(id, `${at}.id`)
  string(callId, `${at}.call_id`)
}

/** An item without a type is a message, or with nothing but an id a reference to one. */
function typeOf({ type, id, role }: Json): string {
  if (type != null) return String(type)
  return id !== undefined && role === undefined ? 'item_reference' : 'message'
}

const partTypes = oneOf(
  'input_text',
  'input_image',
  'input_file',
  'input_audio',
  'output_text',
  'refusal',
  'text',
  'summary_text',
  'computer_screenshot',
)
const partShapes: Readonly<Record<string, Checks>> = {
  input_text: { text: required(string) },
  output_text: { text: required(string) },
  text: { text: required(string) },
  refusal: { refusal: required(string) },
}

function content(value: unknown, at: string): void {
  if (typeof value === 'string') return
  if (!Array.isArray(value)) throw wrongType(at, 'one of a string or array of objects', value)
  parts(value, at)
}

/** What a tool gave back: a text, or parts; a shell and a computer have forms of their own. */
function output(value: unknown, at: string): void {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw wrongType(at, 'one of a string or array of objects', value)
  }
}

const parts = arrayOf((part, at) => {
  object(part, at)
  const { type } = part as Json
  required(partTypes)(type, `${at}.type`)
  const shape = partShapes[type as string]
  for (const field in shape) shape[field]!((part as Json)[field], `${at}.${field}`)
}, 'an object')

/** Ids that are given begin as those of their type do. */
export function checkIdPrefixes(items: readonly Item[]): void {
  for (const [i, { type, id }] of items.entries()) {
    const prefix = itemPrefix(type)
    if (id == null || prefix === undefined) continue
    if (!id.startsWith(prefix)) throw wrongIdPrefix(`input[${i}].id`, id, prefix)
  }
}

/** The items of an input whose shape is checked; a text is a user's message. */
export function readInput(value: unknown): readonly Item[] {
  if (typeof value === 'string') {
    return value === '' ? [] : [messageItem('user', [{ type: 'input_text', text: value }])]
  }
  return ((value ?? []) as readonly Json[]).map(itemOf)
}

function itemOf(json: Json): Item {
  const type = typeOf(json)
  if (type !== 'message') return { ...json, type }
  const { id, role, content: said, status, type: _, ...rest } = json
  const textType = role === 'assistant' ? 'output_text' : 'input_text'
  const list =
    typeof said === 'string' ? [{ type: textType, text: said }] : (said as readonly Json[])
  return {
    ...(id == null ? {} : { id: String(id) }),
    ...messageItem(String(role), list.map(partOf), status),
    ...rest,
  }
}

function messageItem(role: string, list: readonly Json[], status?: unknown): Item {
  return { type: 'message', status: status ?? 'completed', content: list, role }
}

function partOf(part: Json): Json {
  if (part.type !== 'output_text') return part
  const { type, annotations, logprobs, ...rest } = part
  return { type, annotations: annotations ?? [], logprobs: logprobs ?? [], ...rest }
}

/** The items as they are kept: each with an id in front. */
export function withIds(items: readonly Item[], random: Random): readonly KeptItem[] {
  return items.map((item, i) => {
    const { id, ...rest } = item
    return { id: id ?? itemId(random.fork(`input ${i}`), item.type), ...rest }
  })
}

const CALL = /^(function|custom_tool|local_shell|shell|apply_patch|computer)_call$/
const CALL_OUTPUT = /^(function|custom_tool|local_shell|shell|apply_patch|computer)_call_output$/

/** Every function's call is answered, and every answer is of a call. `items`: the whole context. */
export function checkCalls(items: readonly Item[]): void {
  const called = new Set<unknown>()
  const answered = new Set<unknown>()
  for (const item of items) {
    const id = item.call_id ?? item.id
    if (CALL.test(item.type)) called.add(id)
    if (!CALL_OUTPUT.test(item.type)) continue
    if (!called.has(id)) throw noCallForOutput(shownText(id))
    answered.add(id)
  }
  for (const id of called) if (!answered.has(id)) throw noOutputForCall(shownText(id))
}
