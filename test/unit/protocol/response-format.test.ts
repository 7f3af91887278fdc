import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

function formatOf(response_format: unknown, content = 'Answer in JSON.') {
  const messages = [{ role: 'user', content }]
  return parseChatRequest({ model: 'gpt-4o-mini', messages, response_format }).ask.format
}

const schema = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}
const named = (json_schema: unknown) => ({ type: 'json_schema', json_schema })

test.each([
  [null, { kind: 'text' }],
  [{ type: 'text' }, { kind: 'text' }],
  [{ type: 'json_object' }, { kind: 'json' }],
  [named({ name: 'n', schema, strict: true }), { kind: 'schema', name: 'n', schema }],
  // what is not strict may be anything
  [
    named({ name: 'n', schema: { type: 'array' } }),
    { kind: 'schema', name: 'n', schema: { type: 'array' } },
  ],
  [named({ name: 'n' }), { kind: 'schema', name: 'n', schema: true }],
])('%j is read as %j', (given, format) => {
  expect(formatOf(given)).toEqual(format)
})

test.each([
  [
    'json',
    "Invalid type for 'response_format': expected an object, but got a string instead.",
    'response_format',
    'invalid_type',
  ],
  [
    {},
    "Missing required parameter: 'response_format.type'.",
    'response_format.type',
    'missing_required_parameter',
  ],
  [
    { type: 'json' },
    "Invalid value: 'json'. Supported values are: 'json_object', 'json_schema', and 'text'.",
    'response_format.type',
    'invalid_value',
  ],
  [
    { type: 'json_schema', schema },
    "Missing required parameter: 'response_format.json_schema'.",
    'response_format.json_schema',
    'missing_required_parameter',
  ],
  [
    named({ schema }),
    "Missing required parameter: 'response_format.json_schema.name'.",
    'response_format.json_schema.name',
    'missing_required_parameter',
  ],
  [
    named({ name: 'a b', schema }),
    "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    'response_format.json_schema.name',
    'invalid_value',
  ],
  [
    named({ name: 'n', schema: [] }),
    "Invalid type for 'response_format.json_schema.schema': expected an object, but got an array instead.",
    'response_format.json_schema.schema',
    'invalid_type',
  ],
  [
    named({ name: 'n', strict: true, schema: { ...schema, additionalProperties: true } }),
    "Invalid schema for response_format 'n': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    'response_format',
    null,
  ],
])('%j is refused', (given, message, param, code) => {
  expect(wordsOf(() => formatOf(given))).toEqual([message, param, code])
})

test('a JSON object has to be spoken of', () => {
  expect(wordsOf(() => formatOf({ type: 'json_object' }, 'Answer.'))).toEqual([
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    'messages',
    null,
  ])
})
