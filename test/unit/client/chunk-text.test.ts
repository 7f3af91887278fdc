import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkText } from '../../../client/chunk-text.ts'
import { loadTokenizer } from '../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')
const cut = (text: string, maxTokens: number) => [...chunkText(text, { tokenizer, maxTokens })]

test('a text that fits is one part, and an empty one none', () => {
  expect(cut('One.\n\nTwo.', 100)).toEqual(['One.\n\nTwo.'])
  expect(cut('', 100)).toEqual([])
})

test.each([
  // what is cut, tokens a part, the parts
  [
    'between paragraphs',
    'One two.\n\nThree four.\n\nFive six.',
    5,
    ['One two.\n\n', 'Three four.\n\n', 'Five six.'],
  ],
  [
    'between sentences',
    'One two three. Four five six. Seven.',
    5,
    ['One two three. ', 'Four five six. ', 'Seven.'],
  ],
  ['between words', 'one two three four five', 2, ['one two ', 'three ', 'four ', 'five']],
])('is cut %s', (_, text, maxTokens, parts) => {
  const got = cut(text, maxTokens)
  expect(got.join('')).toBe(text)
  for (const part of got) expect(tokenizer.count(part)).toBeLessThanOrEqual(maxTokens)
  if (maxTokens === 5) expect(got).toEqual(parts)
})

test('never cuts inside a character as people see it', () => {
  const family = '👨‍👩‍👧‍👦'
  expect(cut(family.repeat(3), 4)).toEqual([family, family, family])
})

test('joined parts are the text, and each keeps the limit, for any text', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\n\n', '. ', 'é', '日', 'word ', '7'),
  })
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 30 }), (text, maxTokens) => {
      const parts = cut(text, maxTokens)
      expect(parts.join('')).toBe(text)
      for (const part of parts) expect(tokenizer.count(part)).toBeLessThanOrEqual(maxTokens)
    }),
    { seed: 7, numRuns: 100 },
  )
})

test.each([
  ['one word without an end', 'a'.repeat(30_000), 2000],
  ['Thai, which has no spaces', 'ภาษาไทยเขียนติดกันโดยไม่เว้นวรรค'.repeat(400), 2000],
  ['a line of letters and digits', 'x7Qp0'.repeat(4000), 2000],
])('%s is cut in the time of other texts', (_, text, maxTokens) => {
  const startedAt = performance.now()
  const parts = cut(text, maxTokens)
  // Counted again at each character, it would take minutes.
  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(parts.join('')).toBe(text)
  const counts = parts.map(part => tokenizer.count(part))
  expect(Math.max(...counts)).toBeLessThanOrEqual(maxTokens)
  // Each part but the last is as long as it may be, give or take a word.
  for (const count of counts.slice(0, -1)) expect(count).toBeGreaterThan(maxTokens * 0.98)
})

test('a character as people see it is whole also where the text is looked at in slices', () => {
  const flag = '🇫🇷'
  const parts = cut(`x${flag.repeat(900)}`, 6)
  expect(parts.slice(1).every(part => part === flag || part === flag.repeat(2))).toBe(true)
  const marks = `e${'\u0301'.repeat(3000)}`
  expect(cut(`${marks}${marks}`, 4)).toEqual([marks, marks])
})
