import { expect, test } from 'vitest'
import { withNamedArguments } from '../../../../mock-server/engine/named-arguments.ts'

const text = { type: 'string' }
const schema = {
  type: 'object',
  properties: {
    path: text,
    content: text,
    unit: { enum: ['a', 'b'] },
    day: { ...text, format: 'date' },
  },
}

function named(prompt: string, value: unknown = { path: 'x', content: 'y' }): unknown {
  return withNamedArguments(value, schema, prompt)
}

test.each([
  ['Read path "notes of mine.md".', { path: 'notes of mine.md' }],
  ['Read path=notes.md, please.', { path: 'notes.md' }],
  ['Read path: ./a/b', { path: './a/b' }],
  ['Read the path notes-2.', { path: 'notes-2.' }],
  ['path "a b" and content "c d"', { path: 'a b', content: 'c d' }],
  ['path "a" content exactly: one\n two ', { path: 'a', content: 'one\n two ' }],
  ['The path is long.', {}], // a word like any other
  ['unit "b" day "2025-01-01"', {}], // not free text
])('%j names %j', (prompt, named_) => {
  expect(named(prompt)).toEqual({ path: 'x', content: 'y', ...named_ })
})

test('what is no object stays as it is', () => {
  expect(named('path "a"', 7)).toBe(7)
  expect(withNamedArguments({ path: 'x' }, true, 'path "a"')).toEqual({ path: 'x' })
})

test('a prompt made to be slow takes no time', () => {
  const properties = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, text]))
  const startMs = performance.now()
  withNamedArguments({}, { properties: { a: text, ...properties } }, 'a:'.repeat(32_768))
  expect(performance.now() - startMs).toBeLessThan(500)
})
