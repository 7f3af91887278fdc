import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createResponseReader, isTerminalEvent } from '../../../protocol/read-response.ts'

const part = (text: string) => ({ type: 'output_text', text })
const message = (...texts: string[]) => ({ type: 'message', content: texts.map(part) })
const call = (n: number, fields: object = {}) => ({
  type: 'function_call',
  call_id: `call_${n}`,
  name: 'look_up',
  arguments: '',
  ...fields,
})
const delta = (text: string) => ({ type: 'response.output_text.delta', delta: text })
const end = (fields: object = {}, type = 'response.completed') => ({ type, response: fields })

/** What the events say together, and how. */
function read(...events: unknown[]) {
  const readEvent = createResponseReader()
  const readings = events.map(readEvent)
  const deltas = readings.flatMap(({ deltas }) => deltas)
  const all = (kind: 'content' | 'reasoning' | 'refusal') =>
    deltas.map(delta => delta[kind] ?? '').join('')
  return {
    readings,
    content: all('content'),
    reasoning: all('reasoning'),
    refusal: all('refusal'),
    calls: deltas.flatMap(({ toolCalls }) => toolCalls),
    ends: deltas.flatMap(({ finishReason }) => finishReason ?? []),
    errors: readings.flatMap(({ error }) => error ?? []),
    usage: readings.at(-1)?.usage,
  }
}

test('the response names itself and its model when it is created', () => {
  const response = { id: 'resp_1', model: 'gpt-5', status: 'in_progress', output: [], error: null }
  const { readings } = read({ type: 'response.created', response })
  expect(readings).toMatchObject([{ id: 'resp_1', model: 'gpt-5', deltas: [], error: undefined }])
})

test.each([
  [delta('Hi'), { content: 'Hi' }],
  [{ type: 'response.refusal.delta', delta: 'No' }, { refusal: 'No' }],
  [{ type: 'response.reasoning_text.delta', delta: 'Hm' }, { reasoning: 'Hm' }],
  [{ type: 'response.reasoning.delta', delta: 'Hm' }, { reasoning: 'Hm' }],
  [{ type: 'response.reasoning_summary_text.delta', delta: 'Hm' }, { reasoning: 'Hm' }],
  [{ type: 'response.output_text.delta', delta: null }, { content: '' }],
  [{ type: 'response.web_search_call.searching' }, { content: '' }],
  ['nonsense', { content: '' }],
  [null, { content: '' }],
])('reads the event %o', (event, expected) => {
  const silent = { content: '', reasoning: '', refusal: '', calls: [], ends: [], errors: [] }
  expect(read(event)).toMatchObject({ ...silent, ...expected })
})

