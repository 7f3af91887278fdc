/** A request for speech as it was asked for: unknown JSON to a SpeechRequest, or the API's own refusal. */

import { type SoundFormatName, soundFormats } from './audio-formats.ts'
import { isObject, type Json } from './checks.ts'
import { unknownParameter, wrongType } from './errors/field.ts'
import { noModel } from './errors/model.ts'
import {
  fieldMissing,
  fieldNotOneOf,
  fieldOfType,
  fieldOutOfRange,
  fieldTooLong,
  fieldTooShort,
} from './errors/schema.ts'

export interface SpeechRequest {
  readonly model: string
  /** 1 to 4096 characters. */
  readonly input: string
  /** A voice's name, or the id of one's own. */
  readonly voice: string
  readonly instructions: string
  readonly format: SoundFormatName
  /** 0.25 to 4; 2 is twice as fast. */
  readonly speed: number
  /** As events instead of bytes. */
  readonly events: boolean
}

const NAMES = [
  'model',
  'input',
  'voice',
  'instructions',
  'response_format',
  'speed',
  'stream_format',
]
const VOICES = [
  'alloy',
  'echo',
  'fable',
  'onyx',
  'nova',
  'shimmer',
  'coral',
  'verse',
  'ballad',
  'ash',
  'sage',
  'marin',
  'cedar',
]
const FORMATS = Object.keys(soundFormats)
const MAX_CHARACTERS = 4096

/** Throws ApiError for a body that OpenAI would refuse. `lenient`: any voice speaks, in any length. */
export function parseSpeechRequest(body: unknown, lenient = false): SpeechRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  const { model } = body
  if (model === undefined || model === null || model === '') throw noModel()
  if (typeof model !== 'string') throw fieldOfType('model', 'string', model)
  const strange = Object.keys(body).find(name => !NAMES.includes(name))
  if (strange !== undefined && !lenient) throw unknownParameter(strange)
  const { instructions } = body
  if (instructions != null && typeof instructions !== 'string') {
    throw fieldOfType('instructions', 'string', instructions)
  }
  return {
    model,
    input: readInput(body, lenient),
    voice: readVoice(body, lenient),
    instructions: instructions ?? '',
    format: (readChoice(body, 'response_format', FORMATS) as SoundFormatName | undefined) ?? 'mp3',
    speed: readSpeed(body.speed),
    events: readChoice(body, 'stream_format', streamFormatsOf(model, lenient)) === 'sse',
  }
}

/** The first models of this endpoint give bytes only. */
function streamFormatsOf(model: string, lenient: boolean): readonly string[] {
  return model.startsWith('tts-1') && !lenient ? ['audio'] : ['sse', 'audio']
}

function readInput(body: Json, lenient: boolean): string {
  const { input } = body
  if (input === undefined) throw fieldMissing('input', body)
  if (typeof input !== 'string') throw fieldOfType('input', 'string', input)
  if (input === '') throw fieldTooShort('input', input)
  // As many UTF-16 units are at most as many characters, and need not be counted.
  const isLong = input.length > MAX_CHARACTERS && [...input].length > MAX_CHARACTERS
  if (isLong && !lenient) throw fieldTooLong('input', input, MAX_CHARACTERS)
  return isLong ? input.slice(0, MAX_CHARACTERS) : input
}

function readVoice(body: Json, lenient: boolean): string {
  const { voice } = body
  if (voice === undefined || voice === null) throw fieldMissing('voice', body)
  if (isObject(voice) && typeof voice.id === 'string') return voice.id
  if (typeof voice !== 'string') throw fieldOfType('voice', 'string', voice)
  if (!VOICES.includes(voice) && !lenient) throw fieldNotOneOf('voice', voice, VOICES)
  return voice
}

function readChoice(body: Json, name: string, supported: readonly string[]): string | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (!supported.includes(value as string)) throw fieldNotOneOf(name, value, supported)
  return value as string
}

function readSpeed(speed: unknown): number {
  if (speed === undefined || speed === null) return 1
  if (typeof speed !== 'number') throw fieldOfType('speed', 'float', speed)
  if (speed < 0.25 || speed > 4) throw fieldOutOfRange('speed', speed, { min: 0.25, max: 4 })
  return speed
}
