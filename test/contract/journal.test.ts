/** The journal over HTTP and in code, with the real server and the real client. */
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { createMockServer, type JournalEntry, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'Tell me about rivers.' }]

function clientOf({ url }: { url: string }, apiKey = 'sk-secret-key'): OpenAI {
  return new OpenAI({ baseURL: url, apiKey, maxRetries: 0 })
}

function get({ origin }: MockServer, path: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${origin}/_tokadence/requests${path}`, signal ? { signal } : {})
}

async function listed(mock: MockServer, path: string): Promise<JournalEntry[]> {
  return ((await (await get(mock, path)).json()) as { requests: JournalEntry[] }).requests
}

async function errorOf(response: Response): Promise<[number, string | null, string]> {
  const { error } = (await response.json()) as {
    error: { code: string; param: string | null; message: string }
  }
  return [response.status, error.param, error.message]
}

test('a stream’s entry tells each event, every byte, who asked and how its client behaves', async () => {
  await using mock = await createMockServer({ ttft: '4ms', itl: '2ms', tokens: 5, seed: 1 })
  const response = await fetch(`${mock.url}/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk-secret-key',
      cookie: 'session=sk-secret-cookie',
      'content-type': 'application/json',
      'user-agent': 'rivers/1',
      'idempotency-key': 'once',
      'x-stainless-retry-count': '2',
    },
    body: JSON.stringify({ model, messages, stream: true }),
  })
  const body = await response.arrayBuffer()
  const requestId = response.headers.get('x-request-id')!
  const entry = (await (await get(mock, `/${requestId}`)).json()) as JournalEntry
  expect(entry).toEqual(JSON.parse(JSON.stringify(mock.requests()[0])))
  expect(entry).toMatchObject({
    number: 1,
    requestId,
    endpoint: 'chat.completions',
    attempt: 3,
    caller: expect.stringMatching(/^[0-9a-f]{12}$/),
    headers: {
      'user-agent': 'rivers/1',
      'idempotency-key': 'once',
      'x-stainless-retry-count': '2',
    },
    intended: { dueMs: [4, 6, 8, 10, 12], outputTokens: 5, finishReason: 'stop' },
    done: { outcome: 'ok', chunks: 5, bytes: body.byteLength },
  })
  const { eventMs, firstTokenMs, lastTokenMs, durationMs } = entry.done
  expect(eventMs).toHaveLength(5)
  for (const [k, atMs] of eventMs.entries()) {
    expect(atMs).toBeGreaterThanOrEqual(entry.intended!.dueMs[k]!)
    expect(atMs).toBeGreaterThanOrEqual(eventMs[k - 1] ?? 0)
  }
  expect(eventMs[0]).toBeCloseTo(firstTokenMs!, 2)
  expect(eventMs[4]).toBeCloseTo(lastTokenMs!, 2)
  expect(durationMs).toBeGreaterThanOrEqual(eventMs[4]!)
  expect(JSON.stringify(entry)).not.toContain('sk-secret')
})

