/** Faults on a running server: schedules, headers, limits, the manual clock, other endpoints, what is left behind. */
import fc from 'fast-check'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { faultCatalogue, faultNames } from '../../mock-server/engine/faults/catalogue.ts'
import {
  createMockServer,
  type MockServer,
  type MockServerOptions,
} from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { askRaw } from '../helpers/raw-answer.ts'
import { rawRequest } from '../helpers/raw-http.ts'
import { chatBody, echoBody, postChat, readStream } from '../helpers/read-stream.ts'

const quick = { ttft: 0, itl: 0, tokens: 6, logLevel: 'error' } as const

function start(options: MockServerOptions = {}): Promise<MockServer> {
  return createMockServer({ ...quick, ...options })
}

/** The statuses of so many requests, one after the other. */
async function statuses(
  { url }: MockServer,
  bodies: readonly string[],
  headers: Record<string, string> = {},
): Promise<number[]> {
  const all: number[] = []
  for (const body of bodies) {
    const answer = await postChat(url, body, { headers })
    await answer.arrayBuffer()
    all.push(answer.status)
  }
  return all
}

test('a rule that cannot be is refused at start, with its place', async () => {
  await expect(start({ fault: ['http-500;p=0.1', 'rest-mid-stream'] })).rejects.toThrow(
    'createMockServer({ fault }): ["http-500;p=0.1","rest-mid-stream"] is not allowed; in fault[1], there is no fault "rest-mid-stream": did you mean reset-mid-stream?',
  )
})

test('faults are changed while the server runs, all of them or none', async () => {
  await using mock = await start()
  expect(await statuses(mock, [chatBody('a')])).toEqual([200])
  mock.configure({ fault: 'http-500' })
  expect(await statuses(mock, [chatBody('a')])).toEqual([500])
  expect(() => mock.configure({ fault: ['http-503', 'http-999'] })).toThrow('in fault[1]')
  expect(await statuses(mock, [chatBody('a')])).toEqual([500])
  mock.configure({ fault: null })
  expect(await statuses(mock, [chatBody('a')])).toEqual([200])
})

test('what is configured is shown as it was written', async () => {
  await using mock = await start({ fault: ['http-500;p=0.1', 'truncate@token=5'] })
  const answer = await fetch(`${mock.origin}/_tokadence/config`)
  const { config } = (await answer.json()) as { config: Record<string, unknown> }
  expect(config.fault).toEqual(['http-500;p=0.1', 'truncate@token=5'])
})

test("a request's own header stands over the schedule, and one that is no rule is named", async () => {
  await using mock = await start({ fault: 'http-500' })
  const fault = (rule: string) => ({ headers: { 'x-tokadence-fault': rule } })
  expect((await postChat(mock.url, chatBody('a'), fault('none'))).status).toBe(200)
  expect((await postChat(mock.url, chatBody('a'), fault('http-409'))).status).toBe(409)
  expect((await postChat(mock.url, chatBody('a'), fault('truncate, http-404'))).status).toBe(404)
  const refused = await postChat(mock.url, chatBody('a'), fault('http-409;p=2'))
  expect([refused.status, ((await refused.json()) as { error: unknown }).error]).toEqual([
    400,
    {
      message:
        'Invalid header x-tokadence-fault: p=2 is not allowed; write a share above 0 and at most 1.',
      type: 'invalid_request_error',
      param: 'x-tokadence-fault',
      code: 'invalid_fault',
    },
  ])
})

test('the first attempts of each request fail, whether the client counts them or not', async () => {
  await using mock = await start({ fault: 'http-500;first=2' })
  const [a, b] = [chatBody('a'), chatBody('b')]
  expect(await statuses(mock, [a, b, a, b, a, b])).toEqual([500, 500, 500, 500, 200, 200])
  const attempt = (count: number) => ({ 'x-stainless-retry-count': String(count) })
  expect(await statuses(mock, [a], attempt(0))).toEqual([500])
  expect(await statuses(mock, [a], attempt(2))).toEqual([200])
  expect(mock.requests().map(({ key }) => key === undefined)).not.toContain(true)
  mock.reset()
  expect(await statuses(mock, [a])).toEqual([500])
  const named = { 'x-tokadence-key': 'mine' }
  expect(await statuses(mock, [a, a, a], named)).toEqual([500, 500, 200])
  mock.reset('mine')
  expect(await statuses(mock, [a], named)).toEqual([500])
  expect(await statuses(mock, [a, a])).toEqual([500, 200])
})

test('faults of a share of requests are the same on every server of that seed', async () => {
  const bodies = Array.from({ length: 30 }, (_, i) => chatBody(`request ${i}`))
  const options = { seed: 7, fault: 'http-500;p=0.3' }
  await using one = await start(options)
  await using other = await start(options)
  const forwards = await statuses(one, bodies)
  const backwards = await statuses(other, bodies.toReversed())
  expect(backwards.toReversed()).toEqual(forwards)
  expect(new Set(forwards)).toEqual(new Set([200, 500]))
})

