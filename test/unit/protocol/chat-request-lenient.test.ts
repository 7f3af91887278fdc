import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

function lenient(body: unknown) {
  return parseChatRequest(body, { lenient: true })
}

const plain = parseChatRequest({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'a' }] })

test('nothing at all is a request to some model', () => {
  expect(lenient({})).toEqual({
    ...plain,
    messages: [],
    ask: { ...plain.ask, turns: [] },
  })
})

test('what is right is read as ever', () => {
  const body = {
    model: 'o3',
    messages: [{ role: 'user', content: 'a' }],
    stop: ['x'],
    max_tokens: 5,
    n: 2,
    tools: [{ type: 'function', function: { name: 'f' } }],
    tool_choice: 'required',
    stream: true,
  }
  expect(lenient(body)).toEqual({
    ...plain,
    stream: true,
    ask: {
      ...plain.ask,
      model: 'o3',
      choices: 2,
      maxTokens: 5,
      stop: ['x'],
      tools: [{ kind: 'function', name: 'f', description: '', schema: undefined }],
      toolChoice: 'required',
    },
  })
})

test.each([
  [{ n: 0 }, { ask: { choices: 1 } }],
  [{ max_tokens: 0 }, { ask: { maxTokens: undefined } }],
  [{ max_tokens: 4, max_completion_tokens: 6 }, { ask: { maxTokens: 6 } }], // the newer name wins
  [{ seed: 'x', stop: 5 }, { ask: { seed: undefined, stop: [] } }],
  [{ top_k: 1, zzz: {} }, { ask: { choices: 1 } }],
  [{ stream_options: { include_usage: true, extra: 1 } }, { stream: false, includeUsage: false }],
  [{ metadata: { a: 1 } }, { metadata: {} }],
  [{ top_logprobs: 5 }, { ask: { topLogprobs: undefined } }],
  [{ logprobs: true, top_logprobs: 50 }, { ask: { topLogprobs: 0 } }],
  [{ response_format: { type: 'json_object' } }, { ask: { format: { kind: 'json' } } }],
  [{ response_format: 'json' }, { ask: { format: { kind: 'text' } } }],
  [{ tool_choice: 'required' }, { ask: { toolChoice: 'none' } }], // there is none
  [{ reasoning_effort: 'much' }, { ask: { effort: undefined } }],
  [{ modalities: ['audio'] }, { audio: { voice: 'alloy', format: 'wav' } }],
])('%j is read as %j', (more, read) => {
  expect(lenient({ model: 'm', messages: [], ...more })).toMatchObject(read)
})

test('of tools those with a name are read, whatever their schemas', () => {
  const function_ = { name: 'name', parameters: { foo: 'bar' }, strict: true }
  const tools = [null, {}, { type: 'function', function: function_ }, { function: { name: 'g' } }]
  const tool_choice = { type: 'function', function: { name: 'nobody' } }
  expect(lenient({ tools, tool_choice }).ask).toMatchObject({
    tools: [
      { kind: 'function', name: 'name', schema: { foo: 'bar' } },
      { kind: 'function', name: 'g', schema: undefined },
    ],
    toolChoice: 'auto',
  })
})

test('messages that cannot be read are turns as far as they can', () => {
  const messages = [
    5,
    { role: 'robot', content: 'a' },
    { content: 'b' },
    { role: 'system', content: 7 },
    { role: 'tool', content: 'c' },
    { role: 'assistant', content: [{ type: 'x' }] },
  ]
  expect(lenient({ messages }).ask.turns).toEqual([
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
    { role: 'system', content: '' },
    { role: 'tool', content: 'c' },
    { role: 'assistant', content: '' },
  ])
})

test('messages that are no list are refused even so', () => {
  expect(wordsOf(() => lenient({ messages: 'hello' }))[0]).toBe(
    "Invalid type for 'messages': expected an array of objects, but got a string instead.",
  )
})

test.each([[null], [[]], ['text'], [5]])('a body that is %j is refused even so', body => {
  expect(wordsOf(() => lenient(body))[0]).toMatch(/^Invalid type for 'body': expected an object/)
})
