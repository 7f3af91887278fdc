/** /audio/speech, /audio/transcriptions and /audio/translations. */

import { guessSound, readSound, type Sound } from '../../../protocol/audio-reader.ts'
import { parseSpeechRequest } from '../../../protocol/audio-speech-request.ts'
import { parseTranscription } from '../../../protocol/audio-transcription-request.ts'
import { transcriptAnswer } from '../../../protocol/audio-transcription-response.ts'
import { isObject } from '../../../protocol/checks.ts'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import {
  audioTooLarge,
  audioTooShort,
  unknownAudioFormat,
  unreadableAudio,
} from '../../../protocol/errors/media.ts'
import { fieldMissing } from '../../../protocol/errors/schema.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { speak, speechScript } from '../../engine/speech-sound.ts'
import { hear } from '../../engine/transcript.ts'
import { transcriptScript } from '../../engine/transcript-script.ts'
import { createBytesPart } from '../bytes-part.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { playScript, startPart } from '../play.ts'
import type { UploadedFile } from '../read-form.ts'
import { admitWork, chanceOf, hashOf, paceWork, serveModel } from '../work.ts'

export function audioEndpoints(): readonly Endpoint[] {
  const name = 'audio'
  return [
    { method: 'POST', path: '/audio/speech', name, answer: answerSpeech },
    {
      method: 'POST',
      path: '/audio/transcriptions',
      name,
      body: 'form',
      answer: call => answerHearing(call, 'transcribe'),
    },
    {
      method: 'POST',
      path: '/audio/translations',
      name,
      body: 'form',
      answer: call => answerHearing(call, 'translate'),
    },
  ]
}

async function answerSpeech(call: Call): Promise<undefined> {
  const { exchange, body, provider } = call
  const request = parseSpeechRequest(body, provider.options.lenient)
  const { model, input, instructions, voice, events } = request
  serveModel(call, model)
  exchange.entry.stream = events
  const tokenizer = await loadTokenizer(encodingFor(model).encoding)
  const promptTokens =
    (await tokenizer.countInSlices(input)) + (await tokenizer.countInSlices(instructions))
  if (exchange.entry.done.outcome !== 'open') return // hung up meanwhile

  const random = chanceOf(call, [model, voice, instructions, input])
  const sound = speak(request, random.fork('hum'))
  const tokens = { promptTokens, outputTokens: sound.outputTokens }
  const headers = admitWork(call, tokens)
  const dueMs = paceWork(call, random, sound.parts, tokens)
  if (events) {
    playScript(exchange, speechScript(sound, promptTokens, dueMs), { headers, lineEnd: '\r\n' })
  } else {
    const type = ['content-type', sound.contentType]
    const script = { dueMs, at: (part: number) => sound.at(part) }
    startPart(exchange, createBytesPart(exchange, script, [...type, ...headers]), script)
  }
}

type Task = 'transcribe' | 'translate'

async function answerHearing(call: Call, task: Task): Promise<undefined> {
  try {
    await transcribe(call, task)
  } catch (error) {
    throw task === 'transcribe' && error instanceof ApiError ? withUsage(error) : error
  }
}

/** A refused transcription says besides that it costs nothing. */
function withUsage(error: ApiError): ApiError {
  const { status, message, type, param, code, headers } = error
  const beside = { usage: { type: 'duration', seconds: 0 } }
  return new ApiError(status, message, { type, param, code, headers, beside })
}

async function transcribe(call: Call, task: Task): Promise<void> {
  const { exchange, provider, files } = call
  const fields = isObject(call.body) ? call.body : {}
  const { lenient } = provider.options
  const request = parseTranscription(fields, task, lenient)
  const { model, prompt, stream, speakers } = request
  serveModel(call, model)
  exchange.entry.stream = stream
  const file = files.get('file')?.[0]
  if (!file) throw fieldMissing('file', fields)
  const sound = soundOf(file, lenient)

  const tokenizer = await loadTokenizer(encodingFor(model).encoding)
  const promptTokens = await tokenizer.countInSlices(prompt)
  const random = chanceOf(call, [model, prompt, await hashOf(file.bytes)])
  if (exchange.entry.done.outcome !== 'open') return // hung up meanwhile
  const heard = hear({ random, ...sound, promptTokens, speakers, tokenizer })
  const { audioTokens, outputTokens, said } = heard
  const tokens = { promptTokens: promptTokens + audioTokens, outputTokens }
  const headers = admitWork(call, tokens)
  const dueMs = paceWork(call, random, Math.max(1, said.tokens.length), tokens)
  if (stream) {
    playScript(exchange, transcriptScript(heard, request, dueMs), { headers, lineEnd: '\r\n' })
  } else {
    const { contentType, body } = transcriptAnswer(heard, request, task)
    const bytes = Buffer.from(body)
    const all = ['content-type', contentType, 'content-length', String(bytes.length), ...headers]
    const script = { dueMs: dueMs.slice(-1), at: () => ({ bytes, tokens: outputTokens }) }
    startPart(exchange, createBytesPart(exchange, script, all), script)
  }
}

const EXTENSIONS = [
  'flac',
  'm4a',
  'mp3',
  'mp4',
  'mpeg',
  'mpga',
  'oga',
  'ogg',
  'wav',
  'webm',
] as const
const MAX_FILE_BYTES = 25 * 2 ** 20
const SHORTEST_S = 0.1

/** Throws ApiError for what is no sound, too short or too large; `lenient`: anything is one. */
function soundOf({ name, bytes }: UploadedFile, lenient: boolean): Sound {
  if (lenient) return readSound(bytes) ?? guessSound(bytes)
  if (bytes.length > MAX_FILE_BYTES) throw audioTooLarge(MAX_FILE_BYTES, bytes.length)
  const extension = /\.([a-z0-9]+)$/.exec(name.toLowerCase())?.[1]
  if (!EXTENSIONS.some(known => known === extension)) throw unknownAudioFormat(EXTENSIONS)
  if (bytes.length === 0) throw audioTooShort()
  const sound = readSound(bytes)
  if (!sound) throw unreadableAudio()
  if (sound.seconds < SHORTEST_S) throw audioTooShort()
  return sound
}