test('limits come first, and a request that fails counts', async () => {
  await using mock = await start({ rpm: 2, fault: 'http-500' })
  const bodies = ['a', 'b', 'c'].map(text => chatBody(text))
  expect(await statuses(mock, bodies)).toEqual([500, 500, 429])
  expect(mock.requests().map(({ fault }) => fault)).toEqual(['http-500', 'http-500', undefined])

  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  const embed = () => client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' })
  for (const status of ['500', '500', '429']) await expect(embed()).rejects.toThrow(status)
})

test('what is told of other requests is the same whatever might go wrong with them', async () => {
  await using mock = await start({ seed: 3 })
  await using other = await start({ seed: 3, fault: ['http-500;p=0.000001', 'crlf'] })
  const speech = { model: 'tts-1', voice: 'alloy', input: 'Hello there.', response_format: 'wav' }
  const bytesOf = async ({ url }: MockServer) => {
    const client = new OpenAI({ baseURL: url, apiKey: 'sk-test' })
    const spoken = await client.audio.speech.create(speech as OpenAI.Audio.SpeechCreateParams)
    return Buffer.from(await spoken.arrayBuffer()).toString('base64')
  }
  expect(await bytesOf(other)).toBe(await bytesOf(mock))
})

test('a window of time is one of the manual clock', async () => {
  await using mock = await start({ clock: 'manual', fault: 'overloaded;from=10s;to=20s' })
  expect(await statuses(mock, [chatBody('a')])).toEqual([200])
  await mock.clock.advance('10s')
  expect(await statuses(mock, [chatBody('a')])).toEqual([503])
  await mock.clock.advance('10s')
  expect(await statuses(mock, [chatBody('a')])).toEqual([200])
})

test('a stall of an hour is over when the manual clock says so', async () => {
  await using mock = await start({ clock: 'manual', fault: 'stall@token=2;for=1h' })
  const answer = await postChat(mock.url, echoBody('one two three', { stream: true }))
  const reading = readStream(answer)
  await eventually(() => mock.requests().find(({ done }) => done.chunks === 3))
  await mock.clock.advance('59m')
  expect(mock.requests()[0]!.done.outcome).toBe('open')
  await mock.clock.advance('1m')
  expect((await reading).content).toBe('one two three')
  const { fault, done } = mock.requests()[0]!
  expect([fault, done.outcome, done.durationMs]).toEqual(['stall', 'ok', 3_600_000])
})

test('a hang of minutes is over when the manual clock says so', async () => {
  await using mock = await start({ clock: 'manual', fault: 'hang-before-headers;for=6m' })
  const asked = postChat(mock.url, chatBody('a'))
  await eventually(() => mock.requests()[0]?.fault)
  await mock.clock.advance('6m')
  expect((await asked).status).toBe(200)
})

test('each endpoint has its faults', async () => {
  await using mock = await start()
  const client = (fault: string) =>
    new OpenAI({
      baseURL: mock.url,
      apiKey: 'sk-test',
      maxRetries: 0,
      defaultHeaders: { 'x-tokadence-fault': fault },
    })
  await expect(client('http-503').models.list()).rejects.toThrow('503')
  await expect(client('reset-before-headers').models.list()).rejects.toThrow('Connection error.')
  await expect(client('length-too-short').models.list()).rejects.toThrow(SyntaxError)
  const embedding = { model: 'text-embedding-3-small', input: 'a' }
  await expect(client('slow-down').embeddings.create(embedding)).rejects.toThrow('429')
  expect((await client('gzip').embeddings.create(embedding)).data).toHaveLength(1)
  await expect(client('malformed-json').embeddings.create(embedding)).rejects.toThrow(SyntaxError)
  const speech = { model: 'tts-1', voice: 'alloy', input: 'Hello there.' } as const
  const spoken = await client('close-mid-stream').audio.speech.create(speech)
  await expect(spoken.arrayBuffer()).rejects.toThrow('terminated')
  const prompt = { model: 'gpt-3.5-turbo-instruct', prompt: 'Say.', stream: true } as const
  const words = await client('error-event').completions.create(prompt)
  await expect(
    (async () => {
      for await (const _ of words);
    })(),
  ).rejects.toThrow('The server had an error')
  const outcomes = mock.requests().map(({ fault, done }) => `${fault} ${done.outcome}`)
  expect(outcomes).toEqual([
    ...['http-503 refused', 'reset-before-headers cut', 'length-too-short cut'],
    ...['slow-down refused', 'gzip ok', 'malformed-json ok', 'close-mid-stream cut'],
    'error-event cut',
  ])
})

test('a stream of messages breaks off as that API says it', async () => {
  await using mock = await start({ fault: 'error-event@token=1' })
  const headers = {
    'x-api-key': 'k',
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
  }
  const messages = [{ role: 'user', content: 'Reply with exactly this text: one two three' }]
  const body = JSON.stringify({
    model: 'claude-sonnet-4-5',
    max_tokens: 99,
    stream: true,
    messages,
  })
  const answer = await fetch(`${mock.url}/messages`, { method: 'POST', headers, body })
  expect((await answer.text()).split('\n\n').slice(-3, -1)).toEqual([
    expect.stringContaining('"text":"one"'),
    'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"Internal server error"}}',
  ])
})

