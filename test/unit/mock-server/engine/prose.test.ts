import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { composeProse } from '../../../../mock-server/engine/prose.ts'
import type { ReplyToken } from '../../../../mock-server/engine/reply-token.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')
const older = await loadTokenizer('cl100k_base')

function textOf(tokens: readonly ReplyToken[]): string {
  return tokens.map(token => token.text).join('')
}

test('prose of n tokens is n tokens in both encodings, for n up to 200 and many seeds', () => {
  for (let n = 1; n <= 200; n++) {
    for (let seed = 0; seed < 3; seed++) {
      const { tokens, json } = composeProse(createRandom('prose', n, seed), n)
      const text = textOf(tokens)
      expect([n, seed, tokens.length]).toEqual([n, seed, n])
      expect([n, seed, tokenizer.count(text), older.count(text)]).toEqual([n, seed, n, n])
      expect(JSON.parse(`"${json}"`)).toBe(text) // said twice, the same both times
      if (n > 1) expect(text).toMatch(/[A-Za-z]\.$/)
    }
  }
})

test('prose may be cut after any token and is as many tokens as pieces', () => {
  for (let seed = 0; seed < 5; seed++) {
    const { tokens } = composeProse(createRandom('cut', seed), 60)
    for (let n = 1; n <= 60; n++) {
      expect([seed, n, tokenizer.count(textOf(tokens.slice(0, n)))]).toEqual([seed, n, n])
    }
  }
})

test('prose starts with a capital, has no sign before its full stops and paragraphs in between', () => {
  const text = textOf(composeProse(createRandom(1), 400).tokens)
  expect(text).toMatch(/^[A-Z][a-z]/)
  expect(text).not.toMatch(/[,.] ?\./)
  expect(text).not.toMatch(/ {2}|\n{3}|\n /)
  expect(text.split('\n\n').length).toBeGreaterThan(2)
})

test('seeds write differently, the same seed the same', () => {
  const write = (seed: number) => textOf(composeProse(createRandom(seed), 40).tokens)
  expect(write(1)).toBe(write(1))
  expect(new Set(Array.from({ length: 50 }, (_, seed) => write(seed))).size).toBe(50)
})
