/**
 * A chat completion as it was asked for: unknown JSON to a ChatRequest, or OpenAI's own refusal.
 *
 * Faults are found in OpenAI's order: model, messages, unknown names, each field in turn, what fields say
 * together, what the model can. Written by hand and not through a schema: a request is checked in about a
 * microsecond, and the words of a refusal are part of the wire.
 */

import type { Ask } from './ask.ts'
import { capabilitiesOf } from './capabilities.ts'
import { checkAnswers } from './chat-calls.ts'
import { checkChatModel } from './chat-capabilities.ts'
import { chatFields as fields } from './chat-fields.ts'
import { readTurns, readTurnsLeniently } from './chat-messages.ts'
import { callsAreFunctions, checkToolUse, readToolUse } from './chat-tools.ts'
import { anything, type Checks, isObject, type Json, soundFields } from './checks.ts'
import { readEffort } from './effort.ts'
import { bothMaxTokens, streamOptionsWithoutStream } from './errors/chat.ts'
import {
  missingParameter,
  onlyAllowedWhen,
  unknownParameter,
  unrecognizedArguments,
  unsupportedChoice,
  wrongType,
} from './errors/field.ts'
import { noModel } from './errors/model.ts'
import { checkFormatUse, readFormat } from './response-format.ts'

export interface ChatRequest {
  readonly ask: Ask
  /** As they were sent. */
  readonly messages: readonly Json[]
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly includeObfuscation: boolean
  /** The tier that the answer names. */
  readonly serviceTier: string
  /** Whether the answer is to be kept, with these pairs. */
  readonly store: boolean
  readonly metadata: Readonly<Record<string, string>>
  /** Asked with `functions`: calls are answered as `function_call`. */
  readonly callsAreFunctions: boolean
  /** Undefined: the answer is not to be spoken. */
  readonly audio: AskedVoice | undefined
  /** What the caller expects the answer to be. */
  readonly prediction: string | undefined
}

/** How an answer is spoken, e.g. by `alloy` as `wav`. */
export interface AskedVoice {
  readonly voice: string
  readonly format: 'wav' | 'aac' | 'mp3' | 'flac' | 'opus' | 'pcm16'
}

/** Throws ApiError for a body that OpenAI would refuse; `lenient`: only for one that is no object, or whose messages are no list. */
export function parseChatRequest(body: unknown, { lenient = false } = {}): ChatRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  if (lenient) return readLeniently(body)
  const { model, messages } = body
  if (model === undefined || model === null || model === '') throw noModel()
  if (messages === undefined || messages === null) throw missingParameter('messages')
  for (const name in body) if (!Object.hasOwn(fields, name)) throw unknownNames(body)
  for (const name of checkedFirst) fields[name]!(body[name], name)
  let turns: Ask['turns'] = []
  for (const name in body) {
    if (name === 'messages') turns = readTurns(messages)
    else fields[name]!(body[name], name)
  }
  checkTogether(body, turns)
  checkChatModel(body, turns)
  return readChat(body as Sound, turns)
}

/** Where several fields are wrong, OpenAI names these before the others, in this order. */
const checkedFirst = ['n', 'stop', 'temperature'] as const

/** Older models name all of them, newer ones the first. */
function unknownNames(body: Json) {
  const names = Object.keys(body).filter(name => !Object.hasOwn(fields, name))
  const { model } = body
  const older = typeof model === 'string' && capabilitiesOf(model).older
  return older ? unrecognizedArguments(names) : unknownParameter(names[0]!)
}

/** What no check of one field can see. */
function checkTogether(body: Json, turns: Ask['turns']): void {
  const { stream, stream_options, max_tokens, max_completion_tokens, logprobs, top_logprobs } = body
  if (stream_options != null && stream !== true) throw streamOptionsWithoutStream()
  if (max_tokens != null && max_completion_tokens != null) throw bothMaxTokens()
  if (top_logprobs != null && logprobs !== true) {
    throw onlyAllowedWhen('top_logprobs', "'logprobs' is enabled")
  }
  checkAudioUse(body)
  checkToolUse(body)
  checkAnswers(turns)
  checkFormatUse(body.response_format, turns)
}

