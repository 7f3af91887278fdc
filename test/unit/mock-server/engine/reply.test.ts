import fc from 'fast-check'
import { expect, test } from 'vitest'
import { composeEcho, cutReply, echoAsked } from '../../../../mock-server/engine/reply.ts'
import type { ReplyToken } from '../../../../mock-server/engine/reply-token.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

function textOf(tokens: readonly ReplyToken[]): string {
  return tokens.map(token => token.text).join('')
}

/** A lone surrogate has no bytes of its own; what is sent for it is U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

test('every token carries its JSON and the bytes of it', async () => {
  for (const token of (await composeEcho('say "hi"\n\té 🚀 漢', [], tokenizer)).tokens) {
    expect(`"${token.json}"`).toBe(JSON.stringify(token.text))
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
      const { tokens, json } = await composeEcho(text, [], tokenizer)
      expect(JSON.parse(`"${json}"`)).toBe(wellFormed(text))
      expect(textOf(tokens)).toBe(wellFormed(text))
      expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBe(tokenizer.count(text))
    }),
    { seed: 1, numRuns: 60, examples: samples.map(text => [text]) },
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
  const said = await composeEcho('One two three. One two three.', [], tokenizer)
  expect(said.tokens).toHaveLength(8)
  const reply = cutReply(said, stop, maxTokens, tokenizer)
  expect([textOf(reply.tokens), reply.finishReason]).toEqual([text, finishReason])
  expect(JSON.parse(`"${reply.json}"`)).toBe(text)
  expect(reply.outputTokens).toBe(tokenizer.count(text))
})

test('max_tokens does not cut a character in two', async () => {
  const said = await composeEcho('👩‍👩‍👧‍👦', [], tokenizer)
  for (let max = 1; max < 12; max++) {
    const { tokens } = cutReply(said, [], max, tokenizer)
    expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBeLessThanOrEqual(max)
    expect(textOf(tokens)).toBe(wellFormed(textOf(tokens)))
    expect('👩‍👩‍👧‍👦'.startsWith(textOf(tokens))).toBe(true)
  }
})

test('an echo ends before the first of its stop texts, and only what is before it is made into tokens', async () => {
  const said = await composeEcho('One two. END three. STOP', ['STOP', 'END'], tokenizer)
  expect(said.json).toBe('One two. ')
  expect(said.tokens.reduce((sum, token) => sum + token.tokens, 0)).toBe(
    tokenizer.count('One two. '),
  )
})
