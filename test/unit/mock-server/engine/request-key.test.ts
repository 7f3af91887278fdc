import { expect, test } from 'vitest'
import { contentKey } from '../../../../mock-server/engine/request-key.ts'
import { parseChatRequest } from '../../../../protocol/chat-request.ts'

const messages = [{ role: 'user', content: 'Hi.' }]

const tool = { type: 'function', function: { name: 'f' } }
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const result = (id: string) => ({ role: 'tool', content: '1', tool_call_id: id })

function key(more: object = {}): string {
  return contentKey(parseChatRequest({ model: 'gpt-4o-mini', messages, ...more }).ask)
}

test('a key is the same in every version', () => {
  expect(key()).toBe('36c7c417ebd31f2d')
})

test.each([
  { stream: true },
  { max_tokens: 5 },
  { temperature: 0.1 },
  { user: 'u' },
  { stop: 'x' },
  { messages: [{ role: 'user', content: 'Hi.', name: null, tool_calls: null }] }, // null: left out
])('%j changes nothing in what is asked', more => {
  expect(key(more)).toBe(key())
})

test('whatever is said changes the key', () => {
  const say = (...said: object[]) => key({ messages: said })
  const keys = [
    key(),
    key({ model: 'gpt-4o' }),
    key({ seed: 1 }),
    key({ seed: 2 }),
    say({ role: 'user', content: 'Hi!' }),
    say({ role: 'system', content: 'Hi.' }),
    say({ role: 'user', content: 'Hi.', name: 'a' }),
    say({ role: 'user', content: 'H' }, { role: 'user', content: 'i.' }), // where one ends counts
    say({
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'https://a.example/a.png' } }],
    }),
    say({ role: 'user', content: '' }),
    say({ role: 'assistant', tool_calls: [call('a')] }, result('a')),
    say({ role: 'assistant', tool_calls: [call('b')] }, result('b')),
    key({ tools: [tool] }),
    key({ tools: [tool], tool_choice: 'required' }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

test('20,000 short prompts have as many keys', () => {
  const keys = new Set<string>()
  for (let i = 0; i < 20_000; i++) keys.add(key({ messages: [{ role: 'user', content: `${i}` }] }))
  expect(keys.size).toBe(20_000)
})
