import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import {
  composeEcho,
  composeProse,
  cutReply,
  echoAsked,
  type ReplyToken,
} from '../../../../mock-server/engine/reply.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')
const older = await loadTokenizer('cl100k_base')

function textOf(tokens: readonly ReplyToken[]): string {
  return tokens.map(token => token.text).join('')
}

test('prose of n tokens is n tokens in both encodings, for n up to 200 and many seeds', () => {
  for (let n = 1; n <= 200; n++) {
    for (let seed = 0; seed < 3; seed++) {
      const tokens = composeProse(createRandom('prose', n, seed), n)
      const text = textOf(tokens)
      expect([n, seed, tokens.length]).toEqual([n, seed, n])
      expect([n, seed, tokenizer.count(text), older.count(text)]).toEqual([n, seed, n, n])
      if (n > 1) expect(text).toMatch(/[A-Za-z]\.$/)
    }
  }
})

test('prose may be cut after any token and is as many tokens as pieces', () => {
  for (let seed = 0; seed < 5; seed++) {
    const tokens = composeProse(createRandom('cut', seed), 60)
    for (let n = 1; n <= 60; n++) {
      expect([seed, n, tokenizer.count(textOf(tokens.slice(0, n)))]).toEqual([seed, n, n])
    }
  }
})

test('prose starts with a capital, has no sign before its full stops and paragraphs in between', () => {
  const text = textOf(composeProse(createRandom(1), 400))
  expect(text).toMatch(/^[A-Z][a-z]/)
  expect(text).not.toMatch(/[,.] ?\./)
  expect(text).not.toMatch(/ {2}|\n{3}|\n /)
  expect(text.split('\n\n').length).toBeGreaterThan(2)
})

test('seeds write differently, the same seed the same', () => {
  const write = (seed: number) => textOf(composeProse(createRandom(seed), 40))
  expect(write(1)).toBe(write(1))
  expect(new Set(Array.from({ length: 50 }, (_, seed) => write(seed))).size).toBe(50)
})

test('every token carries its JSON and the bytes of it', async () => {
  for (const token of await composeEcho('say "hi"\n\té 🚀 漢', tokenizer)) {
    expect(`"${token.json}"`).toBe(JSON.stringify(token.text))
    expect(token.jsonBytes).toBe(Buffer.byteLength(token.json))
  }
})

test.each([
  ['Reply with exactly this text: pong', 'pong'],
  ['reply with exactly this text and nothing else: pong', 'pong'],
  ['Please respond with exactly the following text:\npong', 'pong'],
  ['  Answer with exactly this text:pong', 'pong'],
  ['Reply with exactly this text:  two spaces, then a line\n', ' two spaces, then a line\n'],
  ['Reply with exactly this text:', ''],
  ['Do not reply with exactly this text: pong', undefined],
  ['Reply with this text: pong', undefined],
])('%j asks for %j back', (content, asked) => {
  expect(echoAsked([{ role: 'user', content }])).toBe(asked)
})

test('only the last user message can ask for an echo', () => {
  const ask = { role: 'user', content: 'Reply with exactly this text: a' }
  const other = { role: 'user', content: 'And now?' }
  expect(echoAsked([ask, other])).toBeUndefined()
  expect(echoAsked([other, ask, { role: 'assistant', content: 'x' }])).toBe('a')
  expect(echoAsked([{ role: 'system', content: ask.content }])).toBeUndefined()
  const parts = [{ type: 'text', text: ask.content }, { type: 'image_url' }]
  expect(echoAsked([{ role: 'user', content: parts }])).toBe('a')
})

test('an echo comes back character by character, whatever it holds', async () => {
  const units = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  const samples = [
    '👩‍👩‍👧‍👦🇩🇪👍🏽 family',
    '日本語 한국어 中文 ไทย',
    '  \t\n\r\n  ',
    '\ufeffmark',
    '"quotes" \\ / \b',
  ]
  await fc.assert(
    fc.asyncProperty(units, async text => {
      const tokens = await composeEcho(text, tokenizer)
      expect(textOf(tokens)).toBe(text.toWellFormed())
      expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBe(tokenizer.count(text))
    }),
    { seed: 1, numRuns: 200, examples: samples.map(text => [text]) },
  )
})

test.each([
  // stop, max tokens, text, reason; the reply is 'One two three. One two three.'
  [[], undefined, 'One two three. One two three.', 'stop'],
  [[], 100, 'One two three. One two three.', 'stop'],
  [[], 8, 'One two three. One two three.', 'stop'], // exactly as many as it has
  [[], 7, 'One two three. One two three', 'length'],
  [[], 1, 'One', 'length'],
  [[' three'], undefined, 'One two', 'stop'],
  [['hree'], undefined, 'One two t', 'stop'], // inside a token
  [['zzz', 'two'], undefined, 'One ', 'stop'],
  [['three', 'two'], undefined, 'One ', 'stop'], // the first to come, not the first of the list
  [['One'], undefined, '', 'stop'],
  [[''], undefined, 'One two three. One two three.', 'stop'], // an empty text stops nothing
  [['zzz'], undefined, 'One two three. One two three.', 'stop'],
  [[' three'], 1, 'One', 'length'], // both: the stop first, then the limit
  [[' two'], 1, 'One', 'stop'],
])('stop %j and max %s leave %j', async (stop, maxTokens, text, finishReason) => {
  const said = await composeEcho('One two three. One two three.', tokenizer)
  expect(said).toHaveLength(8)
  const reply = cutReply(said, stop, maxTokens, tokenizer)
  expect([textOf(reply.tokens), reply.finishReason]).toEqual([text, finishReason])
  const count = reply.tokens.reduce((sum, { tokens }) => sum + tokens, 0)
  expect(count).toBe(tokenizer.count(text))
})

test('max_tokens does not cut a character in two', async () => {
  const said = await composeEcho('👩‍👩‍👧‍👦', tokenizer)
  for (let max = 1; max < 12; max++) {
    const { tokens } = cutReply(said, [], max, tokenizer)
    expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBeLessThanOrEqual(max)
    expect(textOf(tokens)).toBe(textOf(tokens).toWellFormed())
    expect('👩‍👩‍👧‍👦'.startsWith(textOf(tokens))).toBe(true)
  }
})
