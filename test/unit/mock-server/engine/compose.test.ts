import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { composeItems } from '../../../../mock-server/engine/compose.ts'
import { textOf } from '../../../../mock-server/engine/said.ts'
import type { Ask, Turn } from '../../../../protocol/ask.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { askOf } from '../../../helpers/ask.ts'

const tokenizer = await loadTokenizer('o200k_base')

function items(prompt: string | readonly Turn[], more: Partial<Ask> = {}, reasoningTokens = 0) {
  const context = { random: createRandom(1), choice: 0, length: 9, reasoningTokens, tokenizer }
  return composeItems(askOf(prompt, more), context).map(item => ({ ...item, text: textOf(item) }))
}

test('prose is as long as it is to be, in items whose tokens are counted', () => {
  const [item, ...others] = items('Rivers.')
  expect([item!.kind, item!.outputTokens, others]).toEqual(['text', 9, []])
  expect(item!.text).toMatch(/^[A-Z].*\.$/)
})

test('reasoning comes first, then calls with arguments that their schemas take', () => {
  const schema = { type: 'object', properties: { q: { const: 'x' } }, required: ['q'] }
  const tools = [
    { kind: 'function', name: 'search', description: '', schema },
    { kind: 'custom', name: 'search_shell', description: '', schema: undefined },
    { kind: 'function', name: 'search_all', description: '', schema: undefined },
  ] as const
  const said = items('Search!', { tools }, 4)
  expect(
    said.map(item => [item.kind, 'name' in item ? item.name : '', item.outputTokens > 0]),
  ).toEqual([
    ['reasoning', '', true],
    ['call', 'search', true],
    ['call', 'search_shell', true],
    ['call', 'search_all', true],
  ])
  expect(said[1]!.text).toBe('{"q":"x"}')
  expect(() => JSON.parse(said[2]!.text)).toThrow()
  expect(said[3]!.text).toBe('{}')
})

test('JSON is of the schema, or an object with the keys that the prompt names', () => {
  const schema = { const: { a: 1 } }
  const [ofSchema] = items('Go.', { format: { kind: 'schema', name: 's', schema } })
  expect(ofSchema!.text).toBe('{"a":1}')
  const json = { format: { kind: 'json' } } as const
  expect(Object.keys(JSON.parse(items('Go.', json)[0]!.text))).toEqual(['answer'])
  const value = JSON.parse(
    items('With "name", "age" (an integer) and `ok` (boolean).', json)[0]!.text,
  )
  expect(Object.entries(value).map(([key, said]) => [key, typeof said])).toEqual([
    ['name', 'string'],
    ['age', 'number'],
    ['ok', 'boolean'],
  ])
})

test('a reply that was begun goes on', () => {
  const after = (content: string) =>
    items([
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content, unfinished: true },
    ])[0]!
  expect(after('Once').text).toMatch(/^ [A-Z]/)
  expect(after('Once').outputTokens).toBe(tokenizer.count(after('Once').text))
  expect(after('(').text).toMatch(/^[A-Z]/)
  expect(JSON.parse(`{"a": [${after('{"a": [').text}`)).toMatchObject({ a: [expect.any(String)] })
})
