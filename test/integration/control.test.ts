/** The control plane of a running server: settings, reset, who may, and what is too much. */
import OpenAI from 'openai'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { ChangesError, createMockServer } from '../../mock-server/index.ts'
import { connectRaw, rawRequest } from '../helpers/raw-http.ts'

const quick = { ttft: 0, itl: 0, tokens: 4, seed: 1 } as const
const mock = await createMockServer({ ...quick, apiKey: 'sk-secret', logLevel: 'error' })
const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-secret', maxRetries: 0 })
afterAll(() => mock.close())
beforeEach(() => {
  mock.reset()
  mock.configure({ rpm: null, ttft: 0, itl: 0, tokens: 4 })
})

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what it is is what is asserted.
  readonly body: any
}

async function control(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${mock.origin}/_tokadence/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const chat = (headers: Record<string, string> = {}) =>
  client.chat.completions.create(
    { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi.' }] },
    { headers },
  )

test('the configuration is told as it would be written, without secrets', async () => {
  const { status, body } = await control('GET', 'config')
  expect(status).toBe(200)
  expect(body.config).toMatchObject({
    ttft: '0',
    tokens: '4',
    rpm: null,
    seed: 1,
    limitQuantum: '1m',
    apiKey: ['[redacted]'],
    controlToken: null,
  })
  expect(body.live.rpm).toMatchObject({ group: 'limits', started: null, shape: 'number' })
  expect(Object.keys(body.live)).not.toContain('apiKey')
  expect(JSON.stringify(body)).not.toContain('sk-secret')
})

test('what is changed holds for what comes after', async () => {
  const { status, body } = await control('PATCH', 'config', { tokens: '9', rpm: 1 })
  expect([status, body.config.tokens, body.config.rpm]).toEqual([200, '9', 1])
  expect((await chat()).usage?.completion_tokens).toBe(9)
  await expect(chat()).rejects.toMatchObject({ status: 429 })
  await control('PATCH', 'config', { rpm: null })
  expect((await chat()).usage?.completion_tokens).toBe(9)
})

test('what the configuration tells can be sent back, and changes nothing', async () => {
  const before = await control('GET', 'config')
  const live = Object.keys(before.body.live).map(key => [key, before.body.config[key]])
  const { status, body } = await control('PATCH', 'config', Object.fromEntries(live))
  expect([status, body]).toEqual([200, before.body])
})

test('one wrong value, and nothing is changed: each is named with its place and what is allowed', async () => {
  const changes = { tokens: 9, ttft: 'soon', rpm: 0, rmp: 5, port: 80 }
  const { status, body } = await control('PATCH', 'config', changes)
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ param: 'ttft', code: 'invalid_option' })
  expect(body.error.message).toMatch(/^ttft: "soon" is not allowed; [\s\S]*Nothing was changed\.$/)
  const errors: Record<string, unknown>[] = body.errors
  expect(errors.map(({ param, value }) => [param, value])).toEqual([
    ['ttft', 'soon'],
    ['rpm', 0],
    ['rmp', null],
    ['port', null],
  ])
  expect(errors[1]!.allowed).toBe('write a whole number from 1 to 1000000000')
  expect((await control('GET', 'config')).body.config).toMatchObject({ tokens: '4', ttft: '0' })
})

test('in code it is the same', async () => {
  mock.configure({ tokens: 7 })
  expect((await chat()).usage?.completion_tokens).toBe(7)
  // @ts-expect-error: port is no live option.
  const wrong = () => mock.configure({ tokens: 8, rpm: 0, port: 1 })
  expect(wrong).toThrow(ChangesError)
  expect(wrong).toThrow('configure({ rpm }): 0 is not allowed')
  expect((await chat()).usage?.completion_tokens).toBe(7)
})

test.each([
  ['PATCH', 'config', '[]', 400, 'invalid_body'],
  ['PATCH', 'config', '{"rpm":', 400, null],
  ['PATCH', 'config', '', 400, 'invalid_body'],
  ['PATCH', 'config', `{"ttft":${'['.repeat(600)}${']'.repeat(600)}}`, 400, null],
  ['PATCH', 'config', `{"ttft":"${'x'.repeat(2 ** 20)}"}`, 413, 'request_too_large'],
  ['DELETE', 'config', undefined, 405, 'method_not_supported'],
  ['POST', 'reset', '{"kee":"a"}', 400, 'invalid_body'],
  ['POST', 'reset', '{"key":1}', 400, 'invalid_body'],
  ['GET', 'reset', undefined, 405, 'method_not_supported'],
  ['GET', 'nothing', undefined, 404, null],
])('%s %s with %j is refused in the shape of the API', async (method, path, body, status, code) => {
  const answer = await control(method, path, body)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
  expect(answer.body.error.type).toBe('invalid_request_error')
  if (status === 405) expect(answer.headers.get('allow')).toMatch(/^(GET, PATCH|POST)$/)
})

