import { expect, test } from 'vitest'
import { sentences } from '../../../../mock-server/engine/corpus.ts'
import { tokenJudge } from '../../../helpers/token-judge.ts'

const encodings = await Promise.all(
  (['o200k_base', 'cl100k_base'] as const).map(async name => {
    const encoding = await tokenJudge(name)
    return {
      name,
      tokens: (text: string) => encoding.encode(text).map(token => encoding.decode([token])),
    }
  }),
)

const vocabulary = [...new Set(sentences.flat())]
const firstWords = [...new Set(sentences.map(sentence => sentence[0]!.trimStart()))]

/** A repeatable source of numbers from 0 up to 1 (a linear congruential generator). */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** The pieces of a reply as the composer writes it: random sentences, a new paragraph now and then. */
function randomReply(count: number, random: () => number): string[] {
  const pieces: string[] = []
  for (let i = 0; i < count; i++) {
    const sentence = [...sentences[Math.floor(random() * sentences.length)]!]
    if (i === 0 || pieces.at(-1) === '.\n\n') sentence[0] = sentence[0]!.trimStart()
    if (random() < 0.25) sentence[sentence.length - 1] = '.\n\n'
    pieces.push(...sentence)
  }
  return pieces
}

test('there are at least 160 sentences and no two are the same', () => {
  expect(sentences.length).toBeGreaterThanOrEqual(160)
  expect(new Set(sentences.map(sentence => sentence.join(''))).size).toBe(sentences.length)
})

test('a sentence has 6 to 22 pieces, starts with a capital and ends in its only full stop', () => {
  const odd = sentences.filter(
    sentence =>
      sentence.length < 6 ||
      sentence.length > 22 ||
      !/^ [A-Z]/.test(sentence[0]!) ||
      sentence.indexOf('.') !== sentence.length - 1,
  )
  expect(odd).toEqual([])
})

test('a piece is a word of plain letters with its leading space, a comma or a full stop', () => {
  expect(vocabulary.filter(piece => !/^( [A-Za-z]+|[,.])$/.test(piece))).toEqual([])
})

test('every piece is exactly one token in both encodings', () => {
  for (const { name, tokens } of encodings) {
    expect([name, ...vocabulary.filter(piece => tokens(piece).length !== 1)]).toEqual([name])
  }
})

test('a first word is one token without its leading space too', () => {
  for (const { name, tokens } of encodings) {
    expect([name, ...firstWords.filter(word => tokens(word).length !== 1)]).toEqual([name])
  }
})

test('a full stop that closes a paragraph is one token', () => {
  for (const { tokens } of encodings) expect(tokens('.\n\n')).toEqual(['.\n\n'])
})

test('every sentence can be a paragraph of its own', () => {
  const reply = sentences.flatMap(sentence => [
    sentence[0]!.trimStart(),
    ...sentence.slice(1, -1),
    '.\n\n',
  ])
  for (const { tokens } of encodings) expect(tokens(reply.join(''))).toEqual(reply)
})

test('the tokens of a random reply are its pieces', () => {
  const random = seeded(1)
  for (let round = 0; round < 20; round++) {
    const reply = randomReply(30, random)
    for (const { tokens } of encodings) expect(tokens(reply.join(''))).toEqual(reply)
  }
})

test('a reply that is cut after any piece has as many tokens as pieces', () => {
  const random = seeded(2)
  for (let round = 0; round < 4; round++) {
    const reply = randomReply(8, random)
    for (const { name, tokens } of encodings) {
      const wrong = reply
        .map((_, i) => i + 1)
        .filter(n => tokens(reply.slice(0, n).join('')).length !== n)
      expect([name, ...wrong]).toEqual([name])
    }
  }
})
