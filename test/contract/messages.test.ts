/* biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into as JSON */
/** Anthropic's Messages API, asked as its own clients ask it: keys, versions, blocks, events, limits. */
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { createSseReader } from '../../protocol/sse.ts'

const mock = await createMockServer({
  ttft: 0,
  itl: 0,
  tokens: 6,
  reasoning: 3,
  seed: 1,
  logLevel: 'error',
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

type Body = Record<string, any>

const headers = { 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01' }
const weather = {
  name: 'get_weather',
  description: 'The weather of a city',
  input_schema: { type: 'object', properties: { city: { enum: ['Oslo'] } }, required: ['city'] },
}
const question = { role: 'user', content: 'What is the weather?' }
const body = { model: 'claude-haiku-4-5', max_tokens: 100, messages: [question] }

function post(more: Body, { path = '/messages', url = mock.url, ...given }: Body = {}) {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(given.headers ?? headers) },
    body: JSON.stringify(path === '/messages' ? { ...body, ...more } : more),
  })
}

async function answer(more: Body = {}): Promise<any> {
  const response = await post(more)
  const message = await response.json()
  expect(response.status, JSON.stringify(message)).toBe(200)
  return message
}

async function events(more: Body = {}): Promise<any[]> {
  const response = await post({ ...more, stream: true })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const said: any[] = []
  const reader = createSseReader(({ event, data }) => {
    const parsed = JSON.parse(data)
    expect(event).toBe(parsed.type)
    said.push(parsed)
  })
  reader.feed(new Uint8Array(await response.arrayBuffer()))
  return said
}

const usage = {
  input_tokens: 12,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 2,
  service_tier: 'standard',
  inference_geo: 'not_available',
}
const asked = { messages: [{ role: 'user', content: 'Say exactly: Good morning' }] }

test('a message has its blocks, why it ended, and what it used', async () => {
  const message = await answer(asked)
  expect(message.id).toMatch(/^msg_01[A-Za-z0-9]{22}$/)
  expect(message).toEqual({
    model: 'claude-haiku-4-5-20251001',
    id: message.id,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'Good morning' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    usage,
  })
})

test('a stream opens the message, says each block in pieces, and ends with the reason and the usage', async () => {
  const said = await events(asked)
  const { id } = said[0].message
  expect(said).toEqual([
    {
      type: 'message_start',
      message: {
        model: 'claude-haiku-4-5-20251001',
        id,
        type: 'message',
        role: 'assistant',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: { ...usage, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Good' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' morning' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 2,
      },
    },
    { type: 'message_stop' },
  ])
  expect((await answer(asked)).id).toBe(id)
})

test('a call is a block whose input comes as pieces of JSON, the first of them empty', async () => {
  const tools = { tools: [weather], tool_choice: { type: 'any' } }
  const { content, stop_reason } = await answer(tools)
  const { id } = content[0]
  expect(id).toMatch(/^toolu_01[A-Za-z0-9]{22}$/)
  const block = { type: 'tool_use', id, name: 'get_weather', input: {}, caller: { type: 'direct' } }
  expect(content).toEqual([{ ...block, input: { city: 'Oslo' } }])
  expect(stop_reason).toBe('tool_use')

  const said = await events(tools)
  expect(said[1]).toEqual({ type: 'content_block_start', index: 0, content_block: block })
  const pieces = said.filter(({ type }) => type === 'content_block_delta').map(({ delta }) => delta)
  expect(pieces[0]).toEqual({ type: 'input_json_delta', partial_json: '' })
  expect(pieces.map(({ partial_json }) => partial_json).join('')).toBe('{"city":"Oslo"}')
  expect(said.at(-2).delta.stop_reason).toBe('tool_use')
})

test('a call, its result, and an answer: the loop of an agent comes to its end', async () => {
  const tools = [weather]
  const called = await answer({ tools })
  const [{ type, id }] = called.content
  expect(type).toBe('tool_use')
  const results = [
    { type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text: 'Rain.' }] },
    { type: 'text', text: 'Please answer in one sentence.' },
  ]
  const messages = [
    question,
    { role: 'assistant', content: called.content },
    { role: 'user', content: results },
  ]
  const { content, stop_reason } = await answer({ tools, messages })
  expect([content.length, content[0].type, stop_reason]).toEqual([1, 'text', 'end_turn'])
})