test('a reset forgets what requests have left behind', async () => {
  mock.when('Hi.').reply('Once.')
  const file = await client.files.create({
    file: new File(['{}'], 'a.jsonl'),
    purpose: 'user_data',
  })
  const stored = await client.responses.create({ model: 'gpt-4o', input: 'One.' })
  const kept = await client.chat.completions.create({
    model: 'gpt-4o',
    store: true,
    messages: [{ role: 'user', content: 'Keep this.' }],
  })
  const conversation = await client.conversations.create()
  const upload = await client.uploads.create({
    bytes: 2,
    filename: 'b.jsonl',
    mime_type: 'text/plain',
    purpose: 'user_data',
  })
  mock.configure({ rpm: 1 })
  expect((await chat()).choices[0]!.message.content).toBe('Once.')
  await expect(chat()).rejects.toMatchObject({ status: 429 })

  expect((await control('POST', 'reset')).body).toEqual({ reset: 'all' })
  expect(mock.requests()).toEqual([])
  expect((await chat()).choices[0]!.message.content).not.toBe('Once.')
  mock.configure({ rpm: null })
  for (const look of [
    client.files.retrieve(file.id),
    client.responses.retrieve(stored.id),
    client.chat.completions.retrieve(kept.id),
    client.conversations.retrieve(conversation.id),
    client.uploads.cancel(upload.id),
  ]) {
    await expect(look).rejects.toMatchObject({ status: 404 })
  }
})

test('a reset of one key leaves the others alone', async () => {
  await chat({ 'x-tokadence-key': 'a' })
  await chat({ 'x-tokadence-key': 'b' })
  expect((await control('POST', 'reset', { key: 'a' })).body).toEqual({ reset: 'a' })
  expect(mock.requests().map(({ key }) => key)).toEqual(['b'])
})

test('streams in flight live through changes and resets', async () => {
  mock.configure({ tokens: 40, itl: '5ms' })
  const stream = await client.chat.completions.create({
    model: 'gpt-4o',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Go on.' }],
  })
  mock.reset()
  mock.configure({ tokens: 1, itl: 0 })
  let usage: OpenAI.CompletionUsage | null | undefined
  for await (const chunk of stream) usage = chunk.usage
  expect(usage?.completion_tokens).toBe(40)
})

test('the state counts, and tells no prompt and no key', async () => {
  const before = (await control('GET', 'state')).body
  const prompt = '<img src=x onerror=alert(1)>'
  await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: prompt }],
  })
  const { body } = await control('GET', 'state')
  expect(body.totals.requests - before.totals.requests).toBe(1)
  expect(body.totals.outputTokens - before.totals.outputTokens).toBe(4)
  expect(body.latest[0]).toMatchObject({
    path: '/v1/chat/completions',
    model: 'gpt-4o',
    outcome: 'ok',
    status: 200,
    outputTokens: 4,
  })
  const text = JSON.stringify(body)
  expect(text).not.toContain('onerror')
  expect(text).not.toContain('sk-secret')
})

test.each([
  ['a foreign Host', 'GET', { host: 'evil.example' }, 'foreign_host'],
  ['a foreign Origin', 'POST', { origin: 'http://evil.example' }, 'foreign_origin'],
  ['a proxy', 'GET', { 'x-forwarded-for': '192.0.2.1' }, 'control_plane_closed'],
])('%s is refused, and metrics are open', async (_, method, headers, code) => {
  await using connection = await connectRaw(mock.port)
  connection.send(rawRequest(`${method} /_tokadence/state HTTP/1.1`, { headers }))
  const { status, body } = await connection.receive()
  expect([status, JSON.parse(body).error.code]).toEqual([403, code])
  connection.send(rawRequest('GET /metrics HTTP/1.1', { headers }))
  expect((await connection.receive()).status).toBe(200)
})

test.each([
  ['a URL too long', rawRequest(`GET /v1/models?${'x'.repeat(9000)} HTTP/1.1`), 414],
  ['a URL far too long', rawRequest(`GET /v1/models?${'x'.repeat(99_000)} HTTP/1.1`), 414],
  ['a header too large', rawRequest('GET / HTTP/1.1', { headers: { a: 'x'.repeat(17_000) } }), 431],
  ['too many headers', `GET / HTTP/1.1\r\nhost: a\r\n${'a:b\r\n'.repeat(300)}\r\n`, 431],
  ['no HTTP', 'HELLO\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 2\r\n\r\n', 400],
])('%s is answered in the shape of the API', async (_, text, status) => {
  await using connection = await connectRaw(mock.port)
  connection.send(text)
  const response = await connection.receive()
  expect(response.status).toBe(status)
  expect(JSON.parse(response.body).error.type).toBe('invalid_request_error')
  expect(response.headers.connection).toBe('close')
})
