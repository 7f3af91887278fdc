import { expect, test } from 'vitest'
import { lastUserText, prefillOf, type Turn } from '../../../protocol/ask.ts'

const user: Turn = { role: 'user', content: 'a' }

test('what the user said last is found behind what others said', () => {
  expect(lastUserText([user, { ...user, content: 'b' }, { role: 'tool', content: 'c' }])).toBe('b')
  expect(lastUserText([{ role: 'system', content: 'a' }])).toBeUndefined()
})

test('only a last turn that is not finished is where the reply goes on from', () => {
  const begun: Turn = { role: 'assistant', content: 'Well', unfinished: true }
  expect(prefillOf([user, begun])).toBe('Well')
  expect(prefillOf([begun, user])).toBe('')
  expect(prefillOf([user, { role: 'assistant', content: 'Well' }])).toBe('')
  expect(prefillOf([])).toBe('')
})
