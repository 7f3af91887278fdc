/**
 * Every refusal on record, word for word, as the `openai` package tells it: class, status, type, param, code
 * and message.
 */
import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { refusalOf } from './openai.contract.ts'

const apiKey = 'sk-contract-0123456789'
const quick = { ttft: 0, itl: 0, tokens: 1, logLevel: 'error' } as const
const mock = await createMockServer({
  ...quick,
  apiKey,
  models: [
    ...['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'gpt-5.6-terra', 'gpt-4', 'gpt-3.5-turbo-0613'],
    ...['text-embedding-3-small', 'whisper-1', 'gpt-4o-transcribe', 'gpt-3.5-turbo-instruct'],
  ],
})
afterAll(() => mock.close())

const client = new OpenAI({ baseURL: mock.url, apiKey, maxRetries: 0 })

type Send = () => PromiseLike<unknown>
/** Of the answer: `param` and `code`, then the message. The type is `invalid_request_error` in all of the table. */
type Row = readonly [
  what: string,
  send: Send,
  status: number,
  param: string | null,
  code: string | null,
  message: string,
]

const classes: Readonly<Record<number, unknown>> = {
  400: OpenAI.BadRequestError,
  401: OpenAI.AuthenticationError,
  404: OpenAI.NotFoundError,
  429: OpenAI.RateLimitError,
}

function post(path: string, body: unknown): Send {
  return () => client.post(path, { body })
}

const messages = [{ role: 'user', content: 'Hi.' }]

function chat(more: object, model = 'gpt-4o-mini'): Send {
  return post('/chat/completions', { model, messages, ...more })
}

function respond(body: object): Send {
  return post('/responses', { model: 'gpt-4o-mini', input: 'Hi.', ...body })
}

/** As many tokens as a chat of one user's message is to have. */
function ofTokens(tokens: number): object {
  return { messages: [{ role: 'user', content: `a${' a'.repeat(tokens - 8)}` }] }
}

const strictTool = {
  type: 'function',
  function: { name: 'f', strict: true, parameters: { type: 'object', properties: {} } },
}
const wave = await toFile(Buffer.from('RIFF'), 'a.wav')

const rows: readonly Row[] = [
  [
    'no key',
    () => client.models.list({ headers: { Authorization: null } }),
    ...[401, null, null],
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
  ],
  [
    'a wrong key',
    () =>
      new OpenAI({
        baseURL: mock.url,
        apiKey: 'not-a-real-key-unauthorized',
        maxRetries: 0,
      }).models.list(),
    ...[401, null, 'invalid_api_key'],
    'Incorrect API key provided: not-a-re***************ized. You can find your API key at https://platform.openai.com/account/api-keys.',
  ],
  [
    'a chat without a model',
    post('/chat/completions', { messages }),
    ...[400, null, null],
    'you must provide a model parameter',
  ],
  [
    'a chat without messages',
    post('/chat/completions', { model: 'gpt-4o' }),
    ...[400, 'messages', 'missing_required_parameter'],
    "Missing required parameter: 'messages'.",
  ],
  [
    'a chat of no messages',
    chat({ messages: [] }),
    ...[400, 'messages', 'empty_array'],
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  ],
  [
    'a message without a role',
    chat({ messages: [{ content: 'Hi.' }] }),
    ...[400, 'messages[0].role', 'missing_required_parameter'],
    "Missing required parameter: 'messages[0].role'.",
  ],
  [
    'an unknown parameter',
    chat({ zzz_unknown: 1 }),
    ...[400, 'zzz_unknown', 'unknown_parameter'],
    "Unknown parameter: 'zzz_unknown'.",
  ],
  [
    'an unknown parameter, said to an older model',
    chat({ top_k: 1 }, 'gpt-4'),
    ...[400, null, null],
    'Unrecognized request argument supplied: top_k',
  ],
  [
    'unknown parameters of a legacy completion',
    post('/completions', { model: 'gpt-3.5-turbo-instruct', prompt: 'a', top_k: 1, min_p: 0.1 }),
    ...[400, null, null],
    'Unrecognized request arguments supplied: top_k, min_p',
  ],
  [
    'a temperature that is text',
    chat({ temperature: 'hot' }),
    ...[400, 'temperature', 'invalid_type'],
    "Invalid type for 'temperature': expected a decimal, but got a string instead.",
  ],
  [
    'a number of choices that is text',
    chat({ n: '1' }),
    ...[400, 'n', 'invalid_type'],
    "Invalid type for 'n': expected an integer, but got a string instead.",
  ],
  [
    'tools that are an object',
    chat({ tools: {} }),
    ...[400, 'tools', 'invalid_type'],
    "Invalid type for 'tools': expected an array of objects, but got an object instead.",
  ],
  [
    'messages that are a number',
    chat({ messages: 1.5 }),
    ...[400, 'messages', 'invalid_type'],
    "Invalid type for 'messages': expected an array of objects, but got a decimal number instead.",
  ],
  [
    'content that is a number',
    chat({ messages: [{ role: 'user', content: 5 }] }),
    ...[400, 'messages[0].content', 'invalid_type'],
    "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
  ],
  [
    'an unknown role',
    chat({ messages: [{ role: 'bogus', content: '' }] }),
    ...[400, 'messages[0].role', 'invalid_value'],
    "Invalid value: 'bogus'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
  ],
  [
    'too high a temperature',
    chat({ temperature: 200 }),
    ...[400, 'temperature', 'decimal_above_max_value'],
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 200 instead.",
  ],
  [
    'no choices',
    chat({ n: 0 }),
    ...[400, 'n', 'integer_below_min_value'],
    "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
  ],
  [
    'too many choices',
    chat({ n: 129 }),
    ...[400, 'n', 'integer_above_max_value'],
    "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
  ],
  [
    'metadata that is too long',
    chat({ metadata: { k: 'x'.repeat(513) } }),
    ...[400, 'metadata.k', 'string_above_max_length'],
    "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
  ],
  [
    'too much metadata',
    chat({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, ''])) }),
    ...[400, 'metadata', 'object_above_max_properties'],
    "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
  ],
  [
    'max_tokens for a model that reasons',
    chat({ max_tokens: 5 }, 'gpt-5'),
    ...[400, 'max_tokens', 'unsupported_parameter'],
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  ],
  [
    'stop for a model that reasons',
    chat({ stop: 'x' }, 'gpt-5.6-terra'),
    ...[400, 'stop', 'unsupported_parameter'],
    "Unsupported parameter: 'stop' is not supported with this model.",
  ],
  [
    'a temperature for a model that reasons',
    chat({ temperature: 0.1 }, 'gpt-5'),
    ...[400, 'temperature', 'unsupported_value'],
    "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
  ],
  [
    'an answer of a tool that nobody called',
    chat({
      messages: [...messages, ...messages, { role: 'tool', content: '', tool_call_id: 'c' }],
    }),
    ...[400, 'messages.[2].role', null],
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  ],
  [
    'a strict schema that is open',
    chat({ tools: [strictTool] }),
    ...[400, 'tools[0].function.parameters', 'invalid_function_parameters'],
    "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
  ],
  [
    'an unknown model',
    chat({}, 'gpt-x'),
    ...[404, null, 'model_not_found'],
    'The model `gpt-x` does not exist or you do not have access to it.',
  ],
  [
    'an unknown model that is read',
    () => client.models.retrieve('fake_id'),
    ...[404, 'model', 'model_not_found'],
    "The model 'fake_id' does not exist",
  ],
  [
    'an unknown model that is deleted',
    () => client.models.delete('fake_id'),
    ...[404, 'model', 'model_not_found'],
    "The model 'fake_id' does not exist",
  ],
  [
    'a chat that is too long',
    chat(ofTokens(4301), 'gpt-3.5-turbo-0613'),
    ...[400, 'messages', 'context_length_exceeded'],
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 4301 tokens. Please reduce the length of the messages.",
  ],
  [
    'a response of an unknown model',
    respond({ model: 'gpt-x' }),
    ...[400, 'model', 'model_not_found'],
    "The requested model 'gpt-x' does not exist.",
  ],
  [
    'a temperature for a response of a model that reasons',
    respond({ model: 'gpt-5', temperature: 0.1 }),
    ...[400, 'temperature', null],
    "Unsupported parameter: 'temperature' is not supported with this model.",
  ],
  [
    'a response without a model',
    post('/responses', { input: 'Hi.' }),
    ...[400, 'model', 'missing_required_parameter'],
    "Missing required parameter: 'model'.",
  ],
  [
    'a response without input',
    post('/responses', { model: 'gpt-4o' }),
    ...[400, 'input', 'missing_required_parameter'],
    "Missing required parameter: 'input'.",
  ],
  [
    'a response to nothing',
    respond({ input: '' }),
    ...[400, null, 'missing_required_parameter'],
    `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
  ],
  [
    'a response that leads on from an unknown one',
    respond({ previous_response_id: 'resp_x' }),
    ...[400, 'previous_response_id', 'previous_response_not_found'],
    "Previous response with id 'resp_x' not found.",
  ],
  [
    'an unknown response',
    () => client.responses.retrieve('resp_x'),
    ...[404, null, null],
    "Response with id 'resp_x' not found.",
  ],
  [
    'an unknown stored chat that is read',
    () => client.chat.completions.retrieve('chatcmpl-x'),
    ...[404, 'completion_id', 'not_found'],
    'Completion chatcmpl-x not found',
  ],
  [
    'an unknown stored chat that is deleted',
    () => client.chat.completions.delete('chatcmpl-x'),
    ...[404, 'completion_id', 'not_found'],
    'Completion chatcmpl-x not found',
  ],
  [
    'an unknown file',
    () => client.files.retrieve('fake_id'),
    ...[404, 'id', null],
    'No such File object: fake_id',
  ],
  [
    'a file for a bad purpose',
    async () =>
      client.files.create({
        file: await toFile(Buffer.from('{}'), 'a.jsonl'),
        purpose: 'world_domination' as 'batch',
      }),
    ...[400, 'purpose', null],
    "'world_domination' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'",
  ],
  [
    'embeddings of a negative size',
    () =>
      client.embeddings.create({ model: 'text-embedding-3-small', input: 'a', dimensions: -42 }),
    ...[400, null, null],
    "-42 is less than the minimum of 1 - 'dimensions'",
  ],
  [
    'speech in no language',
    () =>
      client.audio.transcriptions.create({ file: wave, model: 'whisper-1', language: 'gibberish' }),
    ...[400, 'language', 'invalid_language_format'],
    "Invalid language 'gibberish'. Language parameter must be specified in ISO-639-1 format.",
  ],
  ['an unknown URL', post('/xyz', {}), 404, null, null, 'Invalid URL (POST /v1/xyz)'],
  [
    'a wrong method',
    () => client.get('/embeddings'),
    ...[405, null, 'method_not_supported'],
    'Only POST requests are accepted.',
  ],
  [
    'a body that is no JSON',
    () =>
      client.post('/chat/completions', {
        body: '{"model":',
        headers: { 'content-type': 'application/json' },
      }),
    ...[400, null, null],
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  ],
  [
    'a body of another kind',
    () =>
      client.post('/chat/completions', {
        body: 'model=m',
        headers: { 'content-type': 'text/plain' },
      }),
    ...[415, null, 'unsupported_content_type'],
    "Unsupported content type: 'text/plain'. This API method only accepts 'application/json' requests, but you specified the header 'Content-Type: text/plain'. Please try again with a supported content type.",
  ],
].map(row => row as unknown as Row)

test.each(rows)('%s', async (_what, send, status, param, code, message) => {
  const refusal = await refusalOf(send)
  expect(refusal.constructor).toBe(classes[status] ?? OpenAI.APIError)
  expect(refusal.status).toBe(status)
  expect(refusal.error).toEqual({ message, type: 'invalid_request_error', param, code })
  expect(refusal.requestID).toMatch(/^req_/)
  const bearer = status === 401 ? 'Bearer realm="OpenAI API"' : null
  expect(refusal.headers!.get('www-authenticate')).toBe(bearer)
})

test('messages sent to the Responses API are told where they went', async () => {
  const refusal = await refusalOf(respond({ messages }))
  expect([refusal.status, refusal.param, refusal.code]).toEqual([
    400,
    null,
    'unsupported_parameter',
  ])
  expect(refusal.message).toMatch(
    /^400 Unsupported parameter: 'messages'\. In the Responses API, this parameter has moved to 'input'\. /,
  )
})

test('a chat that asks for a stream is refused in plain JSON', async () => {
  const response = await fetch(`${mock.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', stream: true }),
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json'])
  const { error } = (await response.json()) as { error: object }
  expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code'])
})

