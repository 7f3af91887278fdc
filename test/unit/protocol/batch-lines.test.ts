import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBatchLines } from '../../../protocol/batch-lines.ts'

const endpoint = '/v1/chat/completions'
const line = (customId: string, more: object = {}) =>
  JSON.stringify({
    custom_id: customId,
    method: 'POST',
    url: endpoint,
    body: { model: 'gpt-4o-mini', messages: [] },
    ...more,
  })

function read(text: string, { maxLines = 1000, slice = 1e9 } = {}) {
  const lines = readBatchLines(Buffer.from(text), { endpoint, maxLines })
  while (lines.read(slice)) {}
  return lines
}

test('right lines are counted and can be had by their place, blank ones between them or not', () => {
  const body = { model: 'gpt-4o-mini', input: 'Grüße 🎉' }
  const lines = read(`${line('a')}\r\n\n${line('b', { body })}\n\n`)
  expect(lines.faults).toEqual([])
  expect(lines.count).toBe(2)
  expect(lines.model).toBe('gpt-4o-mini')
  expect(lines.line(0)).toEqual({ customId: 'a', body: { model: 'gpt-4o-mini', messages: [] } })
  expect(lines.line(1)).toEqual({ customId: 'b', body })
  expect([0, 1].map(lines.customId)).toEqual(['a', 'b'])
})

test.each<[string, string, object[]]>([
  ['an empty file', '', [{ code: 'empty_file', line: null, param: null }]],
  ['a file of blank lines', '\n \n', [{ code: 'empty_file', line: null, param: null }]],
  [
    'what could not be written again',
    `${line('a')}\n${line('b', { body: '' }).replace('""', '['.repeat(600) + ']'.repeat(600))}`,
    [{ code: 'invalid_json_line', line: 2, param: null }],
  ],
  [
    'what is no JSON',
    `${line('a')}\n{"custom_id": \n"x"`,
    [
      { code: 'invalid_json_line', line: 2, param: null },
      { code: 'invalid_json_line', line: 3, param: null },
    ],
  ],
  ['a list', '[]', [{ code: 'invalid_json_line', line: 1, param: null }]],
  [
    'an id twice',
    [line('a'), line('b'), line('a')].join('\n'),
    [{ code: 'duplicate_custom_id', line: 3, param: 'custom_id' }],
  ],
  [
    'another method',
    line('a', { method: 'GET' }),
    [{ code: 'invalid_method', line: 1, param: 'method' }],
  ],
  [
    'another endpoint',
    line('a', { url: '/v1/embeddings' }),
    [{ code: 'mismatched_endpoint', line: 1, param: 'url' }],
  ],
  [
    'another model',
    `${line('a')}\n${line('b', { body: { model: 'gpt-4o' } })}`,
    [{ code: 'mismatched_model', line: 2, param: 'body.model' }],
  ],
  [
    'a stream',
    line('a', { body: { model: 'x', stream: true } }),
    [{ code: 'unsupported_parameter', line: 1, param: 'body.stream' }],
  ],
  [
    'a body that is a text',
    line('a', { body: 'x' }),
    [{ code: 'invalid_type', line: 1, param: 'body' }],
  ],
  [
    'an id that is a number',
    line('a', { custom_id: 1 }),
    [{ code: 'invalid_type', line: 1, param: 'custom_id' }],
  ],
  [
    'nothing that is needed',
    '{}',
    ['custom_id', 'method', 'url', 'body'].map(param => ({
      code: 'missing_required_parameter',
      message: `Missing required parameter: '${param}'.`,
      line: 1,
      param,
    })),
  ],
])('%s is a fault', (_, text, faults) => {
  expect(read(text).faults).toMatchObject(faults)
  expect(read(text).faults.length).toBe(faults.length)
})

test('more lines than allowed are a fault of the whole file', () => {
  const lines = read(['a', 'b', 'c'].map(id => line(id)).join('\n'), { maxLines: 2 })
  expect(lines.faults).toEqual([
    {
      code: 'too_many_requests',
      line: null,
      message: 'The batch has 3 requests, but 2 is the maximum.',
      param: null,
    },
  ])
})

test('no more than a hundred faults are told', () => {
  expect(read('x\n'.repeat(500), { maxLines: 1000 }).faults.length).toBe(100)
})

test('reading in slices of any size comes to the same', () => {
  const texts = fc.array(fc.constantFrom(line('a'), line('b'), 'x', '', '{}'), { maxLength: 8 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 300 }), (parts, slice) => {
      const text = parts.join('\n')
      const whole = read(text)
      const sliced = read(text, { slice })
      expect(sliced.faults).toEqual(whole.faults)
      expect(sliced.count).toBe(whole.count)
    }),
    { numRuns: 100 },
  )
})
