/** A request for a transcription or a translation: a form's fields to a TranscriptionRequest, or the API's own refusal. */

import type { Json } from './checks.ts'
import { unknownParameter } from './errors/field.ts'
import { incompatibleFormat, wrongLanguage } from './errors/media.ts'
import { noModel } from './errors/model.ts'
import { fieldNotOneOf, fieldOfType, fieldOutOfRange } from './errors/schema.ts'

export type TranscriptFormat = (typeof FORMATS)[number]

export interface TranscriptionRequest {
  readonly model: string
  readonly format: TranscriptFormat
  readonly stream: boolean
  /** In English and in lower case: `german`; undefined: not told. */
  readonly language: string | undefined
  readonly prompt: string
  readonly logprobs: boolean
  readonly wordTimes: boolean
  readonly segmentTimes: boolean
  /** Names for those who speak; others are A, B, … */
  readonly speakers: readonly string[]
}

const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const
const WITHOUT_SPEAKERS = FORMATS.filter(name => name !== 'diarized_json')
const NAMES = [
  'model',
  'file',
  'chunking_strategy',
  'include',
  'known_speaker_names',
  'known_speaker_references',
  'language',
  'prompt',
  'response_format',
  'stream',
  'temperature',
  'timestamp_granularities',
]
const TRANSLATION_NAMES = ['model', 'file', 'prompt', 'response_format', 'temperature']

/** `task` translate: fewer fields, no stream. `lenient`: nothing but the model's absence is refused. */
export function parseTranscription(
  fields: Json,
  task: 'transcribe' | 'translate',
  lenient = false,
): TranscriptionRequest {
  const { model } = fields
  if (typeof model !== 'string' || model === '') throw noModel()
  const names = task === 'translate' ? TRANSLATION_NAMES : NAMES
  const strange = Object.keys(fields).find(name => !names.includes(name))
  if (strange !== undefined && !lenient) throw unknownParameter(strange)
  if (!lenient) checkTemperature(fields.temperature)
  const format = readFormat(fields.response_format, model, task, lenient)
  const times = listOf(fields.timestamp_granularities)
  return {
    model,
    format,
    // The first model of this endpoint does not stream, and says nothing about being asked to.
    stream: readStream(fields.stream, lenient) && !model.startsWith('whisper'),
    language: readLanguage(fields.language, lenient),
    prompt: typeof fields.prompt === 'string' ? fields.prompt : '',
    logprobs: listOf(fields.include).includes('logprobs'),
    wordTimes: times.includes('word'),
    segmentTimes: times.includes('segment') || times.length === 0,
    speakers: listOf(fields.known_speaker_names),
  }
}

/** A field that may be there once, several times, or not at all. */
function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String)
}

function readStream(value: unknown, lenient: boolean): boolean {
  const text = String(value ?? 'false').toLowerCase()
  if (['true', '1', 'false', '0', ''].includes(text) || lenient) return /^(true|1)$/.test(text)
  throw fieldOfType('stream', 'bool', value)
}

function checkTemperature(value: unknown): void {
  if (value === undefined || value === '') return
  const temperature = Number(value)
  if (Number.isNaN(temperature)) throw fieldOfType('temperature', 'float', value)
  if (temperature < 0 || temperature > 1) {
    throw fieldOutOfRange('temperature', temperature, { min: 0, max: 1 })
  }
}

function readFormat(
  value: unknown,
  model: string,
  task: 'transcribe' | 'translate',
  lenient: boolean,
): TranscriptFormat {
  const format = (value === undefined || value === '' ? 'json' : value) as TranscriptFormat
  const all: readonly TranscriptFormat[] = task === 'translate' ? WITHOUT_SPEAKERS : FORMATS
  if (!all.includes(format)) {
    if (lenient) return 'json'
    throw fieldNotOneOf('response_format', value, all)
  }
  const supported = formatsOf(model)
  if (!lenient && !supported.includes(format)) throw incompatibleFormat(format, model, supported)
  return format
}

function formatsOf(model: string): readonly TranscriptFormat[] {
  if (/^gpt-4o.*-diarize/.test(model)) return ['json', 'text', 'diarized_json']
  if (/^gpt-4o.*-transcribe/.test(model)) return ['json', 'text']
  if (model.startsWith('whisper')) return WITHOUT_SPEAKERS
  return FORMATS
}

function readLanguage(value: unknown, lenient: boolean): string | undefined {
  if (value === undefined || value === '') return undefined
  const code = String(value)
  const name = /^[a-z]{2}$/.test(code) ? languageNames().of(code) : undefined
  if (name !== undefined && name !== code) return name.toLowerCase()
  if (lenient) return undefined
  throw wrongLanguage(code.slice(0, 100))
}

let names: Intl.DisplayNames | undefined

function languageNames(): Intl.DisplayNames {
  names ??= new Intl.DisplayNames(['en'], { type: 'language' })
  return names
}