test('tokens beyond the limit are told with the wait, more than all of it without', async () => {
  await using limited = await createMockServer({ ...quick, tokens: 60, tpm: 100 })
  const { chat: chats } = new OpenAI({ baseURL: limited.url, apiKey: 'sk-test', maxRetries: 0 })
  const send = (max_tokens: number) => () =>
    chats.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi.' }],
      max_tokens,
    })
  await send(60)()
  const reached = await refusalOf(send(60))
  expect(reached).toBeInstanceOf(OpenAI.RateLimitError)
  expect(reached.error).toEqual({
    message: expect.stringMatching(
      /^Rate limit reached for gpt-4o in organization org-tokadence on tokens per min \(TPM\): Limit 100, Used \d+, Requested 69\. Please try again in [\d.]+m?s\. Visit https:\/\/platform\.openai\.com\/account\/rate-limits to learn more\.$/,
    ),
    type: 'tokens',
    param: null,
    code: 'rate_limit_exceeded',
  })
  expect(Number(reached.headers!.get('retry-after'))).toBeGreaterThanOrEqual(1)
  const tooLarge = await refusalOf(send(200))
  expect(tooLarge.error).toEqual({
    message:
      'Request too large for gpt-4o in organization org-tokadence on tokens per min (TPM): Limit 100, Requested 209. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.',
    type: 'tokens',
    param: null,
    code: 'rate_limit_exceeded',
  })
  expect(tooLarge.headers!.get('retry-after')).toBeNull()
})

test('leniently, nothing of all this is refused', async () => {
  await using open = await createMockServer({ ...quick, lenient: true })
  const { chat: chats } = new OpenAI({ baseURL: open.url, apiKey: 'sk-test', maxRetries: 0 })
  for (const body of [
    {},
    { model: 'o3', messages: [], max_tokens: 0, stop: 'x', temperature: 0, zzz: 1 },
    { messages: [{ role: 'robot', content: 5 }], tools: [{}], tool_choice: 'required', n: 0 },
  ]) {
    const { object } = await chats.completions.create(
      body as unknown as OpenAI.Chat.ChatCompletionCreateParamsNonStreaming,
    )
    expect(object).toBe('chat.completion')
  }
})
