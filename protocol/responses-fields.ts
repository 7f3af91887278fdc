/** The fields that a request for a response may have, and what each may be. */

import type { JsonSchema } from './ask.ts'
import {
  arrayOf,
  boolean,
  type Checks,
  checkFields,
  decimal,
  identifier,
  integer,
  isObject,
  type Json,
  metadata,
  object,
  objectOf,
  oneOf,
  required,
  string,
} from './checks.ts'
import { checkEffort } from './effort.ts'
import { streamOptionsWithoutStream } from './errors/chat.ts'
import { missingParameter, wrongType } from './errors/field.ts'
import {
  backgroundNotStored,
  badTextFormatSchema,
  eitherParameter,
  movedParameter,
  wrongIdPrefix,
} from './errors/responses.ts'
import { checkInput } from './responses-input.ts'
import { checkToolChoice, checkTools, checkToolUse } from './responses-tools.ts'
import { strictSchemaFault } from './strict-schema.ts'

export interface ParseOptions {
  /** Refuses nothing that a schema test would send: placeholders, no model, no input. */
  readonly lenient: boolean
  /**
   * Another provider's ways: unknown names pass, any number of output tokens may be asked for, and what its
   * models can do is not known.
   */
  readonly foreign?: boolean
}

/** The least that may be asked for. */
const MIN_OUTPUT_TOKENS = 16
const outputTokensFrom = (min: number) => integer(min, Number.MAX_SAFE_INTEGER)

const reasoning = objectOf({
  context: oneOf('auto', 'current_turn', 'all_turns'),
  effort: checkEffort,
  generate_summary: oneOf('auto', 'concise', 'detailed'),
  mode: string,
  summary: oneOf('auto', 'concise', 'detailed'),
})

const textOptions = objectOf({ format: checkFormat, verbosity: oneOf('low', 'medium', 'high') })

const includable = arrayOf(
  oneOf(
    'file_search_call.results',
    'web_search_call.results',
    'web_search_call.action.sources',
    'message.input_image.image_url',
    'computer_call_output.output.image_url',
    'code_interpreter_call.outputs',
    'reasoning.encrypted_content',
    'message.output_text.logprobs',
  ),
  'a string',
)

/** Every name a body may have; null is allowed wherever a name may be left out. */
const fields: Checks = {
  model: string,
  background: boolean,
  context_management: arrayOf(object, 'an object'),
  conversation: checkConversation,
  frequency_penalty: decimal(-2, 2),
  include: includable,
  instructions: string,
  max_output_tokens: outputTokensFrom(MIN_OUTPUT_TOKENS),
  max_tool_calls: integer(1, Number.MAX_SAFE_INTEGER),
  metadata,
  moderation: object,
  parallel_tool_calls: boolean,
  presence_penalty: decimal(-2, 2),
  previous_response_id: string,
  prompt: objectOf({ id: required(string), variables: object, version: string }),
  prompt_cache_key: string,
  prompt_cache_options: object,
  prompt_cache_retention: oneOf('in_memory', 'in-memory', '24h'),
  reasoning,
  safety_identifier: string,
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast'),
  store: boolean,
  stream: boolean,
  stream_options: objectOf({ include_obfuscation: boolean }),
  temperature: decimal(0, 2),
  text: textOptions,
  tool_choice: checkToolChoice,
  tools: checkTools,
  top_logprobs: integer(0, 20),
  top_p: decimal(0, 1),
  truncation: oneOf('auto', 'disabled'),
  user: string,
  input: checkInput,
}
const foreignFields: Checks = {
  ...fields,
  max_output_tokens: outputTokensFrom(1),
  reasoning: object,
}
const lenientFields: Checks = {
  ...foreignFields,
  max_output_tokens: outputTokensFrom(0),
  max_tool_calls: integer(0, Number.MAX_SAFE_INTEGER),
}

/** Parameters of chat completions, and what they are called here. */
const moved: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
  verbosity: 'text.verbosity',
}

/** Throws ApiError for a body that the provider would refuse whatever came before it. */
export function checkResponsesBody(body: Json, { lenient, foreign = false }: ParseOptions): void {
  if (lenient) {
    checkKnown(body, lenientFields)
    return
  }
  checkNeeded(body)
  for (const name in body) if (Object.hasOwn(moved, name)) throw movedParameter(name, moved[name]!)
  if (foreign) checkKnown(body, foreignFields)
  else checkFields(body, fields)
  checkTogether(body)
}

function checkNeeded(body: Json): void {
  const { model, input, messages } = body
  if ((model ?? '') === '' && body.prompt == null) throw missingParameter('model')
  if (input != null || hasContext(body)) return
  throw messages == null ? missingParameter('input') : movedParameter('messages', moved.messages!)
}

/** Unknown names pass. */
function checkKnown(body: Json, checks: Checks): void {
  for (const name in checks) checks[name]!(body[name], name)
}

/** Whether there is something to respond to besides an input. */
export function hasContext({ previous_response_id, prompt, conversation }: Json): boolean {
  return previous_response_id != null || prompt != null || conversation != null
}

function checkTogether(body: Json): void {
  const { previous_response_id: previous, conversation, background, store, stream } = body
  if (body.stream_options != null && stream !== true) throw streamOptionsWithoutStream()
  if (typeof previous === 'string' && !previous.startsWith('resp')) {
    throw wrongIdPrefix('previous_response_id', previous, 'resp')
  }
  if (previous != null && conversation != null) {
    throw eitherParameter('previous_response_id', 'conversation')
  }
  if (background === true && store === false) throw backgroundNotStored()
  checkToolUse(body)
  const { name, schema, strict, type } = formatIn(body)
  if (type !== 'json_schema' || strict !== true) return
  const fault = strictSchemaFault(schema as JsonSchema)
  if (fault) throw badTextFormatSchema(name as string, fault)
}

function checkFormat(value: unknown, at: string): void {
  object(value, at)
  if (value == null) return
  const { type, name, schema, strict, description } = value as Json
  required(oneOf('text', 'json_object', 'json_schema'))(type, `${at}.type`)
  if (type !== 'json_schema') return
  required(identifier)(name, `${at}.name`)
  required(object)(schema, `${at}.schema`)
  boolean(strict, `${at}.strict`)
  string(description, `${at}.description`)
}

function checkConversation(value: unknown, at: string): void {
  if (value == null || typeof value === 'string') return
  if (!isObject(value)) throw wrongType(at, 'one of a string or object', value)
  required(string)(value.id, `${at}.id`)
}

/** The form that the answer's text is asked to have. */
export function formatIn(body: Json): Json {
  const { format } = (body.text ?? {}) as Json
  return (format ?? {}) as Json
}