test('a thread is continued with only what is new', async () => {
  const thread = { type: 'create' }
  const first = await answer({ thread, tools: [weather], system: 'Be brief.' })
  const [{ id }] = first.content
  const next = {
    thread: { type: 'continue', previous_message_id: first.id },
    messages: [
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Rain.' }] },
    ],
  }
  const second = await answer(next)
  expect([second.content[0].type, second.stop_reason]).toEqual(['text', 'end_turn'])
  expect(second.usage.input_tokens).toBeGreaterThan(first.usage.input_tokens)
  const third = { type: 'continue', previous_message_id: second.id }
  const said = await events({ ...asked, thread: third })
  expect(said.flatMap(({ delta }) => delta?.text ?? []).join('')).toBe('Good morning')
  const { usage } = said[0].message
  expect(usage.input_tokens).toBeGreaterThan(second.usage.input_tokens)

  const lost = await post({ thread: { type: 'continue', previous_message_id: 'msg_1' } })
  const { error } = (await lost.json()) as any
  expect([lost.status, error.type, error.details]).toEqual([
    ...[404, 'not_found_error', { error_code: 'thread_not_found' }],
  ])
  expect(await refusal(await post({ ...next, tools: [weather] }))).toEqual([
    ...[400, 'invalid_request_error', 'tools: the thread keeps what it was created with'],
  ])
})

test('which tool is called, and how many, is as the choice says', async () => {
  const tools = ['get_weather', 'get_weather_history'].map(name => ({ ...weather, name }))
  const names = async (tool_choice: Body) =>
    (await answer({ tools, tool_choice })).content.map(({ name }: Body) => name)
  expect(await names({ type: 'auto' })).toEqual(['get_weather', 'get_weather_history'])
  expect(await names({ type: 'auto', disable_parallel_tool_use: true })).toEqual(['get_weather'])
  expect(await names({ type: 'tool', name: 'get_weather_history' })).toEqual([
    'get_weather_history',
  ])
  expect(await names({ type: 'none' })).toEqual([undefined])
})

const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2000 }

test('thinking is a signed block before the rest, and counted', async () => {
  const { content, usage } = await answer(thinking)
  expect(content.map(({ type }: Body) => type)).toEqual(['thinking', 'text'])
  expect(content[0].thinking).not.toBe('')
  expect([usage.output_tokens, usage.output_tokens_details]).toEqual([9, { thinking_tokens: 3 }])

  const said = await events(thinking)
  const own = said.filter(({ index }) => index === 0)
  expect(own[0].content_block).toEqual({ type: 'thinking', thinking: '', signature: '' })
  expect(own.map(({ type, delta }) => delta?.type ?? type)).toEqual([
    'content_block_start',
    'thinking_delta',
    'thinking_delta',
    'thinking_delta',
    'signature_delta',
    'content_block_stop',
  ])
  expect(own.map(({ delta }) => delta?.thinking ?? '').join('')).toBe(content[0].thinking)
  expect(own.at(-2).delta.signature).toBe(content[0].signature)
  expect(said.at(-2).usage.output_tokens_details).toEqual({ thinking_tokens: 3 })
})

test('thinking may be left out, or encrypted when the documented words ask for it', async () => {
  const omitted = { ...thinking, thinking: { ...thinking.thinking, display: 'omitted' } }
  const [first] = (await answer(omitted)).content
  expect([first.type, first.thinking, first.signature.length > 50]).toEqual(['thinking', '', true])
  expect((await events(omitted)).filter(({ delta }) => delta?.thinking !== undefined)).toEqual([])

  const content =
    'ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB'
  const redacted = { ...thinking, messages: [{ role: 'user', content }] }
  const [block] = (await answer(redacted)).content
  expect(Object.keys(block)).toEqual(['type', 'data'])
  expect(block.type).toBe('redacted_thinking')
  const own = (await events(redacted)).filter(({ index }) => index === 0)
  expect(own).toEqual([
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_stop', index: 0 },
  ])
})