test('the bytes are those of the body, however it is answered', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 6, seed: 1 })
  const post = async (path: string, body: object) => {
    const response = await fetch(`${mock.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-a', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { byteLength } = await response.arrayBuffer()
    return byteLength
  }
  const tools = [{ type: 'function', function: { name: 'ärger', parameters: { type: 'object' } } }]
  const sizes = [
    await post('/chat/completions', { model, messages, stream: true }),
    await post('/chat/completions', { model: 'modèle', messages, stream: true, n: 3 }),
    await post('/chat/completions', { model, messages, stream: true, logprobs: true }),
    await post('/chat/completions', { model, messages, tools: [], stream: true }),
    await post('/chat/completions', { model, messages, stream: true, tools }),
    await post('/chat/completions', { model, messages }),
    await post('/responses', { model, input: 'Rivers?', stream: true }),
    await post('/responses', { model, input: 'Rivers?' }),
    await post('/embeddings', { model: 'text-embedding-3-small', input: 'Rivers?' }),
    await post('/audio/speech', { model: 'tts-1', input: 'Rivers.', voice: 'alloy' }),
    await post('/nowhere', {}),
  ]
  const bytes = await eventually(() => {
    const entries = mock.requests()
    return entries.every(({ done }) => done.outcome !== 'open')
      ? entries.map(({ done }) => done.bytes)
      : undefined
  })
  expect(bytes).toEqual(sizes)
})

test('callers are told apart by a hash of their keys', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 1 })
  for (const key of ['sk-one', 'sk-two', 'sk-one']) {
    await clientOf(mock, key).chat.completions.create({ model, messages })
  }
  const callers = mock.requests().map(({ caller }) => caller)
  expect(callers[0]).toBe(callers[2])
  expect(callers[0]).not.toBe(callers[1])
  expect(mock.requests({ caller: callers[0]! }).map(({ number }) => number)).toEqual([1, 3])
})

test('a refusal tells how long the client was told to wait, a hang-up when it was seen', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: '5ms', tokens: 2000, rpm: 1 })
  const stream = await clientOf(mock).chat.completions.create({ model, messages, stream: true })
  await clientOf(mock)
    .chat.completions.create({ model, messages })
    .catch(() => {})
  for await (const _ of stream) break
  const [left] = await eventually(() => {
    const found = mock.requests({ outcome: 'hung-up' })
    return found.length > 0 ? found : undefined
  })
  expect(left!.done.hungUpMs).toBeCloseTo(left!.done.durationMs!, 0)
  expect(left!.done.eventMs).toHaveLength(left!.done.chunks)
  const [refused] = mock.requests({ status: 429 })
  expect(refused!.retryAfterMs).toBeGreaterThan(1000)
  expect(refused!.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(refused!.done.hungUpMs).toBeUndefined()
})

test('the journal is listed as a filter has it, as JSON and as NDJSON', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 1 })
  const client = clientOf(mock)
  for (const name of [model, 'gpt-4o', model]) {
    await client.chat.completions.create({ model: name, messages })
  }
  await client.chat.completions.create({ model, messages, temperature: 9 }).catch(() => {})
  const numbers = async (path: string) => (await listed(mock, path)).map(({ number }) => number)
  expect(await numbers('')).toEqual([1, 2, 3, 4])
  expect(await numbers(`?model=${model}`)).toEqual([1, 3])
  expect(await numbers(`?model=${model}&model=gpt-4o&limit=2`)).toEqual([2, 3])
  expect(await numbers('?status=4xx')).toEqual([4])
  expect(await numbers('?status=500')).toEqual([])
  const response = await get(mock, '?format=ndjson&after=2')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  const lines = (await response.text()).split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.map(line => JSON.parse(line).number)).toEqual([3, 4])
  expect(await (await get(mock, '?format=ndjson&status=500')).text()).toBe('')
})

test('a wrong filter, form or id is refused by its name', async () => {
  await using mock = await createMockServer()
  expect(await errorOf(await get(mock, '?status=9xx'))).toEqual([
    400,
    'status',
    'status: "9xx" is not allowed; write a status, e.g. 429, or a hundred, e.g. 4xx',
  ])
  const [status, param, message] = await errorOf(await get(mock, '?colour=red'))
  expect([status, param]).toEqual([400, 'colour'])
  expect(message).toMatch(/^colour: there is no such filter; there are requestId, key, caller,/)
  expect((await errorOf(await get(mock, '?format=xml'))).slice(0, 2)).toEqual([400, 'format'])
  expect((await errorOf(await get(mock, '/stream?limit=0'))).slice(0, 2)).toEqual([400, 'limit'])
  expect((await errorOf(await get(mock, '/req_none'))).slice(0, 2)).toEqual([404, 'requestId'])
  expect(() => mock.requests({ attempt: 0 })).toThrow('attempt: 0 is not allowed')
})

test('the live stream tells of requests that are over, and ends with the server', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 1 })
  const response = await get(mock, `/stream?model=${model}`)
  const lines = linesOf(response)
  const create = (name: string) => clientOf(mock).chat.completions.create({ model: name, messages })
  await create('gpt-4o')
  await create(model)
  expect(await lines.next()).toMatchObject({ value: { number: 2, model, done: { outcome: 'ok' } } })
  await create(model)
  expect(await lines.next()).toMatchObject({ value: { number: 3 } })
  await mock.close({ graceMs: 10_000 })
  expect(await lines.next()).toEqual({ value: undefined, done: true })
})

test('the live stream ends after its limit, and is forgotten when its reader goes', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 1 })
  const gone = new AbortController()
  await get(mock, '/stream', gone.signal)
  gone.abort()
  const response = await get(mock, '/stream?limit=2')
  for (let i = 0; i < 3; i++) await clientOf(mock).chat.completions.create({ model, messages })
  const lines = (await response.text()).trim().split('\n')
  expect(lines.map(line => JSON.parse(line).number)).toEqual([1, 2])
})

async function* linesOf(response: Response): AsyncGenerator<JournalEntry, undefined> {
  let rest = ''
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line)
  }
}
