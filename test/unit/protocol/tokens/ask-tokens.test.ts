import { expect, test } from 'vitest'
import type { Ask, Turn } from '../../../../protocol/ask.ts'
import {
  countAskTokens,
  countAskTokensInSlices,
  isShortAsk,
} from '../../../../protocol/tokens/ask-tokens.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { askOf } from '../../../helpers/ask.ts'

const tokenizer = await loadTokenizer('o200k_base')
const plain = countAskTokens(tokenizer, askOf('Hi.'))
const tool = {
  kind: 'function',
  name: 'f',
  description: 'Does it',
  schema: { type: 'object' },
} as const

function turn(more: Partial<Turn>): readonly Turn[] {
  return [{ role: 'user', content: 'Hi.', ...more }]
}

test.each<[string, Partial<Ask>, number]>([
  [
    'tools',
    { tools: [tool] },
    12 +
      4 +
      tokenizer.count('f') +
      tokenizer.count('Does it') +
      tokenizer.count('{"type":"object"}'),
  ],
  [
    'a schema',
    { format: { kind: 'schema', name: 's', schema: { a: 1 } } },
    tokenizer.count('{"a":1}'),
  ],
  ['any JSON', { format: { kind: 'json' } }, 0],
  ['an image', { turns: turn({ media: [{}] }) }, 85],
  ['reasoning', { turns: turn({ reasoning: 'Hm, hm.' }) }, tokenizer.count('Hm, hm.')],
  [
    'calls',
    { turns: turn({ calls: [{ id: 'call_1', name: 'f', arguments: '{"a":1}' }] }) },
    tokenizer.count('f') + tokenizer.count('{"a":1}'),
  ],
])('%s count beside the texts', async (_, more, tokens) => {
  const ask = askOf('Hi.', more)
  expect(countAskTokens(tokenizer, ask) - plain).toBe(tokens)
  expect(await countAskTokensInSlices(tokenizer, ask)).toBe(countAskTokens(tokenizer, ask))
})

test('what is long is counted in slices, to the same count', async () => {
  expect(isShortAsk(askOf('Hi.', { tools: [tool] }))).toBe(true)
  expect(isShortAsk(askOf('Hi. '.repeat(2000)))).toBe(false)
  const tools = Array.from({ length: 20 }, (_, i) => ({
    ...tool,
    name: `f${i}`,
    description: 'word '.repeat(i * 100),
  }))
  const ask = askOf('Hi.', { tools })
  expect(isShortAsk(ask)).toBe(false)
  expect(await countAskTokensInSlices(tokenizer, ask)).toBe(countAskTokens(tokenizer, ask))
})