test.each<[string, object, object]>([
  ['completed', end({ status: 'completed' }), { ends: ['stop'] }],
  ['completed, says the event alone', end({}), { ends: ['stop'] }],
  ['completed, with calls', end({ output: [call(1)] }), { ends: ['tool_calls'] }],
  [
    'incomplete for want of tokens',
    end({ incomplete_details: { reason: 'max_output_tokens' } }, 'response.incomplete'),
    { ends: ['length'] },
  ],
  [
    'incomplete, though the event says completed',
    end({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
    { ends: ['length'] },
  ],
  [
    'cut by a filter',
    end({ incomplete_details: { reason: 'content_filter' } }, 'response.incomplete'),
    { ends: ['content_filter'] },
  ],
  [
    'incomplete, nobody knows why',
    end({}, 'response.incomplete'),
    { ends: [], errors: [{ type: 'server_error', message: 'The response is incomplete.' }] },
  ],
  [
    'failed',
    end({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow' } }),
    { ends: [], errors: [{ code: 'rate_limit_exceeded', message: 'Slow' }] },
  ],
  ['failed without a word', end({}, 'response.failed'), { ends: [], errors: [{}] }],
  [
    'an error event',
    { type: 'error', code: 'server_error', message: 'Down', param: null },
    { errors: [{ code: 'server_error', message: 'Down' }] },
  ],
  [
    'an error event that is nested',
    { type: 'error', error: { type: 'invalid_request_error', code: 'bad', message: 'No' } },
    { errors: [{ type: 'invalid_request_error', code: 'bad' }] },
  ],
  [
    'a response in the background',
    { object: 'response', status: 'queued', output: [] },
    { ends: [], errors: [{ type: 'unsupported', message: 'The response is queued.' }] },
  ],
  ['nothing of it', { type: 'response.in_progress', response: {} }, { ends: [], errors: [] }],
])('an end: %s', (_, event, expected) => {
  expect(read(event)).toMatchObject(expected)
})

test('usage comes with cached and reasoning tokens', () => {
  const usage = {
    input_tokens: 90,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 30 },
  }
  expect(read(end({ usage })).usage).toEqual({
    inputTokens: 90,
    cachedInputTokens: 64,
    outputTokens: 50,
    reasoningTokens: 30,
  })
})

test('calls are counted from 0, whatever stands before them in the output', () => {
  const { calls } = read(
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
    { type: 'response.output_item.added', output_index: 1, item: call(1) },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
    { type: 'response.output_item.added', output_index: 2, item: call(2) },
    { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{}' },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: ':1}' },
    { type: 'response.output_item.done', output_index: 1, item: call(1, { arguments: '{"a":1}' }) },
    end({ output: [{ type: 'reasoning' }, call(1, { arguments: '{"a":1}' }), call(2)] }),
  )
  expect(calls).toEqual([
    { index: 0, id: 'call_1', name: 'look_up', arguments: '' },
    { index: 0, id: undefined, name: undefined, arguments: '{"a"' },
    { index: 1, id: 'call_2', name: 'look_up', arguments: '' },
    { index: 1, id: undefined, name: undefined, arguments: '{}' },
    { index: 0, id: undefined, name: undefined, arguments: ':1}' },
  ])
})

test('a call whose beginning was not told is named by its end', () => {
  const { calls } = read(
    { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'x' },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'custom_tool_call', call_id: 'call_9', name: 'run', input: 'x' },
    },
  )
  expect(calls).toEqual([
    { index: 0, id: undefined, name: undefined, arguments: 'x' },
    { index: 0, id: 'call_9', name: 'run', arguments: '' },
  ])
})

test('what no delta told is read from the end, and what one told is not told again', () => {
  const summary = [{ text: 'One.' }, { text: 'Two.' }]
  const output = [{ type: 'reasoning', summary }, message('All', ' of it.'), call(1)]
  expect(read(end({ output }))).toMatchObject({
    content: 'All of it.',
    reasoning: 'One.\n\nTwo.',
    calls: [{ index: 0, id: 'call_1', arguments: '' }],
  })
  expect(read(delta('All of it.'), end({ output }))).toMatchObject({ content: 'All of it.' })
  const whole = { object: 'response', status: 'completed', output }
  expect(read(whole)).toMatchObject({ content: 'All of it.', ends: ['tool_calls'] })
})

test('paragraphs of a summary stay apart', () => {
  const said = (delta: string) => ({ type: 'response.reasoning_summary_text.delta', delta })
  const opened = (summary_index: number) => ({
    type: 'response.reasoning_summary_part.added',
    summary_index,
  })
  const { reasoning } = read(opened(0), said('One.'), opened(1), said('Two.'))
  expect(reasoning).toBe('One.\n\nTwo.')
})

test('an event that comes twice under one number counts once; without rising numbers each counts', () => {
  const numbered = (text: string, sequence_number?: number) => ({ ...delta(text), sequence_number })
  expect(read(numbered('a', 4), numbered('a', 4), numbered('b', 5)).content).toBe('ab')
  expect(read(numbered('a', 0), numbered('a', 0), numbered('a')).content).toBe('aaa')
})

test.each([
  ['response.completed', true],
  ['response.incomplete', true],
  ['response.failed', true],
  ['response.cancelled', true],
  ['response.completed.x', false],
  ['response.output_text.done', false],
  ['message', false],
])('%s ends a stream: %s', (name, isEnd) => {
  expect(isTerminalEvent(name)).toBe(isEnd)
})

test('nothing that a server can send makes it throw', () => {
  const names = fc.constantFrom(
    ...['created', 'completed', 'failed', 'output_text.delta', 'output_item.added'],
    ...['function_call_arguments.delta', 'reasoning_summary_part.added', 'output_item.done'],
  )
  const odd = fc.record(
    {
      type: fc.oneof(
        names.map(name => `response.${name}`),
        fc.jsonValue(),
      ),
      delta: fc.jsonValue(),
      item: fc.oneof(fc.constant(call(1)), fc.jsonValue()),
      output_index: fc.jsonValue(),
      response: fc.oneof(
        fc.record({ output: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()) }),
        fc.jsonValue(),
      ),
      sequence_number: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(odd), events => {
      const { calls } = read(...events)
      for (const { index } of calls) expect(index).toBeGreaterThanOrEqual(0)
    }),
  )
})
