import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { ApiError } from '../../../protocol/errors/api-error.ts'

const messages = [{ role: 'user', content: 'Hi.' }]
const body = { model: 'gpt-4o-mini', messages }

function refusal(given: unknown): ApiError {
  try {
    parseChatRequest(given)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('It was taken.')
}

test('a plain request has the defaults of the API', () => {
  expect(parseChatRequest(body)).toEqual({
    ask: {
      model: 'gpt-4o-mini',
      turns: [{ role: 'user', content: 'Hi.' }],
      tools: [],
      toolChoice: 'none',
      parallelCalls: true,
      format: { kind: 'text' },
      choices: 1,
      maxTokens: undefined,
      stop: [],
      seed: undefined,
      topLogprobs: undefined,
      effort: undefined,
    },
    messages,
    stream: false,
    includeUsage: false,
    includeObfuscation: true,
    serviceTier: 'default',
    store: false,
    metadata: {},
    callsAreFunctions: false,
    audio: undefined,
    prediction: undefined,
  })
})

test.each([
  [{ stream: true }, { stream: true }],
  [{ n: 2 }, { ask: { choices: 2 } }],
  [{ max_tokens: 5 }, { ask: { maxTokens: 5 } }],
  [{ max_completion_tokens: 6 }, { ask: { maxTokens: 6 } }],
  [{ stop: 'end' }, { ask: { stop: ['end'] } }],
  [{ stop: ['a', 'b'] }, { ask: { stop: ['a', 'b'] } }],
  [{ seed: -7 }, { ask: { seed: -7 } }],
  [{ stream: true, stream_options: { include_usage: true } }, { includeUsage: true }],
  [{ stream: true, stream_options: { include_obfuscation: false } }, { includeObfuscation: false }],
  // the tier that the answer names
  [{ service_tier: 'auto' }, { serviceTier: 'default' }],
  [{ service_tier: 'flex' }, { serviceTier: 'flex' }],
  [{ service_tier: 'priority' }, { serviceTier: 'priority' }],
  [
    { store: true, metadata: { a: 'b' } },
    { store: true, metadata: { a: 'b' } },
  ],
  [{ prediction: { type: 'content', content: 'ab' } }, { prediction: 'ab' }],
  [
    { prediction: { type: 'content', content: [{ type: 'text', text: 'a' }, { text: 'b' }] } },
    { prediction: 'ab' },
  ],
  [
    { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } },
    { audio: { voice: 'alloy', format: 'mp3' } },
  ],
  [
    { modalities: ['audio'], audio: { voice: { id: 'voice_1' }, format: 'wav' } },
    { audio: { voice: 'voice_1', format: 'wav' } },
  ],
  [{ audio: { voice: 'alloy', format: 'wav' } }, { audio: undefined }], // not asked for
  // what is asked of the model
  [{ n: 2, max_tokens: 5, stop: 'x' }, { ask: { choices: 2, maxTokens: 5, stop: ['x'] } }],
  [{ logprobs: true }, { ask: { topLogprobs: 0 } }],
  [{ logprobs: true, top_logprobs: 3 }, { ask: { topLogprobs: 3 } }],
  [{ logprobs: false }, { ask: { topLogprobs: undefined } }],
  [{ parallel_tool_calls: false }, { ask: { parallelCalls: false } }],
  [{ model: 'gpt-5.6', reasoning_effort: 'low' }, { ask: { effort: 'low' } }],
  [{ model: 'gpt-5.6', reasoning_effort: 'max' }, { ask: { effort: 'xhigh' } }],
])('%j is read as %j', (more, read) => {
  expect(parseChatRequest({ ...body, ...more })).toMatchObject(read)
})

