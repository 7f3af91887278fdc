import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

function turnsOf(...messages: unknown[]) {
  return parseChatRequest({ model: 'gpt-4o-mini', messages }).ask.turns
}

const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }

test.each([
  [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'a' },
  ],
  [
    { role: 'system', content: 'a', name: 'n' },
    { role: 'system', content: 'a', name: 'n' },
  ],
  [
    { role: 'developer', content: null },
    { role: 'developer', content: '' },
  ],
  [{ role: 'assistant' }, { role: 'assistant', content: '' }],
  [
    { role: 'assistant', content: null, refusal: 'No.' },
    { role: 'assistant', content: 'No.' },
  ],
  [
    { role: 'function', name: 'f', content: '1' },
    { role: 'function', content: '1', name: 'f' },
  ],
  [
    { role: 'user', content: [{ type: 'text', text: 'a' }, image, { type: 'text', text: 'b' }] },
    { role: 'user', content: 'ab', media: [image] },
  ],
  [
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
    { role: 'assistant', content: 'No.' },
  ],
  [
    { role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] },
    { role: 'user', content: '', media: [{ type: 'file', file: { file_id: 'file-1' } }] },
  ],
  [
    { role: 'assistant', content: 'a', reasoning_content: 'Hm.' },
    { role: 'assistant', content: 'a', reasoning: 'Hm.' },
  ],
  [
    { role: 'assistant', content: 'a', reasoning: 'Hm.' },
    { role: 'assistant', content: 'a', reasoning: 'Hm.' },
  ],
  [
    { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
    { role: 'assistant', content: '', calls: [{ id: '', name: 'f', arguments: '{}' }] },
  ],
])('%j is the turn %j', (message, turn) => {
  expect(turnsOf(message)).toEqual([turn])
})

test('calls and their answers are turns that name each other', () => {
  const custom = { id: 'call_2', type: 'custom', custom: { name: 'g', input: 'text' } }
  const turns = turnsOf(
    { role: 'assistant', content: null, tool_calls: [call, custom] },
    { role: 'tool', tool_call_id: 'call_2', content: 'two' },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'one' }] },
    { role: 'user', content: 'Go on.' },
  )
  expect(turns).toEqual([
    {
      role: 'assistant',
      content: '',
      calls: [
        { id: 'call_1', name: 'f', arguments: '{"a":1}' },
        { id: 'call_2', name: 'g', arguments: 'text' },
      ],
    },
    { role: 'tool', content: 'two', callId: 'call_2' },
    { role: 'tool', content: 'one', callId: 'call_1' },
    { role: 'user', content: 'Go on.' },
  ])
})

const called = { role: 'assistant', tool_calls: [call] }
const UNANSWERED =
  "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
const STRAY =
  "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."

test.each([
  [[{ role: 'tool', tool_call_id: 'call_1', content: '' }], STRAY, 'messages.[0].role', null],
  [
    [
      called,
      { role: 'tool', tool_call_id: 'call_1' },
      { role: 'user' },
      { role: 'tool', tool_call_id: 'call_1' },
    ],
    STRAY,
    'messages.[3].role',
    null,
  ],
  [
    [called, { role: 'tool', tool_call_id: 'call_9', content: '' }],
    "Invalid parameter: 'tool_call_id' of 'call_9' not found in 'tool_calls' of previous message.",
    'messages.[1].tool_call_id',
    null,
  ],
  [
    [called, { role: 'tool', content: '' }],
    "Missing required parameter: 'messages[1].tool_call_id'.",
    'messages[1].tool_call_id',
    'missing_required_parameter',
  ],
  [[called, { role: 'user' }], `${UNANSWERED}call_1`, 'messages.[1].role', null],
  [[{ role: 'user' }, called], `${UNANSWERED}call_1`, 'messages', null],
  [
    [
      {
        role: 'assistant',
        tool_calls: [call, { ...call, id: 'call_2' }, { ...call, id: 'call_3' }],
      },
      { role: 'tool', tool_call_id: 'call_2' },
    ],
    `${UNANSWERED}call_1, call_3`,
    'messages',
    null,
  ],
])('calls and answers that do not fit are refused: %j', (messages, message, param, code) => {
  expect(wordsOf(() => turnsOf(...messages))).toEqual([message, param, code])
})

