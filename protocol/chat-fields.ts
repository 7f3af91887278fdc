/** Every name that the body of a chat may have, and what may stand under it. */

import { checkFunctionCall, checkFunctions, checkToolChoice, checkTools } from './chat-tools.ts'
import {
  anything,
  arrayOf,
  boolean,
  type Checks,
  decimal,
  integer,
  isObject,
  type Json,
  metadata,
  object,
  oneOf,
  required,
  string,
  text,
} from './checks.ts'
import { checkEffort } from './effort.ts'
import {
  arrayTooLong,
  badBiasKey,
  missingParameter,
  unknownParameter,
  wrongType,
} from './errors/field.ts'
import { checkResponseFormat } from './response-format.ts'

/** Null is allowed wherever a name may be left out. */
export const chatFields: Checks = {
  model: string,
  messages: anything, // read and checked in one go
  audio,
  frequency_penalty: decimal(-2, 2),
  function_call: checkFunctionCall,
  functions: checkFunctions,
  logit_bias: logitBias,
  logprobs: boolean,
  max_completion_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  max_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  metadata,
  modalities: arrayOf(oneOf('text', 'audio'), 'a string', { minLength: 1 }),
  moderation: object,
  n: integer(1, 128),
  parallel_tool_calls: boolean,
  prediction,
  presence_penalty: decimal(-2, 2),
  prompt_cache_key: text({ maxLength: 64 }),
  prompt_cache_options: object,
  prompt_cache_retention: oneOf('in_memory', 'in-memory', '24h'),
  reasoning_effort: checkEffort,
  response_format: checkResponseFormat,
  safety_identifier: text({ maxLength: 64 }),
  seed: integer(-(2 ** 63), 2 ** 63),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast'),
  stop: checkStop,
  store: boolean,
  stream: boolean,
  stream_options: checkStreamOptions,
  temperature: decimal(0, 2),
  tool_choice: checkToolChoice,
  tools: checkTools,
  top_logprobs: integer(0, 20),
  top_p: decimal(0, 1),
  user: string,
  verbosity: oneOf('low', 'medium', 'high'),
  web_search_options: object,
}

/** Up to four texts at which an answer ends. */
export function checkStop(value: unknown, param: string): void {
  if (value == null || typeof value === 'string') return
  if (!Array.isArray(value)) throw wrongType(param, 'one of a string or array of strings', value)
  if (value.length > 4) throw arrayTooLong(param, 4, value.length)
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== 'string') throw wrongType(`${param}[${i}]`, 'a string', value[i])
  }
}

/** Usage and padding of a stream. */
export function checkStreamOptions(value: unknown, param: string): void {
  object(value, param)
  for (const name in value as Json | null) {
    if (name !== 'include_usage' && name !== 'include_obfuscation') {
      throw unknownParameter(`${param}.${name}`)
    }
    boolean((value as Json)[name], `${param}.${name}`)
  }
}

const bias = decimal(-100, 100)

/** Tokens by number, and how much likelier each is to be. */
export function logitBias(value: unknown, param: string): void {
  object(value, param)
  for (const key in value as Json | null) {
    if (!/^\d+$/.test(key)) throw badBiasKey(key)
    const weight = (value as Json)[key]
    if (weight === null) throw wrongType(`${param}.${key}`, 'a decimal', null)
    bias(weight, `${param}.${key}`)
  }
}

const audioFormat = required(oneOf('wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16'))

/** How an answer is to be spoken; a voice is a name, or an object with the id of one's own. */
function audio(value: unknown, param: string): void {
  object(value, param)
  if (value == null) return
  const { format, voice } = value as Json
  audioFormat(format, `${param}.format`)
  if (voice == null) throw missingParameter(`${param}.voice`)
  if (isObject(voice)) required(string)(voice.id, `${param}.voice.id`)
  else if (typeof voice !== 'string') {
    throw wrongType(`${param}.voice`, 'one of a string or object', voice)
  }
}

const predictionType = required(oneOf('content'))
const predictedParts = arrayOf(object, 'an object', { minLength: 1 })

/** Text that the answer is expected to be. */
function prediction(value: unknown, param: string): void {
  object(value, param)
  if (value == null) return
  const { type, content } = value as Json
  predictionType(type, `${param}.type`)
  if (content == null) throw missingParameter(`${param}.content`)
  if (typeof content === 'string') return
  if (!Array.isArray(content)) {
    throw wrongType(`${param}.content`, 'one of a string or array of objects', content)
  }
  predictedParts(content, `${param}.content`)
  for (let i = 0; i < content.length; i++) {
    required(string)(content[i].text, `${param}.content[${i}].text`)
  }
}
