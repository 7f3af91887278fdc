import { expect, test } from 'vitest'
import { recalled } from '../../../../mock-server/engine/recall.ts'
import type { Turn } from '../../../../protocol/ask.ts'

const user = (content: string): Turn => ({ role: 'user', content })

test.each([
  [['My name is Ada. Remember it.', 'What is my name? Reply with just the name.'], 'Ada'],
  [['my favourite colour is deep blue', "What's my favourite colour?"], 'deep blue'],
  [['My name is Ada.', 'My name is Bob.', 'What is my name?'], 'Bob'], // told last
  [['My name is Ada.', 'What is my age?'], undefined],
  [['What is my name?'], undefined],
  [['My name is Ada.', 'Tell me about rivers.'], undefined],
  [['My a-b is c.', 'What is my a-b?'], 'c'],
])('of %j it recalls %j', (said, value) => {
  expect(recalled(said.map(user))).toBe(value)
})

test('only what the user told counts', () => {
  const other: Turn = { role: 'assistant', content: 'My name is Eve.' }
  expect(recalled([other, user('What is my name?')])).toBeUndefined()
})