test.each([
  [
    'x',
    "Invalid type for 'messages[0]': expected an object, but got a string instead.",
    'messages[0]',
    'invalid_type',
  ],
  [
    { role: 5 },
    "Invalid type for 'messages[0].role': expected a string, but got an integer instead.",
    'messages[0].role',
    'invalid_type',
  ],
  [
    { role: 'user', name: 'a b' },
    String.raw`Invalid 'messages[0].name': string does not match pattern. Expected a string that matches the pattern '^[^\s<|\\/>]+$'.`,
    'messages[0].name',
    'invalid_value',
  ],
  [
    { role: 'function' },
    "Missing required parameter: 'messages[0].name'.",
    'messages[0].name',
    'missing_required_parameter',
  ],
  [
    { role: 'assistant', tool_calls: [] },
    "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'messages[0].tool_calls',
    'empty_array',
  ],
  [
    { role: 'assistant', tool_calls: [{}] },
    "Missing required parameter: 'messages[0].tool_calls[0].id'.",
    'messages[0].tool_calls[0].id',
    'missing_required_parameter',
  ],
  [
    { role: 'assistant', tool_calls: [{ id: 'c' }] },
    "Missing required parameter: 'messages[0].tool_calls[0].type'.",
    'messages[0].tool_calls[0].type',
    'missing_required_parameter',
  ],
  [
    { role: 'assistant', tool_calls: [{ id: 'c', type: 'mcp' }] },
    "Invalid value: 'mcp'. Supported values are: 'function' and 'custom'.",
    'messages[0].tool_calls[0].type',
    'invalid_value',
  ],
  [
    { role: 'assistant', tool_calls: [{ ...call, id: 'c'.repeat(41) }] },
    "Invalid 'messages[0].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 41 instead.",
    'messages[0].tool_calls[0].id',
    'string_above_max_length',
  ],
  [
    { role: 'assistant', tool_calls: [{ ...call, function: { name: 'a.b', arguments: '' } }] },
    "Invalid 'messages[0].tool_calls[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    'messages[0].tool_calls[0].function.name',
    'invalid_value',
  ],
  [
    { role: 'assistant', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] },
    "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object instead.",
    'messages[0].tool_calls[0].function.arguments',
    'invalid_type',
  ],
  [
    { role: 'user', content: [] },
    "Invalid 'messages[0].content': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'messages[0].content',
    'empty_array',
  ],
  [
    { role: 'user', content: [{}] },
    "Missing required parameter: 'messages[0].content[0].type'.",
    'messages[0].content[0].type',
    'missing_required_parameter',
  ],
  [
    { role: 'user', content: [{ type: 'image' }] },
    "Invalid value: 'image'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.",
    'messages[0].content[0].type',
    'invalid_value',
  ],
  [
    { role: 'user', content: [{ type: 'image_url' }] },
    "Missing required parameter: 'messages[0].content[0].image_url'.",
    'messages[0].content[0].image_url',
    'missing_required_parameter',
  ],
  [
    { role: 'user', content: [{ type: 'image_url', image_url: 'https://a/b.png' }] },
    "Invalid type for 'messages[0].content[0].image_url': expected an object, but got a string instead.",
    'messages[0].content[0].image_url',
    'invalid_type',
  ],
  [
    {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'data:application/pdf;base64,AA' } }],
    },
    "Invalid 'messages[0].content[0].image_url.url'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got unsupported MIME type 'application/pdf'.",
    'messages[0].content[0].image_url.url',
    'invalid_value',
  ],
  [
    { role: 'system', content: [image] },
    "Invalid 'messages[0]'. Image URLs are only allowed for messages with role 'user', but this message with role 'system' contains an image URL.",
    'messages[0]',
    'invalid_value',
  ],
  [
    {
      role: 'user',
      content: [{ type: 'input_audio', input_audio: { data: 'AA', format: 'ogg' } }],
    },
    "Invalid value: 'ogg'. Supported values are: 'wav' and 'mp3'.",
    'messages[0].content[0].input_audio.format',
    'invalid_value',
  ],
  [
    { role: 'user', content: [{ type: 'file', file: { filename: 'a.pdf' } }] },
    "Missing required parameter: 'messages[0].content[0].file.file_id'.",
    'messages[0].content[0].file.file_id',
    'missing_required_parameter',
  ],
])('the message %j is refused', (message, words, param, code) => {
  expect(wordsOf(() => turnsOf(message))).toEqual([words, param, code])
})

test('a conversation has at most 2048 messages', () => {
  const message = { role: 'user', content: '' }
  expect(turnsOf(...Array(2048).fill(message))).toHaveLength(2048)
  expect(wordsOf(() => turnsOf(...Array(2049).fill(message)))).toEqual([
    "Invalid 'messages': array too long. Expected an array with maximum length 2048, but got an array with length 2049 instead.",
    'messages',
    'array_above_max_length',
  ])
})
