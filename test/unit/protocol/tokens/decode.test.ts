import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { loadVocabulary } from '../../../../protocol/tokens/vocabulary.ts'
import { tokenJudge } from '../../../helpers/token-judge.ts'

const ours = await loadTokenizer('cl100k_base')
const theirs = await tokenJudge('cl100k_base')
const vocabulary = await loadVocabulary('cl100k_base')

test('what js-tiktoken encodes is decoded to the same text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.lorem({ maxCount: 12 }),
    fc.constantFrom('', '\ufeffmark', 'ไทย', '👩‍👩‍👧‍👦', '\r\n\t '),
  )
  fc.assert(
    fc.property(texts, text => {
      const numbers = theirs.encode(text, [], [])
      expect(ours.decode(numbers)).toBe(text)
      expect(ours.count(text)).toBe(numbers.length)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('half a character is U+FFFD, a number that is no token is nothing', () => {
  const [first, ...rest] = theirs.encode('漢')
  expect(rest.length).toBeGreaterThan(0)
  expect(ours.decode([first!])).toBe('\ufffd')
  expect(ours.decode([2 ** 30])).toBe('')
  expect(ours.decode([])).toBe('')
})

test('a rank has the bytes that have this rank', () => {
  fc.assert(
    fc.property(fc.nat(100_255), rank => {
      const bytes = vocabulary.bytesOf(rank)!
      expect(vocabulary.rankOf(bytes, 0, bytes.length)).toBe(rank)
    }),
    { seed: 1, numRuns: 300 },
  )
  expect(vocabulary.bytesOf(100_300)).toBeUndefined()
})
