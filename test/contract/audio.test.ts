/** /audio, with the `openai` package as the judge. */
import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { faultsOf } from '../helpers/sdk-schemas.ts'
import { refusalOf } from './openai.contract.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
const { speech, transcriptions, translations } = client.audio
const input = 'Hello there, this is a test. It works — doesn’t it?'
const model = 'gpt-4o-transcribe'

type Format = NonNullable<OpenAI.Audio.SpeechCreateParams['response_format']>

async function speak(response_format: Format, more: object = {}): Promise<Response> {
  return speech.create({
    model: 'gpt-4o-mini-tts',
    voice: 'coral',
    input,
    response_format,
    ...more,
  })
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

const wav = await toFile(await bytesOf(await speak('wav')), 'speech.wav')

test.each([
  ['mp3', 'audio/mpeg', '494433'],
  ['opus', 'audio/opus', '4f676753'],
  ['aac', 'audio/aac', '494433'],
  ['flac', 'audio/flac', '664c6143'],
  ['wav', 'audio/wav', '52494646'],
  ['pcm', 'audio/pcm', ''],
] as const)('speech as %s is %s', async (format, type, start) => {
  const response = await speak(format)
  expect(response.headers.get('content-type')).toBe(type)
  expect(response.headers.get('x-ratelimit-remaining-tokens')).toMatch(/^\d+$/)
  const bytes = await bytesOf(response)
  expect(bytes.toString('hex')).toMatch(new RegExp(`^${start}`))
  // Four seconds: 24,000 samples each, of two bytes.
  if (format === 'pcm') expect(bytes.length).toBe(4.03 * 48_000)
})

test('mp3 is what comes when nothing is said, and the same text sounds the same', async () => {
  const say = () => speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi.' })
  const first = await say()
  expect(first.headers.get('content-type')).toBe('audio/mpeg')
  expect((await bytesOf(first)).equals(await bytesOf(await say()))).toBe(true)
})

test.each(['mp3', 'flac', 'wav', 'opus'] as const)(
  'what was spoken as %s is heard again',
  async format => {
    const name = format === 'opus' ? 'a.ogg' : `a.${format}`
    const file = await toFile(await bytesOf(await speak(format)), name)
    const heard = await transcriptions.create({ model, file })
    expect(heard).toEqual({
      text: input,
      usage: {
        type: 'tokens',
        total_tokens: 56,
        input_tokens: 41,
        input_token_details: { text_tokens: 0, audio_tokens: 41 },
        output_tokens: 15,
      },
    })
    expect(faultsOf('Transcription', heard)).toEqual([])
  },
)

test('speech as events has carriage returns, the sound in pieces, usage and the mark', async () => {
  const response = await fetch(`${mock.url}/audio/speech`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4o-mini-tts',
      voice: 'coral',
      input,
      response_format: 'wav',
      stream_format: 'sse',
    }),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const body = await response.text()
  const events = body.split('\r\n\r\n')
  expect(events.pop()).toBe('')
  expect(events.pop()).toBe('data: [DONE]')
  expect(body.replaceAll('\r\n', '')).not.toContain('\n')
  const read = events.map(event => JSON.parse(event.slice('data: '.length)))
  // 81 tokens of a twentieth of a second, for 4.03 seconds.
  expect(read.pop()).toEqual({
    type: 'speech.audio.done',
    usage: { input_tokens: 15, output_tokens: 81, total_tokens: 96 },
  })
  expect(read.length).toBe(8)
  expect(new Set(read.map(({ type }) => type))).toEqual(new Set(['speech.audio.delta']))
  const bytes = Buffer.concat(read.map(({ audio }) => Buffer.from(audio, 'base64')))
  expect(bytes.equals(Buffer.from(await wav.arrayBuffer()))).toBe(true)
})

test('a transcription streams its tokens, with log probabilities where they are asked for', async () => {
  const asked = { model, file: wav, stream: true, include: ['logprobs'] } as const
  const events: OpenAI.Audio.TranscriptionStreamEvent[] = []
  for await (const event of await transcriptions.create({ ...asked, include: ['logprobs'] })) {
    expect(faultsOf('TranscriptionStreamEvent', event)).toEqual([])
    events.push(event)
  }
  const deltas = events.filter(event => event.type === 'transcript.text.delta')
  expect(deltas.map(({ delta }) => delta).join('')).toBe(input)
  expect(deltas.every(({ delta, logprobs }) => logprobs![0]!.token === delta)).toBe(true)
  const done = events.at(-1) as OpenAI.Audio.TranscriptionTextDoneEvent
  expect([done.type, done.text]).toEqual(['transcript.text.done', input])
  expect(done.usage!.output_tokens).toBe(15)
})

test('a stream of a transcription has carriage returns and the mark', async () => {
  const response = await transcriptions.create({ model, file: wav, stream: true }).asResponse()
  const body = await response.text()
  expect(body).toMatch(/^data: \{"type":"transcript\.text\.delta","delta":"Hello"\}\r\n\r\n/)
  expect(body.endsWith('\r\n\r\ndata: [DONE]\r\n\r\n')).toBe(true)
})

