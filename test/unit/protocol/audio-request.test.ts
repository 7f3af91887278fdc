import { expect, test } from 'vitest'
import { parseSpeechRequest } from '../../../protocol/audio-speech-request.ts'
import { parseTranscription } from '../../../protocol/audio-transcription-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

const speech = { model: 'gpt-4o-mini-tts', input: 'Hi.', voice: 'coral' }

test('speech has the defaults of the API', () => {
  expect(parseSpeechRequest(speech)).toEqual({
    model: 'gpt-4o-mini-tts',
    input: 'Hi.',
    voice: 'coral',
    instructions: '',
    format: 'mp3',
    speed: 1,
    events: false,
  })
  const own = { ...speech, voice: { id: 'voice_1' }, stream_format: 'sse', response_format: 'wav' }
  expect(parseSpeechRequest(own)).toMatchObject({ voice: 'voice_1', events: true, format: 'wav' })
})

test.each([
  [{ model: undefined }, 'you must provide a model parameter'],
  [
    { input: undefined },
    "[{'type': 'missing', 'loc': ('body', 'input'), 'msg': 'Field required', 'input': {'model': 'gpt-4o-mini-tts', 'input': None, 'voice': 'coral'}}]",
  ],
  [
    { input: 5 },
    "[{'type': 'string_type', 'loc': ('body', 'input'), 'msg': 'Input should be a valid string', 'input': 5}]",
  ],
  [
    { input: '' },
    "[{'type': 'string_too_short', 'loc': ('body', 'input'), 'msg': 'String should have at least 1 character', 'input': '', 'ctx': {'min_length': 1}}]",
  ],
  [
    { speed: 5 },
    "[{'type': 'less_than_equal', 'loc': ('body', 'speed'), 'msg': 'Input should be less than or equal to 4', 'input': 5, 'ctx': {'le': 4.0}}]",
  ],
  [
    { speed: 0.1 },
    "[{'type': 'greater_than_equal', 'loc': ('body', 'speed'), 'msg': 'Input should be greater than or equal to 0.25', 'input': 0.1, 'ctx': {'ge': 0.25}}]",
  ],
  [
    { response_format: 'ogg' },
    `[{'type': 'enum', 'loc': ('body', 'response_format'), 'msg': "Input should be 'mp3', 'opus', 'aac', 'flac', 'wav' or 'pcm'", 'input': 'ogg', 'ctx': {'expected': "'mp3', 'opus', 'aac', 'flac', 'wav' or 'pcm'"}}]`,
  ],
  [
    { model: 'tts-1', stream_format: 'sse' },
    `[{'type': 'enum', 'loc': ('body', 'stream_format'), 'msg': "Input should be 'audio'", 'input': 'sse', 'ctx': {'expected': "'audio'"}}]`,
  ],
  [{ pitch: 5 }, "Unknown parameter: 'pitch'."],
])('speech with %j is refused', (more, message) => {
  expect(wordsOf(() => parseSpeechRequest({ ...speech, ...more }))[0]).toBe(message)
})

test('speech may be 4,096 characters, however many units they are', () => {
  const input = '🚀'.repeat(4096)
  expect(parseSpeechRequest({ ...speech, input }).input).toBe(input)
  const [message] = wordsOf(() => parseSpeechRequest({ ...speech, input: `${input}!` }))
  expect(message).toContain("'msg': 'String should have at most 4096 characters'")
  expect(parseSpeechRequest({ ...speech, input: `${input}!`, voice: 'string' }, true).voice).toBe(
    'string',
  )
})

test('a transcription has the defaults of the API', () => {
  expect(parseTranscription({ model: 'whisper-1' }, 'transcribe')).toEqual({
    model: 'whisper-1',
    format: 'json',
    stream: false,
    language: undefined,
    prompt: '',
    logprobs: false,
    wordTimes: false,
    segmentTimes: true,
    speakers: [],
  })
})

test.each([
  [{ stream: 'true' }, { stream: true }],
  [{ stream: 'true', model: 'whisper-1' }, { stream: false }],
  [{ language: 'de' }, { language: 'german' }],
  [{ include: ['logprobs'] }, { logprobs: true }],
  [{ include: 'logprobs' }, { logprobs: true }],
  [{ timestamp_granularities: ['word'] }, { wordTimes: true, segmentTimes: false }],
  [{ timestamp_granularities: ['word', 'segment'] }, { wordTimes: true, segmentTimes: true }],
  [{ known_speaker_names: ['Ann', 'Bob'] }, { speakers: ['Ann', 'Bob'] }],
  [{ model: 'whisper-1', response_format: 'srt' }, { format: 'srt' }],
])('a transcription with %j means %j', (more, meaning) => {
  const fields = { model: 'gpt-4o-transcribe', ...more }
  expect(parseTranscription(fields, 'transcribe')).toMatchObject(meaning)
})

test.each([
  [{ model: undefined }, ['you must provide a model parameter', null, null]],
  [
    { language: 'german' },
    [
      "Invalid language 'german'. Language parameter must be specified in ISO-639-1 format.",
      'language',
      'invalid_language_format',
    ],
  ],
  [
    { language: 'qq' },
    [
      "Invalid language 'qq'. Language parameter must be specified in ISO-639-1 format.",
      'language',
      'invalid_language_format',
    ],
  ],
  [
    { response_format: 'srt' },
    [
      "response_format 'srt' is not compatible with model 'gpt-4o-transcribe'. Use 'json' or 'text' instead.",
      'response_format',
      'unsupported_value',
    ],
  ],
  [{ beam_size: '5' }, ["Unknown parameter: 'beam_size'.", 'beam_size', 'unknown_parameter']],
])('a transcription with %j is refused: %j', (more, words) => {
  const fields = { model: 'gpt-4o-transcribe', ...more }
  expect(wordsOf(() => parseTranscription(fields, 'transcribe'))).toEqual(words)
})

test('leniently, a language of any name and a format of any model will do', () => {
  const fields = {
    model: 'gpt-4o-transcribe',
    language: 'language',
    response_format: 'srt',
    x: '1',
  }
  expect(parseTranscription(fields, 'transcribe', true)).toMatchObject({
    language: undefined,
    format: 'srt',
  })
})
