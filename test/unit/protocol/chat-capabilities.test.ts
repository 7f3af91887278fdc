import { expect, test } from 'vitest'
import { capabilitiesOf, reasons } from '../../../protocol/capabilities.ts'
import { checkChatFits } from '../../../protocol/chat-capabilities.ts'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { refusalOf, wordsOf } from '../../helpers/refusal.ts'

const messages = [{ role: 'user', content: 'JSON, please.' }]

function parse(model: string, more: object = {}) {
  return parseChatRequest({ model, messages, ...more })
}

test.each([
  // model, serves, context, output, reasons
  ['gpt-4o', 'chat', 128_000, 16_384, false],
  ['gpt-4o-mini-2024-07-18', 'chat', 128_000, 16_384, false],
  ['ft:gpt-4o-mini-2024-07-18:acme::id', 'chat', 128_000, 16_384, false],
  ['gpt-4', 'chat', 8192, 8192, false],
  ['gpt-4-0613', 'chat', 8192, 8192, false],
  ['gpt-4-turbo-2024-04-09', 'chat', 128_000, 4096, false],
  ['gpt-4.1-nano', 'chat', 1_047_576, 32_768, false],
  ['gpt-3.5-turbo', 'chat', 16_385, 4096, false],
  ['o1', 'chat', 200_000, 100_000, true],
  ['o3-2025-04-16', 'chat', 200_000, 100_000, true],
  ['o4-mini', 'chat', 200_000, 100_000, true],
  ['gpt-5', 'chat', 400_000, 128_000, true],
  ['gpt-5-mini-2025-08-07', 'chat', 400_000, 128_000, true],
  ['gpt-5.6-terra', 'chat', 400_000, 128_000, true],
  ['gpt-5-chat-latest', 'chat', 128_000, 16_384, false],
  ['gpt-5-pro', 'responses', undefined, undefined, false],
  ['gpt-5.1-codex-max', 'responses', undefined, undefined, false],
  ['o3-deep-research', 'responses', undefined, undefined, false],
  ['gpt-3.5-turbo-instruct', 'completions', 4096, 4096, false],
  ['davinci-002', 'completions', 16_384, 16_384, false],
  ['text-embedding-3-small', 'other', undefined, undefined, false],
  ['whisper-1', 'other', undefined, undefined, false],
  ['gpt-image-1', 'other', undefined, undefined, false],
  ['gpt-4o-mini-tts', 'other', undefined, undefined, false],
  // nobody knows what these can
  ['llama-3', 'chat', undefined, undefined, false],
  ['o10', 'chat', undefined, undefined, false],
  ['constructor', 'chat', undefined, undefined, false],
])('%s serves %s', (model, serves, contextTokens, outputTokens, thinks) => {
  const known = capabilitiesOf(model)
  expect(known).toMatchObject({ serves, contextTokens, outputTokens })
  expect(reasons(known)).toBe(thinks)
})

const NOT_CHAT =
  'This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?'

test.each([
  ['gpt-3.5-turbo-instruct', NOT_CHAT],
  ['text-embedding-3-small', NOT_CHAT],
  ['o1-pro', 'This model is only supported in v1/responses and not in v1/chat/completions.'],
])('%s does not chat', (model, message) => {
  const refusal = refusalOf(() => parse(model))
  expect([refusal.status, refusal.message]).toEqual([404, message])
  expect([refusal.param, refusal.code]).toEqual(['model', null])
})

const NOT_WITH = 'is not supported with this model.'
const parameter = 'unsupported_parameter'

test.each([
  [
    { max_tokens: 5 },
    `Unsupported parameter: 'max_tokens' ${NOT_WITH} Use 'max_completion_tokens' instead.`,
    'max_tokens',
    parameter,
  ],
  [{ stop: 'x' }, `Unsupported parameter: 'stop' ${NOT_WITH}`, 'stop', parameter],
  [{ logit_bias: {} }, `Unsupported parameter: 'logit_bias' ${NOT_WITH}`, 'logit_bias', parameter],
  [{ top_p: 0.9 }, `Unsupported parameter: 'top_p' ${NOT_WITH}`, 'top_p', parameter],
  [{ logprobs: true }, `Unsupported parameter: 'logprobs' ${NOT_WITH}`, 'logprobs', parameter],
  [
    { presence_penalty: 0.5 },
    `Unsupported parameter: 'presence_penalty' ${NOT_WITH}`,
    'presence_penalty',
    parameter,
  ],
  [
    { frequency_penalty: 0.5 },
    `Unsupported parameter: 'frequency_penalty' ${NOT_WITH}`,
    'frequency_penalty',
    parameter,
  ],
  [
    { temperature: 0.1 },
    "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
    'temperature',
    'unsupported_value',
  ],
  [
    { n: 2 },
    "Unsupported value: 'n' does not support 2 with this model. Only the default (1) value is supported.",
    'n',
    'unsupported_value',
  ],
])('what models that reason refuse: %j', (more, message, param, code) => {
  for (const model of ['o3', 'gpt-5-mini', 'gpt-5.6-terra']) {
    expect(wordsOf(() => parse(model, more))).toEqual([message, param, code])
  }
  if (!('logit_bias' in more)) expect(parse('gpt-4o', more).ask.model).toBe('gpt-4o')
})

