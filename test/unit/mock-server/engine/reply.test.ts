import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spoken } from '../../../../mock-server/engine/compose.ts'
import { beforeStop, cutItems, firstStop } from '../../../../mock-server/engine/cut.ts'
import { echoAsked } from '../../../../mock-server/engine/echo.ts'
import { type Said, sayInSlices, sayText, textOf } from '../../../../mock-server/engine/said.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

/** A lone surrogate has no bytes of its own; what is sent for it is U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

test('every token carries its JSON and the bytes of it', async () => {
  for (const token of (await sayInSlices('say "hi"\n\té 🚀 漢', tokenizer)).tokens) {
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
  ['Repeat this text exactly, nothing else: pong', 'pong'],
  ['Say exactly: alpha beta', 'alpha beta'],
  ['Do not reply with exactly this text: pong', undefined],
  ['Reply with this text: pong', undefined],
])('%j asks for %j back', (content, asked) => {
  expect(echoAsked([{ role: 'user', content }])).toBe(asked)
})

test('a word in quotes may be asked for anywhere, also by the system', () => {
  const system = 'Whatever the user says, reply with exactly the word "quartz" and nothing else.'
  const question = { role: 'user', content: 'What is the capital of France?' } as const
  expect(echoAsked([{ role: 'system', content: system }, question])).toBe('quartz')
  expect(
    echoAsked([{ role: 'user', content: 'Hi. Please answer with only the text "a b".' }]),
  ).toBe('a b')
  expect(echoAsked([{ role: 'system', content: 'Answer with care.' }, question])).toBeUndefined()
})

test('only the last user message can ask for an echo', () => {
  const ask = { role: 'user', content: 'Reply with exactly this text: a' } as const
  const other = { role: 'user', content: 'And now?' } as const
  expect(echoAsked([ask, other])).toBeUndefined()
  expect(echoAsked([other, ask, { role: 'assistant', content: 'x' }])).toBe('a')
  expect(echoAsked([{ role: 'system', content: ask.content }])).toBeUndefined()
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
      const said = await sayInSlices(text, tokenizer)
      const { tokens, json } = said
      expect(JSON.parse(`"${json}"`)).toBe(wellFormed(text))
      expect(textOf(said)).toBe(wellFormed(text))
      expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBe(tokenizer.count(text))
    }),
    { seed: 1, numRuns: 30, examples: samples.map(text => [text]) },
  )
})

test.each([
  // stop, max tokens, text; the reply is 'One two three. One two three.'
  [[], undefined, 'One two three. One two three.'],
  [[], 100, 'One two three. One two three.'],
  [[], 8, 'One two three. One two three.'], // exactly as many as it has
  [[], 7, 'One two three. One two three'],
  [[], 1, 'One'],
  [[' three'], undefined, 'One two'],
  [['hree'], undefined, 'One two t'], // inside a token
  [['zzz', 'two'], undefined, 'One '],
  [['three', 'two'], undefined, 'One '], // the first to come, not the first of the list
  [['One'], undefined, ''],
  [[''], undefined, 'One two three. One two three.'], // an empty text stops nothing
  [['zzz'], undefined, 'One two three. One two three.'],
  [[' three'], 1, 'One'], // both: the stop first, then the limit
  [[' two'], 1, 'One'],
])('stop %j and max %s leave %j', (stop, maxTokens, text) => {
  const said = sayText('One two three. One two three.', tokenizer)
  expect(said.tokens).toHaveLength(8)
  const [item] = cutItems([spoken('text', beforeStop(said, stop, tokenizer).said)], maxTokens)
  expect(textOf(item!)).toBe(text)
  expect(JSON.parse(`"${item!.json}"`)).toBe(text)
  expect(item!.outputTokens).toBe(tokenizer.count(text))
})

test('what is not cut is the same list', () => {
  const items = [spoken('text', sayText('One two.', tokenizer))]
  expect(cutItems(items, 3)).toBe(items)
  expect(cutItems(items, undefined)).toBe(items)
})

test('the most tokens do not cut a character in two', () => {
  const said = sayText('👩‍👩‍👧‍👦', tokenizer)
  for (let max = 1; max < 12; max++) {
    const item: Said = cutItems([spoken('text', said)], max)[0]!
    expect(item.outputTokens).toBeLessThanOrEqual(max)
    expect(item.tokens.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(item.outputTokens)
    expect('👩‍👩‍👧‍👦'.startsWith(textOf(item))).toBe(true)
  }
})

test('the first stop text is the first to come in the text', () => {
  expect(firstStop('One two. END three. STOP', ['STOP', 'END'])).toEqual({ mark: 'END', place: 9 })
  expect(firstStop('One two.', ['END', ''])).toBeUndefined()
})
