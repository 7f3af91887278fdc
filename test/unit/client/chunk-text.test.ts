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
    { seed: 7, numRuns: 200 },
  )
})
