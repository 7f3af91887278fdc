import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { timeWords } from '../../../../mock-server/engine/speech.ts'
import { type Heard, hear } from '../../../../mock-server/engine/transcript.ts'
import { transcriptScript } from '../../../../mock-server/engine/transcript-script.ts'
import { parseTranscription } from '../../../../protocol/audio-transcription-request.ts'
import { transcriptAnswer } from '../../../../protocol/audio-transcription-response.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

function heardIn(seconds: number, text?: string, speakers: readonly string[] = []): Heard {
  const random = createRandom('sound')
  return hear({ random, seconds, text, promptTokens: 0, speakers, tokenizer })
}

const two = heardIn(4, 'One sentence. Another one?')

function answered(fields: Record<string, unknown>, heard = two) {
  const request = parseTranscription({ model: 'whisper-1', ...fields }, 'transcribe')
  return transcriptAnswer(heard, request, 'transcribe').body
}

test('words take their time, and longer ones more of it', () => {
  const { words, seconds } = timeWords('A, considerable. End')
  expect(words.map(({ word, start, end }) => [word, round(start), round(end)])).toEqual([
    ['A,', 0.1, 0.22],
    ['considerable.', 0.37, 1.15],
    ['End', 1.5, 1.68],
  ])
  expect(round(seconds)).toBe(1.83)
})

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100
}

test('what is heard fills the sound: as much text, the words in order and inside it', () => {
  const heard = heardIn(20)
  expect(heard.outputTokens).toBe(60)
  expect(heard.audioTokens).toBe(200)
  const edges = heard.words.flatMap(({ start, end }) => [start, end])
  expect(edges).toEqual([...edges].sort((a, b) => a - b))
  expect(edges.at(-1)).toBeLessThan(20)
  expect(edges.at(-1)).toBeGreaterThan(19)
  expect(heard.text.split(/\s+/)).toEqual(heard.words.map(({ word }) => word))
  expect(heardIn(20)).toEqual(heard)
})

test('a segment is a sentence, and speakers take turns', () => {
  const texts = ({ segments }: Heard) => segments.map(({ text, speaker }) => [text, speaker])
  expect(texts(two)).toEqual([
    ['One sentence.', 'A'],
    ['Another one?', 'B'],
  ])
  expect(texts(heardIn(4, 'No end', ['Ann']))).toEqual([['No end', 'Ann']])
  const { segments } = heardIn(100, 'word '.repeat(200).trim())
  expect(segments.length).toBe(7)
})

test('subtitles have numbers, times and texts', () => {
  const [first, second] = two.segments
  const time = (seconds: number) => (seconds + 1e-9).toFixed(3).padStart(6, '0')
  const srtTime = (seconds: number) => `00:00:${time(seconds).replace('.', ',')}`
  expect(answered({ response_format: 'srt' })).toBe(
    `1\n${srtTime(first!.start)} --> ${srtTime(first!.end)}\nOne sentence.\n\n` +
      `2\n${srtTime(second!.start)} --> ${srtTime(second!.end)}\nAnother one?\n\n\n`,
  )
  expect(answered({ response_format: 'vtt' })).toBe(
    `WEBVTT\n\n00:00:${time(first!.start)} --> 00:00:${time(first!.end)}\nOne sentence.\n\n` +
      `00:00:${time(second!.start)} --> 00:00:${time(second!.end)}\nAnother one?\n\n`,
  )
  const late = { ...two, segments: [{ text: 'Late.', start: 3723.5, end: 3724, speaker: 'A' }] }
  expect(answered({ response_format: 'vtt' }, late)).toContain('01:02:03.500 --> 01:02:04.000')
})

test('JSON tells what it was asked for, and no more', () => {
  expect(JSON.parse(answered({}))).toEqual({
    text: 'One sentence. Another one?',
    usage: { type: 'duration', seconds: 4 },
  })
  const tokens = JSON.parse(answered({ model: 'gpt-4o-transcribe', include: ['logprobs'] }))
  expect(tokens.logprobs.map(({ token }: { token: string }) => token)).toEqual([
    'One',
    ' sentence',
    '.',
    ' Another',
    ' one',
    '?',
  ])
  expect(tokens.usage).toEqual({
    type: 'tokens',
    total_tokens: 46,
    input_tokens: 40,
    input_token_details: { text_tokens: 0, audio_tokens: 40 },
    output_tokens: 6,
  })
  const verbose = JSON.parse(
    answered({ response_format: 'verbose_json', timestamp_granularities: ['word'] }),
  )
  expect(Object.keys(verbose)).toEqual(['task', 'language', 'duration', 'text', 'words', 'usage'])
  expect(verbose.words.map(({ word }: { word: string }) => word)).toEqual([
    'One',
    'sentence',
    'Another',
    'one',
  ])
})

test('a stream has a delta for each token, and a segment when its last word is said', () => {
  const dueMs = two.said.tokens.map((_, i) => i)
  const request = { model: 'x', format: 'diarized_json', logprobs: false } as const
  const script = transcriptScript(two, request, dueMs)
  const events = dueMs.flatMap((_, step) => script.at(step).map(({ data }) => data))
  expect(events.pop()).toBe('[DONE]')
  const read = events.map(data => JSON.parse(data))
  expect(read.map(({ type }) => type.replace('transcript.text.', ''))).toEqual([
    ...['delta', 'delta', 'delta', 'segment', 'delta', 'delta', 'delta', 'segment', 'done'],
  ])
  expect(read[3]).toMatchObject({ id: 'seg_001', text: 'One sentence.', speaker: 'A' })
  expect(read[4]).toMatchObject({ segment_id: 'seg_002', delta: ' Another' })
  expect(read.at(-1).text).toBe('One sentence. Another one?')
})
