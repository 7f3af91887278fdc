import { expect, test } from 'vitest'
import { takeBack } from '../../../../mock-server/dialects/take-back.ts'

const user = { role: 'user', content: 'Hello' }
const call = { id: 'a', function: { name: 'look', arguments: '{}' } }
const thinking = (...texts: string[]) => ({
  type: 'thinking',
  thinking: texts.map(text => ({ type: 'text', text })),
})
const text = { type: 'text', text: 'Hi' }

test.each([
  [
    'a call without a type',
    { tool_calls: [call] },
    { tool_calls: [{ type: 'function', ...call }] },
  ],
  [
    'a call with a type',
    { tool_calls: [{ ...call, type: 'custom' }] },
    { tool_calls: [{ ...call, type: 'custom' }] },
  ],
  ['an empty list of calls', { content: 'Hi', tool_calls: [] }, { content: 'Hi' }],
  ['no calls', { content: 'Hi', tool_calls: null }, { content: 'Hi', tool_calls: null }],
  [
    'parts of thought and text',
    { content: [thinking('H', 'm'), text, thinking('!')] },
    { content: [text], reasoning_content: 'Hm!' },
  ],
  ['thought alone', { content: [thinking('Hm')] }, { content: null, reasoning_content: 'Hm' }],
  ['parts of text', { content: [text] }, { content: [text] }],
  [
    'thought that is none',
    { content: [{ type: 'thinking' }] },
    { content: [{ type: 'thinking' }] },
  ],
  ['calls that are none', { tool_calls: [null, 7] }, { tool_calls: [null, 7] }],
])('%s is taken back', (_, said, taken) => {
  const messages = [user, { role: 'assistant', ...said }]
  const before = structuredClone(messages)
  expect(takeBack({ model: 'm', messages })).toEqual({
    model: 'm',
    messages: [user, { role: 'assistant', ...taken }],
  })
  expect(messages).toEqual(before)
})

test.each([undefined, null, 7, 'x', [null, 'x']])(
  'what is no conversation is left as it is: %j',
  messages => {
    expect(takeBack({ messages })).toEqual({ messages })
  },
)