test.each([
  // What the real API lets pass (contract §5.3).
  { metadata: { a: 'b' }, store: true, user: 'u', safety_identifier: 's', seed: 1 },
  { prompt_cache_key: 'k', prompt_cache_retention: '24h', parallel_tool_calls: false },
  {
    verbosity: 'low',
    frequency_penalty: -2,
    presence_penalty: 2,
    logprobs: true,
    top_logprobs: 20,
  },
  { temperature: 2, top_p: 0, reasoning_effort: 'none', response_format: { type: 'text' } },
  { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'auto' },
  { messages: [{ role: 'assistant' }] }, // a message may lack content
  { messages: [{ role: 'user', content: null, name: null }] },
  { logit_bias: { 50256: -100 }, modalities: ['text'], prediction: null },
  { metadata: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, ''])) },
])('%j is taken', more => {
  expect(parseChatRequest({ ...body, ...more }).ask.model).toBe('gpt-4o-mini')
})

test('null stands for leaving out, for every field that may be left out', () => {
  const nulls = {
    ...{ audio: null, frequency_penalty: null, function_call: null, functions: null },
    ...{ logit_bias: null, logprobs: null, max_completion_tokens: null, max_tokens: null },
    ...{ metadata: null, modalities: null, n: null, parallel_tool_calls: null, prediction: null },
    ...{ presence_penalty: null, reasoning_effort: null, response_format: null, seed: null },
    ...{ service_tier: null, stop: null, store: null, stream: null, stream_options: null },
    ...{ temperature: null, tool_choice: null, tools: null, top_logprobs: null, top_p: null },
    ...{ user: null, verbosity: null, web_search_options: null },
  }
  expect(parseChatRequest({ ...body, ...nulls })).toEqual(parseChatRequest(body))
})

const ROLES = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"