test('speakers are told apart', async () => {
  const heard = await transcriptions.create({
    model: 'gpt-4o-transcribe-diarize',
    file: wav,
    response_format: 'diarized_json',
    known_speaker_names: ['Ann'],
  })
  expect(heard).toMatchObject({
    task: 'transcribe',
    duration: 4.03,
    segments: [
      { id: 'seg_001', speaker: 'Ann', text: 'Hello there, this is a test.', start: 0.1 },
      { id: 'seg_002', speaker: 'Ann', text: 'It works — doesn’t it?' },
    ],
  })
})

test('whisper tells times, does not stream, and writes subtitles as text', async () => {
  const whisper = { model: 'whisper-1', file: wav }
  const verbose = await transcriptions.create({
    ...whisper,
    response_format: 'verbose_json',
    language: 'en',
    timestamp_granularities: ['word', 'segment'],
  })
  expect([verbose.language, verbose.duration, verbose.text]).toEqual(['english', 4.03, input])
  expect(verbose.words![0]).toEqual({ word: 'Hello', start: 0.1, end: 0.4 })
  expect(
    verbose
      .segments!.map(({ text }) => text)
      .join('')
      .trim(),
  ).toBe(input)
  const srt = await transcriptions.create({ ...whisper, response_format: 'srt' }).asResponse()
  expect(srt.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await srt.text()).toMatch(
    /^1\n00:00:00,100 --> 00:00:01,890\nHello there, this is a test\.\n/,
  )
  expect(await transcriptions.create({ ...whisper, response_format: 'text' })).toBe(`${input}\n`)
  const unstreamed = await transcriptions.create({ ...whisper, stream: true }).asResponse()
  expect(unstreamed.headers.get('content-type')).toBe('application/json')
  expect(await translations.create(whisper)).toEqual({ text: input })
})

test("somebody else's sound is heard as well, always the same, as much as it is long", async () => {
  const silence = Buffer.from(await wav.arrayBuffer()).fill(0, 44)
  const hear = async (name: string, bytes = silence) =>
    transcriptions.create({ model, file: await toFile(bytes, name) })
  const heard = await hear('a.wav')
  expect(heard.usage).toMatchObject({ output_tokens: 12 })
  expect(await hear('b.wav')).toEqual(heard)
  expect((await hear('a.wav', Buffer.from(silence).fill(4, 60, 62))).text).not.toBe(heard.text)
})

test('a refused transcription costs nothing, and says so', async () => {
  const refused = async (body: object) => {
    const asked = {
      model,
      file: wav,
      ...body,
    } as OpenAI.Audio.TranscriptionCreateParamsNonStreaming
    const error = await refusalOf(() => transcriptions.create(asked))
    return [error.status, error.message.slice(4), error.param, error.code]
  }
  expect(await refused({ language: 'English' })).toEqual([
    400,
    "Invalid language 'English'. Language parameter must be specified in ISO-639-1 format.",
    'language',
    'invalid_language_format',
  ])
  expect(await refused({ file: await toFile(Buffer.from('no sound'), 'a.wav') })).toEqual([
    400,
    'Audio file might be corrupted or unsupported',
    'file',
    'invalid_value',
  ])
  expect(await refused({ file: await toFile(Buffer.alloc(0), 'a.wav') })).toEqual([
    400,
    'Audio file is too short. Minimum audio length is 0.1 seconds.',
    'file',
    'audio_too_short',
  ])
  expect(await refused({ file: await toFile(Buffer.alloc(9), 'a.txt') })).toEqual([
    400,
    "Unrecognized file format. Supported formats: ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']",
    null,
    null,
  ])
  expect(await refused({ file: await toFile(Buffer.alloc(25 * 2 ** 20 + 1), 'a.wav') })).toEqual([
    413,
    'Maximum content size limit (26214400) exceeded (26214401 bytes read)',
    null,
    null,
  ])
  const form = new FormData()
  form.set('model', model)
  form.set('language', 'xx')
  form.set('file', new Blob(['x']), 'a.wav')
  const response = await fetch(`${mock.url}/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test' },
    body: form,
  })
  const json = (await response.json()) as object
  expect(Object.keys(json)).toEqual(['error', 'usage'])
  expect(json).toMatchObject({ usage: { type: 'duration', seconds: 0 } })
})

test('leniently, anything is a sound, in any language', async () => {
  await using lenient = await createMockServer({
    lenient: true,
    ttft: 0,
    itl: 0,
    logLevel: 'error',
  })
  const asked = new OpenAI({ baseURL: lenient.url, apiKey: 'sk-test', maxRetries: 0 })
  const file = await toFile(Buffer.from('Example data'), 'README.md')
  const heard = await asked.audio.transcriptions.create({
    file,
    model,
    chunking_strategy: 'auto',
    include: ['logprobs'],
    language: 'language',
    response_format: 'json',
    temperature: 0,
    timestamp_granularities: ['word'],
  })
  expect(heard.text.length).toBeGreaterThan(3)
  const spoken = await asked.audio.speech.create({
    input: 'input',
    model: 'string',
    voice: 'string',
  })
  expect(spoken.headers.get('content-type')).toBe('audio/mpeg')
})
