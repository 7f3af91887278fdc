import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { speakReply } from '../../../../mock-server/engine/chat-audio.ts'
import { sayText } from '../../../../mock-server/engine/said.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')
const text = 'Rivers run to the sea, and the sea is never full.'

function speak(words: string, format: 'pcm16' | 'mp3' = 'pcm16') {
  const context = { random: createRandom(1), created: 100 }
  return speakReply(sayText(words, tokenizer), { voice: 'alloy', format }, context)
}

test('a text is spoken in about the time that it takes, a token a twentieth of a second', () => {
  const { transcript, expiresAt, audioTokens, data } = speak(text)
  const seconds = Buffer.from(data(), 'base64').length / 2 / 24_000
  expect([transcript, expiresAt, audioTokens]).toEqual([text, 3700, Math.ceil(seconds * 20)])
  expect(seconds).toBeGreaterThan(2)
  expect(seconds).toBeLessThan(6)
})

test('the pieces of a stream are the sound, in step with the transcript', () => {
  const audio = speak(text)
  const pieces: string[] = []
  const counts = [10, 20, 30, text.length].map(length => {
    pieces.push(...audio.piecesTo(length))
    return pieces.length
  })
  expect(counts[0]).toBeGreaterThan(0)
  expect([...counts].sort((a, b) => a - b)).toEqual(counts)
  expect(pieces.join('')).toBe(audio.data())
  expect(Math.max(...pieces.map(piece => piece.length))).toBe(6400)
  expect(audio.piecesTo(text.length)).toEqual([])
})

test('a file is of the format, and a long text is said in two minutes', () => {
  expect(Buffer.from(speak(text, 'mp3').data(), 'base64')).not.toEqual(
    Buffer.from(speak(text).data(), 'base64'),
  )
  const { audioTokens } = speak('word '.repeat(3000))
  expect(audioTokens).toBeLessThanOrEqual(2401)
  expect(audioTokens).toBeGreaterThan(2390)
})
