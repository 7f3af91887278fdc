import { expect, test } from 'vitest'
import { readChunk, readWireError } from '../../../protocol/read-chunk.ts'

function deltaOf(choice: object) {
  return readChunk({ choices: [choice] }).deltas[0]
}
const silent = {
  choice: 0,
  content: undefined,
  reasoning: undefined,
  refusal: undefined,
  toolCalls: [],
  finishReason: undefined,
}

test.each([
  [{ index: 0, delta: { role: 'assistant', content: '' } }, silent],
  [
    { index: 2, delta: { content: 'Hi' } },
    { ...silent, choice: 2, content: 'Hi' },
  ],
  [{ delta: { content: null, refusal: 'No' } }, { ...silent, refusal: 'No' }],
  [{ delta: { reasoning_content: 'Hm' } }, { ...silent, reasoning: 'Hm' }],
  [{ delta: { reasoning: 'Hm' } }, { ...silent, reasoning: 'Hm' }],
  [
    { delta: {}, finish_reason: 'stop' },
    { ...silent, finishReason: 'stop' },
  ],
  [
    { delta: null, finish_reason: 'stop' },
    { ...silent, finishReason: 'stop' },
  ],
  [
    { message: { content: 'All' }, finish_reason: 'stop' },
    { ...silent, content: 'All', finishReason: 'stop' },
  ],
  ['nonsense', silent],
])('reads the choice %o', (choice, expected) => {
  expect(deltaOf(choice as object)).toEqual(expected)
})

test('reads the pieces of tool calls, custom ones too', () => {
  const first = { index: 1, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }
  const next = { index: 1, function: { arguments: '{"a"' } }
  const custom = { id: 'call_2', custom: { name: 'sql', input: 'select' } }
  expect(deltaOf({ delta: { tool_calls: [first, next, custom] } })?.toolCalls).toEqual([
    { index: 1, id: 'call_1', name: 'f', arguments: '' },
    { index: 1, id: undefined, name: undefined, arguments: '{"a"' },
    { index: 2, id: 'call_2', name: 'sql', arguments: 'select' },
  ])
})

test.each([
  [null],
  [undefined],
  [7],
  ['x'],
  [[]],
  [{}],
  [{ choices: null }],
  [{ choices: 'x' }],
  [{ usage: null }],
])('%o says nothing, and is no error', json => {
  expect(readChunk(json)).toEqual({
    id: undefined,
    model: undefined,
    error: undefined,
    usage: undefined,
    deltas: [],
  })
})

test('reads usage with its details, and without them', () => {
  const details = {
    prompt_tokens_details: { cached_tokens: 600 },
    completion_tokens_details: { reasoning_tokens: 64 },
  }
  const usage = { prompt_tokens: 1000, completion_tokens: 500 }
  expect(readChunk({ usage: { ...usage, ...details } }).usage).toEqual({
    inputTokens: 1000,
    cachedInputTokens: 600,
    outputTokens: 500,
    reasoningTokens: 64,
  })
  expect(readChunk({ usage }).usage).toMatchObject({ cachedInputTokens: 0, reasoningTokens: 0 })
})

test.each([
  [
    { error: { message: 'No', type: 't', code: 'c', param: 'p' } },
    { message: 'No', type: 't', code: 'c', param: 'p' },
  ],
  [{ error: { message: 'No', code: 429 } }, { message: 'No', code: '429' }],
  [{ error: 'No' }, { message: 'No' }],
  [{ error: { detail: 'No' } }, { message: '{"detail":"No"}' }],
  [
    { type: 'error', message: 'No', code: 'c' },
    { message: 'No', code: 'c', type: 'error' },
  ],
  [
    { object: 'error', message: 'No', type: 'BadRequestError', code: 400 },
    { message: 'No', code: '400', type: 'BadRequestError' },
  ],
])('reads the error %o', (json, expected) => {
  expect(readWireError(json)).toMatchObject(expected)
})

test.each([[{ error: null }], [{ error: false }], [{ type: 'ping' }], [{}]])(
  '%o is no error',
  json => {
    expect(readWireError(json)).toBeUndefined()
  },
)