/** Who asks to be spoken to says how; over a stream only bare samples can go. */
function checkAudioUse({ modalities, audio, stream }: Json): void {
  if (!(modalities as readonly string[] | null | undefined)?.includes('audio')) return
  if (audio == null) throw missingParameter('audio')
  const { format } = audio as Json
  if (stream === true && format !== 'pcm16') {
    throw unsupportedChoice('audio.format', format as string, ['pcm16'], 'when stream=true')
  }
}

/** A model that answers where none is named. */
const DEFAULT_MODEL = 'gpt-4o-mini'

/** What would be refused counts as left out, but for what is read with care anyway. */
const lenientFields: Checks = {
  ...fields,
  tools: anything,
  functions: anything,
  tool_choice: anything,
  function_call: anything,
  response_format: anything,
}

function readLeniently(body: Json): ChatRequest {
  const sound = soundFields(body, lenientFields)
  if (!sound.model) sound.model = DEFAULT_MODEL
  const { messages } = body
  if (messages != null && !Array.isArray(messages)) {
    throw wrongType('messages', 'an array of objects', messages)
  }
  sound.messages = Array.isArray(messages) ? messages.filter(isObject) : []
  return readChat(sound as Sound, readTurnsLeniently(messages))
}

/** Of a body whose fields are sound. */
function readChat(body: Sound, turns: Ask['turns']): ChatRequest {
  const { stop, stream_options: streamOptions } = body
  const { tools, toolChoice } = readToolUse(body)
  const ask: Ask = {
    model: body.model,
    turns,
    tools,
    toolChoice,
    parallelCalls: body.parallel_tool_calls !== false,
    format: readFormat(body.response_format),
    choices: body.n ?? 1,
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    stop: typeof stop === 'string' ? [stop] : (stop ?? NO_STOP),
    seed: body.seed ?? undefined,
    topLogprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : undefined,
    effort: readEffort(body.reasoning_effort),
  }
  return {
    ask,
    messages: body.messages,
    stream: body.stream === true,
    includeUsage: streamOptions?.include_usage === true,
    includeObfuscation: streamOptions?.include_obfuscation !== false,
    serviceTier: answeredTier(body.service_tier),
    store: body.store === true,
    metadata: body.metadata ?? NO_METADATA,
    callsAreFunctions: callsAreFunctions(body),
    audio: body.modalities?.includes('audio') ? voiceIn(body.audio) : undefined,
    prediction: body.prediction ? predicted(body.prediction) : undefined,
  }
}

/** What is read of a body that was checked. */
interface Sound extends Json {
  readonly model: string
  readonly messages: readonly Json[]
  readonly n?: number | null
  readonly stop?: string | readonly string[] | null
  readonly seed?: number | null
  readonly max_tokens?: number | null
  readonly max_completion_tokens?: number | null
  readonly logprobs?: boolean | null
  readonly top_logprobs?: number | null
  readonly reasoning_effort?: string | null
  readonly service_tier?: string | null
  readonly stream_options?: Json | null
  readonly metadata?: Readonly<Record<string, string>> | null
  readonly modalities?: readonly string[] | null
  readonly prediction?: Json | null
}

const NO_STOP: readonly string[] = []
const NO_METADATA: Readonly<Record<string, string>> = {}

/** `auto` and an absent tier are answered as `default`; the others as themselves. */
function answeredTier(asked: string | null | undefined): string {
  return !asked || asked === 'auto' ? 'default' : asked
}

/** Of an `audio` that was checked, or of none. */
function voiceIn(audio: unknown): AskedVoice {
  const { voice, format } = isObject(audio) ? audio : ({} as Json)
  const named = isObject(voice) ? voice.id : voice
  return {
    voice: typeof named === 'string' ? named : 'alloy',
    format: (format as AskedVoice['format'] | undefined) ?? 'wav',
  }
}

function predicted({ content }: Json): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (typeof part?.text === 'string' ? part.text : '')).join('')
}