test('a filter that steps in, and a fixture that refuses, end the message with a refusal', async () => {
  const content =
    'ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86'
  const filtered = { messages: [{ role: 'user', content }] }
  const stop_details = { type: 'refusal', category: null, explanation: null }
  expect(await answer(filtered)).toMatchObject({
    content: [],
    stop_reason: 'refusal',
    stop_details,
    usage: { output_tokens: 0 },
  })
  const said = await events(filtered)
  expect(said.map(({ type }) => type)).toEqual(['message_start', 'message_delta', 'message_stop'])
  expect(said[1].delta).toEqual({ stop_reason: 'refusal', stop_sequence: null, stop_details })

  mock.when('weather').reply({ refusal: 'No forecasts.' })
  expect(await answer()).toMatchObject({
    content: [],
    stop_reason: 'refusal',
    stop_details: { ...stop_details, explanation: 'No forecasts.' },
  })
})

test('a stop sequence is named, the most tokens are kept, and none at all says nothing', async () => {
  const one = { messages: [{ role: 'user', content: 'Say exactly: One two three' }] }
  expect(await answer({ ...one, stop_sequences: ['x', ' two'] })).toMatchObject({
    content: [{ type: 'text', text: 'One' }],
    stop_reason: 'stop_sequence',
    stop_sequence: ' two',
  })
  expect(await answer({ ...one, max_tokens: 2 })).toMatchObject({
    content: [{ type: 'text', text: 'One two' }],
    stop_reason: 'max_tokens',
    stop_sequence: null,
    usage: { output_tokens: 2 },
  })
  expect(await answer({ ...one, max_tokens: 0 })).toMatchObject({
    content: [],
    stop_reason: 'max_tokens',
    usage: { output_tokens: 0 },
  })
})

test('a reply goes on from where the last turn of the assistant ends', async () => {
  const after = async (user: string, begun: string) => {
    const messages = [
      { role: 'user', content: user },
      { role: 'assistant', content: begun },
    ]
    const { content } = await answer({ messages })
    return content[0].text
  }
  expect(await after('Say exactly: Good morning', 'Good mor')).toBe('ning')
  const begun = '```json\n{'
  const rest = await after('Give me JSON with "name" and "age" (a number).', begun)
  const value = JSON.parse((begun + rest).replace(/^```json\n|\n```$/g, ''))
  expect([typeof value.name, typeof value.age]).toEqual(['string', 'number'])
  expect(await after('Tell me of rivers.', 'Once upon a time')).toMatch(/^ \w/)
})

test('an answer in a format is JSON of its schema', async () => {
  const schema = { type: 'object', properties: { n: { const: 7 } }, required: ['n'] }
  const { content } = await answer({ output_config: { format: { type: 'json_schema', schema } } })
  expect(content).toEqual([{ type: 'text', text: '{"n":7}' }])
})

test('what is marked is written to the cache, and read from it the next time', async () => {
  const text = 'word '.repeat(2000)
  const system = [{ type: 'text', text, cache_control: { type: 'ephemeral' } }]
  const first = (await answer({ system })).usage
  expect(first.cache_creation_input_tokens).toBeGreaterThan(1900)
  expect(first.cache_creation.ephemeral_5m_input_tokens).toBe(first.cache_creation_input_tokens)
  expect(first.cache_read_input_tokens).toBe(0)
  const again = (await events({ system })).at(-2).usage
  expect(again).toMatchObject({
    input_tokens: first.input_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: first.cache_creation_input_tokens,
  })
})

