/** A transcript in the forms that it may be asked for. */
import type { Transcript, TranscriptSegment } from './audio-transcript.ts'
import type { TranscriptFormat, TranscriptionRequest } from './audio-transcription-request.ts'

export interface AnsweredTranscript {
  readonly contentType: string
  readonly body: string
}

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'

export function transcriptAnswer(
  transcript: Transcript,
  request: TranscriptionRequest,
  task: 'transcribe' | 'translate',
): AnsweredTranscript {
  const text = textForms[request.format]
  if (text) return { contentType: TEXT_TYPE, body: text(transcript) }
  const json =
    request.format === 'verbose_json'
      ? verboseJson(transcript, request, task)
      : request.format === 'diarized_json'
        ? diarizedJson(transcript)
        : plainJson(transcript, request, task)
  return { contentType: JSON_TYPE, body: JSON.stringify(json) }
}

const textForms: Partial<Record<TranscriptFormat, (transcript: Transcript) => string>> = {
  text: ({ text }) => `${text}\n`,
  srt: ({ segments }) =>
    `${segments.map((segment, i) => `${i + 1}\n${cue(segment, ',')}\n`).join('\n')}\n\n`,
  vtt: ({ segments }) =>
    `WEBVTT\n\n${segments.map(segment => `${cue(segment, '.')}\n`).join('\n')}\n`,
}

function cue({ start, end, text }: TranscriptSegment, point: ',' | '.'): string {
  return `${clockTime(start, point)} --> ${clockTime(end, point)}\n${text}`
}

/** `00:01:02,345`: subtitles write the point as a comma. */
function clockTime(seconds: number, point: ',' | '.'): string {
  const ms = Math.round(seconds * 1000)
  const part = (unitMs: number, units: number) =>
    String(Math.floor(ms / unitMs) % units).padStart(2, '0')
  const rest = String(ms % 1000).padStart(3, '0')
  return `${part(3_600_000, 100)}:${part(60_000, 60)}:${part(1000, 60)}${point}${rest}`
}

function plainJson(transcript: Transcript, request: TranscriptionRequest, task: string) {
  const { text, tokens } = transcript
  if (task === 'translate') return { text }
  const { model, logprobs } = request
  return { text, ...(logprobs ? { logprobs: tokens } : {}), usage: usageOf(transcript, model) }
}

function verboseJson(
  transcript: Transcript,
  { language = 'english', wordTimes, segmentTimes }: TranscriptionRequest,
  task: 'transcribe' | 'translate',
) {
  const { text, seconds, words, segments } = transcript
  return {
    task,
    language: task === 'translate' ? 'english' : language,
    duration: rounded(seconds),
    text,
    ...(segmentTimes ? { segments: segments.map((segment, i) => verboseSegment(segment, i)) } : {}),
    ...(wordTimes
      ? { words: words.map(({ word, start, end }) => timed({ word: bare(word) }, start, end)) }
      : {}),
    ...(task === 'translate' ? {} : { usage: durationUsage(seconds) }),
  }
}

/** The measures of how sure the model is are those of clear speech. */
function verboseSegment({ text, start, end }: TranscriptSegment, id: number) {
  const words = text.split(' ').length
  return {
    id,
    seek: Math.floor(start / 30) * 3000,
    start: rounded(start),
    end: rounded(end),
    text: ` ${text}`,
    tokens: Array.from({ length: words }, (_, i) => 50_364 - ((id * 977 + i * 131) % 50_000)),
    temperature: 0,
    avg_logprob: -0.2 - (words % 10) / 100,
    compression_ratio: 1.2 + (words % 7) / 20,
    no_speech_prob: 0.01,
  }
}

function diarizedJson(transcript: Transcript) {
  const { text, seconds, segments } = transcript
  return {
    task: 'transcribe',
    duration: rounded(seconds),
    text,
    segments: segments.map(segmentEvent),
    usage: durationUsage(seconds),
  }
}

/** A segment with who spoke it: an entry of a list, and an event of a stream. */
export function segmentEvent({ text, start, end, speaker }: TranscriptSegment, place: number) {
  const id = segmentId(place)
  return { type: 'transcript.text.segment', ...timed({ id }, start, end), text, speaker }
}

export function segmentId(place: number): string {
  return `seg_${String(place + 1).padStart(3, '0')}`
}

export function usageOf(transcript: Transcript, model: string) {
  const { seconds, promptTokens, audioTokens, outputTokens } = transcript
  return model.startsWith('whisper') ? durationUsage(seconds) : tokensUsage()

  function tokensUsage() {
    const inputTokens = promptTokens + audioTokens
    return {
      type: 'tokens',
      total_tokens: inputTokens + outputTokens,
      input_tokens: inputTokens,
      input_token_details: { text_tokens: promptTokens, audio_tokens: audioTokens },
      output_tokens: outputTokens,
    }
  }
}

function durationUsage(seconds: number) {
  return { type: 'duration', seconds: Math.ceil(seconds) }
}

function timed<T>(what: T, start: number, end: number): T & { start: number; end: number } {
  return { ...what, start: rounded(start), end: rounded(end) }
}

/** Whole milliseconds. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

/** A word without the signs around it, as timed words are told. */
function bare(word: string): string {
  return word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '') || word
}