test.each([
  // body, message, param, code: the wording of api.openai.com (contract §5.1)
  [{ messages }, 'you must provide a model parameter', null, null],
  [{ messages, model: null }, 'you must provide a model parameter', null, null],
  [{ messages, model: '' }, 'you must provide a model parameter', null, null],
  [
    { model: 'm' },
    "Missing required parameter: 'messages'.",
    'messages',
    'missing_required_parameter',
  ],
  [
    { model: 'm', messages: [] },
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'messages',
    'empty_array',
  ],
  [
    { model: 'm', messages: [{ content: 'x' }] },
    "Missing required parameter: 'messages[0].role'.",
    'messages[0].role',
    'missing_required_parameter',
  ],
  [
    { ...body, zzz_unknown: 1 },
    "Unknown parameter: 'zzz_unknown'.",
    'zzz_unknown',
    'unknown_parameter',
  ],
  [
    { ...body, temperature: '1' },
    "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    'temperature',
    'invalid_type',
  ],
  [
    { ...body, n: '1' },
    "Invalid type for 'n': expected an integer, but got a string instead.",
    'n',
    'invalid_type',
  ],
  [
    { ...body, n: 1.5 },
    "Invalid type for 'n': expected an integer, but got a decimal number instead.",
    'n',
    'invalid_type',
  ],
  [
    { ...body, tools: {} },
    "Invalid type for 'tools': expected an array of objects, but got an object instead.",
    'tools',
    'invalid_type',
  ],
  [
    { ...body, tools: [null] },
    "Invalid type for 'tools[0]': expected an object, but got null instead.",
    'tools[0]',
    'invalid_type',
  ],
  [
    { model: 'm', messages: 'hi' },
    "Invalid type for 'messages': expected an array of objects, but got a string instead.",
    'messages',
    'invalid_type',
  ],
  [
    { model: 'm', messages: [{ role: 'user', content: 5 }] },
    "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
    'messages[0].content',
    'invalid_type',
  ],
  [
    { model: 'm', messages: [{ role: 'bogus', content: 'x' }] },
    `Invalid value: 'bogus'. Supported values are: ${ROLES}.`,
    'messages[0].role',
    'invalid_value',
  ],
  [
    // long values are echoed in short
    { model: 'm', messages: [{ role: `PIN${'x'.repeat(60)}def` }] },
    `Invalid value: 'PIN...def'. Supported values are: ${ROLES}.`,
    'messages[0].role',
    'invalid_value',
  ],
  [
    { ...body, temperature: 200 },
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 200 instead.",
    'temperature',
    'decimal_above_max_value',
  ],
  [
    { ...body, n: 0 },
    "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    'n',
    'integer_below_min_value',
  ],
  [
    { ...body, n: 129 },
    "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
    'n',
    'integer_above_max_value',
  ],
  [
    { ...body, max_tokens: 0 },
    "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    'max_tokens',
    'integer_below_min_value',
  ],
  [
    { ...body, stop: ['1', '2', '3', '4', '5'] },
    "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
    'stop',
    'array_above_max_length',
  ],
  [
    { ...body, stream: 'yes' },
    "Invalid type for 'stream': expected a boolean, but got a string instead.",
    'stream',
    'invalid_type',
  ],
  [
    { ...body, stream_options: { include_usage: true } },
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    'stream_options',
    null,
  ],
  [
    { ...body, stream: true, stream_options: { usage: true } },
    "Unknown parameter: 'stream_options.usage'.",
    'stream_options.usage',
    'unknown_parameter',
  ],
  [
    { ...body, verbosity: 'loud' },
    "Invalid value: 'loud'. Supported values are: 'low', 'medium', and 'high'.",
    'verbosity',
    'invalid_value',
  ],
  [
    {
      model: 'm',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'tool', content: 'c' },
      ],
    },
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    'messages.[2].role',
    null,
  ],
  [
    { model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] },
    "Missing required parameter: 'messages[0].content[0].text'.",
    'messages[0].content[0].text',
    'missing_required_parameter',
  ],
  [
    { ...body, max_tokens: 5, max_completion_tokens: 5 },
    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    'max_tokens',
    'invalid_parameter_combination',
  ],
  [
    { ...body, top_logprobs: 2 },
    "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
    'top_logprobs',
    null,
  ],
  [
    { ...body, metadata: { k: 'x'.repeat(513) } },
    "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
    'metadata.k',
    'string_above_max_length',
  ],
  [
    { ...body, metadata: { k: 1 } },
    "Invalid type for 'metadata.k': expected a string, but got an integer instead.",
    'metadata.k',
    'invalid_type',
  ],
  [
    { ...body, metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ''])) },
    "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
    'metadata',
    'object_above_max_properties',
  ],
  [
    { ...body, metadata: { ['k'.repeat(65)]: '' } },
    "Invalid property name in 'metadata': name too long. Expected a property name with maximum length 64, but got a property name with length 65 instead.",
    'metadata',
    'property_name_above_max_length',
  ],
  [
    { ...body, logit_bias: { hello: 1 } },
    "Invalid key in 'logit_bias': hello. You should only be submitting non-negative integers.",
    'logit_bias',
    null,
  ],
  [
    { ...body, logit_bias: { 5: 101 } },
    "Invalid 'logit_bias.5': decimal above maximum value. Expected a value <= 100, but got 101 instead.",
    'logit_bias.5',
    'decimal_above_max_value',
  ],
  [
    { ...body, presence_penalty: -2.5 },
    "Invalid 'presence_penalty': decimal below minimum value. Expected a value >= -2, but got -2.5 instead.",
    'presence_penalty',
    'decimal_below_min_value',
  ],
  [
    { ...body, top_logprobs: 21, logprobs: true },
    "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.",
    'top_logprobs',
    'integer_above_max_value',
  ],
  [
    { ...body, stop: ['a', null] },
    "Invalid type for 'stop[1]': expected a string, but got null instead.",
    'stop[1]',
    'invalid_type',
  ],
  [
    { ...body, modalities: ['smell'] },
    "Invalid value: 'smell'. Supported values are: 'text' and 'audio'.",
    'modalities[0]',
    'invalid_value',
  ],
  [
    { ...body, modalities: ['audio'] },
    "Missing required parameter: 'audio'.",
    'audio',
    'missing_required_parameter',
  ],
  [
    { ...body, modalities: ['audio'], stream: true, audio: { voice: 'ash', format: 'wav' } },
    "Unsupported value: 'audio.format' does not support 'wav' when stream=true. Supported values are: 'pcm16'.",
    'audio.format',
    'unsupported_value',
  ],
  [
    { ...body, audio: { format: 'wav' } },
    "Missing required parameter: 'audio.voice'.",
    'audio.voice',
    'missing_required_parameter',
  ],
  [
    { ...body, prediction: { type: 'guess', content: '' } },
    "Invalid value: 'guess'. Supported values are: 'content'.",
    'prediction.type',
    'invalid_value',
  ],
  [
    { ...body, prompt_cache_key: 'k'.repeat(65) },
    "Invalid 'prompt_cache_key': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    'prompt_cache_key',
    'string_above_max_length',
  ],
  [
    { ...body, service_tier: 'first' },
    "Invalid value: 'first'. Supported values are: 'auto', 'default', 'flex', 'scale', 'priority', and 'fast'.",
    'service_tier',
    'invalid_value',
  ],
  [
    // older models know fewer words
    { model: 'gpt-4', messages, top_k: 1 },
    'Unrecognized request argument supplied: top_k',
    null,
    null,
  ],
  [
    { model: 'gpt-3.5-turbo', messages, top_k: 1, min_p: 0.1 },
    'Unrecognized request arguments supplied: top_k, min_p',
    null,
    null,
  ],
])('%j is refused in the words of the API', (given, message, param, code) => {
  const { status, type, ...error } = refusal(given)
  expect([status, type]).toEqual([400, 'invalid_request_error'])
  expect([error.param, error.code]).toEqual([param, code])
  expect(JSON.parse(refusal(given).toBody())).toEqual({
    error: { message, type: 'invalid_request_error', param, code },
  })
})