test.each([
  { temperature: 1, top_p: 1, n: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false },
  { max_completion_tokens: 5, reasoning_effort: 'high', verbosity: 'low', seed: 1 },
  { reasoning_effort: 'none', temperature: 0.1, top_p: 0.5 },
  { reasoning_effort: 'none', presence_penalty: 1, frequency_penalty: 1 },
  { reasoning_effort: 'none', logprobs: true, top_logprobs: 2 },
])('what they take: %j', more => {
  expect(parse('gpt-5.6-terra', more).ask.model).toBe('gpt-5.6-terra')
})

test.each([
  ['gpt-5', 'none', "'minimal', 'low', 'medium', and 'high'"],
  ['gpt-5.1', 'minimal', "'none', 'low', 'medium', and 'high'"],
  ['o3', 'xhigh', "'low', 'medium', and 'high'"],
])('%s cannot think as hard as %s', (model, effort, supported) => {
  expect(wordsOf(() => parse(model, { reasoning_effort: effort }))).toEqual([
    `Unsupported value: 'reasoning_effort' does not support '${effort}' with this model. Supported values are: ${supported}.`,
    'reasoning_effort',
    'unsupported_value',
  ])
})

test('a model that does not reason knows no effort', () => {
  expect(wordsOf(() => parse('gpt-4o', { reasoning_effort: 'low' }))).toEqual([
    'Unrecognized request argument supplied: reasoning_effort',
    null,
    null,
  ])
})

const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }
const json_schema = { name: 'n', schema: {} }

test.each([
  [
    'gpt-4',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, image] }] },
    'Invalid content type. image_url is only supported by certain models.',
    'messages.[0].content.[1].type',
    null,
  ],
  [
    'gpt-4o',
    { messages: [{ role: 'user' }, { role: 'user', content: [audio] }] },
    'Invalid content type. input_audio is only supported by certain models.',
    'messages.[1].content.[0].type',
    null,
  ],
  [
    'gpt-4o-audio-preview',
    {},
    'This model requires that either input content or output modality contain audio.',
    'model',
    'invalid_value',
  ],
  [
    'gpt-4',
    { response_format: { type: 'json_object' } },
    "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
    'response_format',
    null,
  ],
  [
    'gpt-3.5-turbo',
    { response_format: { type: 'json_schema', json_schema } },
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs",
    'response_format',
    null,
  ],
  [
    'gpt-4o',
    { max_tokens: 16_385 },
    'max_tokens is too large: 16385. This model supports at most 16384 completion tokens, whereas you provided 16385.',
    'max_tokens',
    'invalid_value',
  ],
  [
    'gpt-5',
    { max_completion_tokens: 128_001 },
    'max_tokens is too large: 128001. This model supports at most 128000 completion tokens, whereas you provided 128001.',
    'max_completion_tokens',
    'invalid_value',
  ],
])('%s cannot do %j', (model, more, message, param, code) => {
  expect(wordsOf(() => parse(model, more))).toEqual([message, param, code])
})

test.each([
  ['gpt-4o', { messages: [{ role: 'user', content: [image] }] }],
  ['gpt-audio', { messages: [{ role: 'user', content: [audio] }] }],
  ['gpt-audio', { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }],
  ['gpt-3.5-turbo', { response_format: { type: 'json_object' } }],
  ['gpt-4o', { max_tokens: 16_384, response_format: { type: 'json_schema', json_schema } }],
  ['my-model', { max_tokens: 10 ** 9, reasoning_effort: 'low', stop: 'x', n: 5, temperature: 0 }],
  ['my-model', { messages: [{ role: 'user', content: [image, audio] }] }],
])('%s can do %j', (model, more) => {
  expect(parse(model, more).ask.model).toBe(model)
})

const CONTEXT = 'context_length_exceeded'

test.each([
  [
    'gpt-3.5-turbo-0613',
    4301,
    undefined,
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 4301 tokens. Please reduce the length of the messages.",
  ],
  [
    'gpt-4',
    5000,
    4000,
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (5000 in the messages, 4000 in the completion). Please reduce the length of the messages or completion.",
  ],
  [
    'gpt-5',
    272_001,
    10,
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 272001 tokens. Please reduce the length of the messages.',
  ],
])('%s has no room for %d tokens and %s more', (model, prompt, completion, message) => {
  expect(wordsOf(() => checkChatFits(model, prompt, completion))).toEqual([
    message,
    'messages',
    CONTEXT,
  ])
})

test.each([
  ['gpt-4', 8192, undefined],
  ['gpt-4', 4192, 4000],
  ['gpt-5', 272_000, 128_000],
  ['my-model', 10 ** 9, 10 ** 9],
])('%s has room for %d tokens and %s more', (model, prompt, completion) => {
  expect(() => checkChatFits(model, prompt, completion)).not.toThrow()
})