test('a batch goes through whatever goes wrong for others', async () => {
  await using mock = await start({ batchTime: 0, fault: 'http-500;endpoint=chat.completions' })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  const line = {
    custom_id: 'a',
    method: 'POST',
    url: '/v1/chat/completions',
    body: JSON.parse(chatBody('a')),
  }
  const file = await client.files.create({
    file: new File([JSON.stringify(line)], 'a.jsonl'),
    purpose: 'batch',
  })
  const { id } = await client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  const done = await eventually(async () => {
    const batch = await client.batches.retrieve(id)
    return batch.status === 'completed' ? batch : undefined
  })
  expect(done.request_counts).toEqual({ completed: 1, failed: 0, total: 1 })
})

test("a fixture's reply may go wrong too", async () => {
  await using mock = await start()
  mock.when('now').reply({ text: 'one two three', fault: 'truncate@token=2' })
  mock.when('then').reply({ text: 'one two three', fault: 'http-500;first=1' })
  const read = await readStream(await postChat(mock.url, chatBody('now', { stream: true })))
  expect([read.content, read.events.includes('[DONE]')]).toEqual(['one two', false])
  expect(await statuses(mock, [chatBody('then'), chatBody('then')])).toEqual([500, 200])
  expect(() => mock.when('a').reply({ fault: 'truncat' })).toThrow('did you mean truncate?')
})

test('nothing is left of hangs and stalls when their clients go, or the server does', async () => {
  const mock = await start()
  const text = (fault: string, stream: boolean) =>
    rawRequest('POST /v1/chat/completions HTTP/1.1', {
      headers: { 'content-type': 'application/json', 'x-tokadence-fault': fault },
      body: chatBody('a', { stream }),
    })
  const waiting = ['hang-before-headers', 'hang-after-headers', 'stall', 'stall;for=1h']
  const asks = waiting.flatMap(fault => [true, false].map(stream => text(fault, stream)))
  await Promise.all(asks.map(asked => askRaw(mock.port, asked, { waitMs: 200 })))
  await eventually(
    () => mock.requests().every(({ done }) => done.outcome === 'hung-up') || undefined,
  )
  const metrics = await (await fetch(`${mock.origin}/metrics`)).text()
  expect(metrics).toMatch(/^tokadence_mock_streams_active 0$/m)
  expect(metrics).toMatch(/^tokadence_mock_requests_in_flight 0$/m)
  // Their connections are no reason to wait.
  const held = asks.map(asked => askRaw(mock.port, asked))
  await eventually(() => (mock.requests().length === asks.length * 2 ? true : undefined))
  await mock.close()
  const ends = await Promise.all(held)
  expect(ends.map(({ end }) => end)).not.toContain('open')
})

test('whatever goes wrong, and whoever hangs up when, it is never a bug', async () => {
  await using mock = await start({ itl: 1 })
  // Where nobody listens, nothing else is to be seen.
  const struck = faultNames.filter(name => name !== 'connection-refused')
  const rule = fc.tuple(fc.constantFrom(...struck), fc.nat(7)).map(([name, token]) => {
    const hasPlace = faultCatalogue[name]!.parameters.includes('token')
    return hasPlace ? `${name}@token=${token}` : name
  })
  const asked = fc.record({
    rules: rule,
    path: fc.constantFrom(
      '/chat/completions',
      '/responses',
      '/completions',
      '/messages',
      '/embeddings',
    ),
    stream: fc.boolean(),
    waitMs: fc.constantFrom(1, 5, 20, 60),
  })
  const bodies: Readonly<Record<string, object>> = {
    '/chat/completions': { messages: [{ role: 'user', content: 'Hi.' }] },
    '/responses': { input: 'Hi.' },
    '/completions': { prompt: 'Hi.' },
    '/messages': { messages: [{ role: 'user', content: 'Hi.' }], max_tokens: 9 },
    '/embeddings': { input: 'Hi.', stream: undefined },
  }
  const samples = fc.sample(asked, { numRuns: 300, seed: 4 })
  for (let i = 0; i < samples.length; i += 30) {
    await Promise.all(
      samples.slice(i, i + 30).map(({ rules, path, stream, waitMs }) => {
        const body = JSON.stringify({ model: 'gpt-4o-mini', stream, ...bodies[path] })
        const headers = {
          'content-type': 'application/json',
          'x-tokadence-fault': rules,
          'x-api-key': 'k',
          'anthropic-version': '2023-06-01',
        }
        const line = `POST /v1${path} HTTP/1.1`
        return askRaw(mock.port, rawRequest(line, { headers, body }), { waitMs })
      }),
    )
  }
  await eventually(() => mock.requests().every(({ done }) => done.outcome !== 'open') || undefined)
  expect(mock.requests().filter(({ done }) => done.outcome === 'failed')).toEqual([])
  expect(mock.requests().filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(30)
  const metrics = await (await fetch(`${mock.origin}/metrics`)).text()
  expect(metrics).toMatch(/^tokadence_mock_internal_errors_total 0$/m)
  expect(metrics).toMatch(/^tokadence_mock_streams_active 0$/m)
})