test.each([
  // Where several things are wrong, one is named (contract §5.2).
  [{ zzz: 1, n: 'x' }, 'you must provide a model parameter'],
  [{ zzz: 1, model: 'm', n: 'x' }, "Missing required parameter: 'messages'."],
  [{ temperature: 9, n: 0, zzz: 1, ...body }, "Unknown parameter: 'zzz'."],
  [{ temperature: 9, stop: 5, n: 0, ...body }, /^Invalid 'n'/],
  [{ temperature: 9, stop: 5, ...body }, /^Invalid type for 'stop'/],
  [{ user: 5, temperature: 9, ...body }, /^Invalid 'temperature'/],
  [{ user: 5, model: 'm', messages: [] }, /^Invalid type for 'user'/], // else in the body's order
  // what is wrong with one field comes before what several say together, and that before the model
  [{ ...body, top_logprobs: 1, seed: 'x' }, /^Invalid type for 'seed'/],
  [{ ...body, model: 'o3', max_tokens: 5, top_logprobs: 1 }, /^The 'top_logprobs' parameter/],
  [{ ...body, model: 'o3', max_tokens: 5, stop: 'x' }, /^Unsupported parameter: 'max_tokens'/],
])('of several faults in %j the first is named', (given, message) => {
  const found = refusal(given).message
  if (typeof message === 'string') expect(found).toBe(message)
  else expect(found).toMatch(message)
})

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'top_k', 'Model'])(
  'a name that the API does not have is refused: %s',
  name => {
    const given = JSON.parse(`{"model":"m","messages":[{"role":"user"}],"${name}":1}`)
    expect(refusal(given).message).toBe(`Unknown parameter: '${name}'.`)
  },
)

test.each([
  [null, 'null'],
  [[], 'an array'],
  ['text', 'a string'],
  [5, 'an integer'],
  [true, 'a boolean'],
])('a body that is %j is refused', (given, shown) => {
  expect(refusal(given).message).toBe(
    `Invalid type for 'body': expected an object, but got ${shown} instead.`,
  )
})