test('tokens are counted without an answer, as many as an answer says', async () => {
  const asked = { model: body.model, messages: [question], system: 'Be brief.', tools: [weather] }
  const response = await post(asked, { path: '/messages/count_tokens' })
  expect(response.headers.get('request-id')).toMatch(/^req_/)
  const { usage } = await answer({ system: 'Be brief.', tools: [weather] })
  expect(await response.json()).toEqual({ input_tokens: usage.input_tokens })
})

async function refusal(response: Response): Promise<unknown[]> {
  const { type, error, request_id } = (await response.json()) as any
  expect([type, request_id]).toEqual(['error', response.headers.get('request-id')])
  return [response.status, error.type, error.message]
}

test('a key goes by x-api-key or as a bearer, and the version of the API is named', async () => {
  const version = { 'anthropic-version': '2023-06-01' }
  const bearer = await post({}, { headers: { ...version, authorization: 'Bearer sk-ant-1' } })
  expect(bearer.status).toBe(200)
  expect(bearer.headers.get('request-id')).toBe(mock.requests().at(-1)!.requestId)
  expect(await refusal(await post({}, { headers: version }))).toEqual([
    401,
    'authentication_error',
    'x-api-key header is required',
  ])
  const key = { 'x-api-key': 'sk-ant-1' }
  expect(await refusal(await post({}, { headers: key }))).toEqual([
    400,
    'invalid_request_error',
    'anthropic-version: header is required',
  ])
  const wrong = { ...key, 'anthropic-version': '2020-01-01' }
  expect(await refusal(await post({}, { headers: wrong }))).toEqual([
    400,
    'invalid_request_error',
    'anthropic-version: "2020-01-01" is not a valid version',
  ])
})

test('faults of a body are named by their places, broken JSON is called so', async () => {
  expect(await refusal(await post({ messages: [{ role: 'user' }] }))).toEqual([
    400,
    'invalid_request_error',
    'messages.0.content: Field required',
  ])
  const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
  const broken = await fetch(`${mock.url}/messages`, { ...init, body: '{' })
  expect(await refusal(broken)).toEqual([
    400,
    'invalid_request_error',
    'The request body is not valid JSON',
  ])
})

test('limits and models are refused in the words of this API', async () => {
  await using strict = await createMockServer({
    ttft: 0,
    itl: 0,
    rpm: 1,
    models: ['claude-haiku-4-5'],
    apiKey: ['sk-ant-1'],
    logLevel: 'error',
  })
  const at = { url: strict.url }
  expect(await refusal(await post({ model: 'claude-x' }, at))).toEqual([
    404,
    'not_found_error',
    'model: claude-x',
  ])
  expect(
    await refusal(await post({}, { ...at, headers: { ...headers, 'x-api-key': 'sk' } })),
  ).toEqual([401, 'authentication_error', 'invalid x-api-key'])
  const first = await post({}, at)
  expect(first.headers.get('anthropic-ratelimit-requests-limit')).toBe('1')
  expect(first.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0')
  const reset = first.headers.get('anthropic-ratelimit-requests-reset')!
  expect(reset).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(Date.parse(reset)).toBeGreaterThan(Date.now() + 30_000)
  const second = await post({}, at)
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(50)
  expect(second.headers.get('x-should-retry')).toBe('true')
  const [status, type, message] = await refusal(second)
  expect([status, type]).toEqual([429, 'rate_limit_error'])
  expect(message).toMatch(/^This request would exceed the rate limit for your organization/)
})

test('leniently, no version is needed and anything is answered', async () => {
  await using lenient = await createMockServer({
    ttft: 0,
    itl: 0,
    lenient: true,
    logLevel: 'error',
  })
  const response = await post(
    { messages: [{ role: 'robot', content: [{ type: 'odd' }] }], model: 7, max_tokens: 'x' },
    { url: lenient.url, headers: { 'x-api-key': 'k' } },
  )
  expect([response.status, ((await response.json()) as any).type]).toEqual([200, 'message'])
})
