/** The server's time: a manual clock that is told to move, over HTTP and by the object; and one that is not. */
import { Agent, request } from 'node:https'
import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { sleep, systemClock } from '../../base/clock.ts'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { chatBody, postChat } from '../helpers/read-stream.ts'

const START_MS = Date.UTC(2025, 0, 1)
const options: MockServerOptions = {
  clock: 'manual',
  seed: 1,
  ttft: '2m',
  itl: '30s',
  tokens: 5,
  logLevel: 'error',
}

const system = await createMockServer()
afterAll(() => system.close())

function clientOf({ url }: { url: string }): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 })
}

function advance(origin: string, body: unknown): Promise<Response> {
  return fetch(`${origin}/_tokadence/clock/advance`, { method: 'POST', body: JSON.stringify(body) })
}

const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Well?' }] }

test('a stream of four minutes is read in an instant, each token at its time to the last digit', async () => {
  await using mock = await createMockServer(options)
  const stream = await clientOf(mock).chat.completions.create({ ...asked, stream: true })
  const seenMs: number[] = []
  const reading = (async () => {
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content) seenMs.push(mock.clock.nowMs())
    }
  })()
  await mock.clock.advance('119.9s')
  expect(seenMs).toEqual([])
  await mock.clock.advance('1d')
  await reading
  expect(seenMs).toEqual([120_000, 150_000, 180_000, 210_000, 240_000])
  const [entry] = mock.requests()
  expect(entry).toMatchObject({
    receivedAtMs: START_MS,
    intended: { dueMs: seenMs },
    done: { outcome: 'ok', firstTokenMs: 120_000, durationMs: 240_000, maxPacingErrorMs: 0 },
  })
})

test('a request that was sent just before is in, and answered when advance resolves', async () => {
  await using mock = await createMockServer(options)
  const client = clientOf(mock)
  const answered: number[] = []
  for (let i = 0; i < 30; i++) {
    client.chat.completions.create(asked).then(() => answered.push(i))
  }
  await mock.clock.advance('3m59s')
  expect([answered.length, mock.requests().length]).toEqual([0, 30])
  await mock.clock.advance(1000)
  expect(answered.length).toBe(30)
  const times = mock.requests().map(({ receivedAtMs, done }) => [receivedAtMs, done.durationMs])
  expect(new Set(times.map(String))).toEqual(new Set([`${START_MS},240000`]))
})

test('a limit of six minutes is waited for in milliseconds', async () => {
  await using mock = await createMockServer({ ...options, ttft: 0, itl: 0, rpm: 1 })
  const client = clientOf(mock)
  await client.chat.completions.create(asked)
  const refused = await client.chat.completions.create(asked).catch(error => error)
  expect(refused.headers.get('retry-after-ms')).toBe('60000')
  await mock.clock.advance('59999ms')
  expect((await client.chat.completions.create(asked).catch(error => error)).status).toBe(429)
  await mock.clock.advance(1)
  expect((await client.chat.completions.create(asked)).object).toBe('chat.completion')
  expect(mock.clock.wallMs()).toBe(START_MS + 60_000)
})

test('a client that hangs up on a token is gone before the next one is due', async () => {
  await using mock = await createMockServer(options)
  const stream = await clientOf(mock).chat.completions.create({ ...asked, stream: true })
  const reading = (async () => {
    for await (const { choices } of stream) if (choices[0]?.delta.content) stream.controller.abort()
  })()
  await mock.clock.advance('1h')
  await reading.catch(() => {})
  const [entry] = mock.requests()
  expect(entry!.done).toMatchObject({ outcome: 'hung-up', chunks: 1, durationMs: 120_000 })
})

test('a reader that is slower than the clock gets every token at its time all the same', async () => {
  await using mock = await createMockServer({ ...options, tokens: 2000, itl: '1ms', journal: 1 })
  const response = await postChat(mock.url, chatBody('Go on.', { stream: true, n: 32 }))
  const moving = mock.clock.advance('1h')
  // It reads nothing until what is on its way is more than all buffers hold.
  await sleep(systemClock, 300)
  expect(mock.clock.nowMs()).toBeLessThan(121_999)
  const [body] = await Promise.all([response.text(), moving])
  const [entry] = mock.requests()
  expect(entry!.done).toMatchObject({ outcome: 'ok', chunks: 64_000, durationMs: 121_999 })
  expect(entry!.done.maxPacingErrorMs).toBeLessThan(1e-6)
  expect(body.length).toBeGreaterThan(10_000_000)
})

test('advances come one after the other, and what is due now waits for none', async () => {
  await using mock = await createMockServer({ ...options, ttft: 0, itl: 0, tokens: 600 })
  const { choices } = await clientOf(mock).chat.completions.create(asked)
  expect(choices[0]!.message.content!.length).toBeGreaterThan(1000)
  const times = await Promise.all(
    ['1m', '2m', 5].map(by => mock.clock.advance(by).then(() => mock.clock.nowMs())),
  )
  expect(times).toEqual([60_000, 180_000, 180_005])
})

test('over HTTP: what time it is, and more of it', async () => {
  await using mock = await createMockServer(options)
  const told = await (await fetch(`${mock.origin}/_tokadence/clock`)).json()
  expect(told).toEqual({
    clock: 'manual',
    nowMs: 0,
    wallMs: START_MS,
    date: '2025-01-01T00:00:00.000Z',
  })
  const pending = postChat(mock.url, chatBody('Well?'))
  const response = await advance(mock.origin, { by: '6m' })
  expect(await response.json()).toMatchObject({ nowMs: 360_000, date: '2025-01-01T00:06:00.000Z' })
  expect((await pending).status).toBe(200)
  expect(await (await advance(mock.origin, { by: 1.5 })).json()).toMatchObject({ nowMs: 360_001.5 })
})

test.each([
  [
    { by: 'soon' },
    'by: "soon" is not allowed; write a duration such as 350ms, 1.2s, 6m or 1m30s, at most 100 years',
  ],
  [
    { by: -1 },
    'by: -1 is not allowed; write a duration such as 350ms, 1.2s, 6m or 1m30s, at most 100 years',
  ],
  [
    { by: '36501d' },
    'by: "36501d" is not allowed; write a duration such as 350ms, 1.2s, 6m or 1m30s, at most 100 years',
  ],
  [{ by: null }, 'by: null is not allowed; write {"by": "6m"}, a duration or ms'],
  [{}, 'by: write {"by": "6m"}, a duration or ms'],
  [[], 'by: write {"by": "6m"}, a duration or ms'],
  [{ by: '1s', to: '2s' }, 'to: the only field is by'],
])('%j is refused in words, and time stands still', async (body, message) => {
  await using mock = await createMockServer(options)
  const response = await advance(mock.origin, body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { message, code: 'invalid_option' } })
  expect(mock.clock.nowMs()).toBe(0)
})

test("the system's clock is nobody's to move", async () => {
  const words =
    "The server runs on the system's clock, which nobody moves. Start it with --clock manual, or by createMockServer({ clock: 'manual' })."
  await expect(system.clock.advance('1s')).rejects.toThrow(words)
  const response = await advance(system.origin, { by: '1s' })
  expect(response.status).toBe(409)
  expect(await response.json()).toMatchObject({
    error: { message: words, code: 'clock_not_manual' },
  })
  expect(system.clock.kind).toBe('system')
  expect(Math.abs(system.clock.wallMs() - Date.now())).toBeLessThan(60_000)
})

test('an upstream and a manual clock do not go together', async () => {
  const given = { clock: 'manual', upstream: 'http://127.0.0.1:9' } as const
  await expect(createMockServer(given)).rejects.toThrow(
    'clock: "manual" is not allowed; an upstream keeps its own time: choose system',
  )
})

test('without a named seed a manual clock begins at the present', async () => {
  await using mock = await createMockServer({ clock: 'manual' })
  expect(Math.abs(mock.clock.wallMs() - Date.now())).toBeLessThan(60_000)
  expect(mock.clock.nowMs()).toBe(0)
})

test('a server that is closed in the middle of an advance ends it', async () => {
  const mock = await createMockServer({ ...options, tokens: 1_000_000, itl: '1ms', journal: 1 })
  const stream = await postChat(mock.url, chatBody('Go on.', { stream: true }))
  const moving = mock.clock.advance('1d')
  await mock.close()
  await moving
  expect(mock.clock.nowMs()).toBeLessThan(86_400_000)
  await stream.text().catch(() => {})
})

test('requests that wait for a slot get it at the very instant at which it is free', async () => {
  await using mock = await createMockServer({ ...options, slots: 2 })
  const client = clientOf(mock)
  const answered = Array.from({ length: 6 }, (_, i) =>
    client.chat.completions.create(i % 2 === 0 ? asked : { ...asked, max_tokens: 4 }),
  )
  await mock.clock.advance('1h')
  await Promise.all(answered)
  const facts = mock.requests().map(({ intended, done }) => [intended!.queueMs, done.durationMs])
  expect(facts).toEqual([
    [0, 240_000],
    [0, 210_000],
    [210_000, 450_000],
    [240_000, 450_000],
    [450_000, 690_000],
    [450_000, 660_000],
  ])
})

test('a batch, which sends requests of its own, is done in the time that it says', async () => {
  await using mock = await createMockServer({ ...options, batchTime: '2h', ttft: '10s', itl: 0 })
  const client = clientOf(mock)
  const lines = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify({
      custom_id: `c${i}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: asked,
    }),
  )
  const input = await toFile(Buffer.from(lines.join('\n')), 'batch.jsonl')
  const { id: input_file_id } = await client.files.create({ purpose: 'batch', file: input })
  const { id } = await client.batches.create({
    input_file_id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  await mock.clock.advance('1h')
  const half = await client.batches.retrieve(id)
  expect(half.status).toBe('in_progress')
  expect(half.request_counts!.completed).toBeGreaterThan(0)
  expect(half.request_counts!.completed).toBeLessThan(20)
  await mock.clock.advance('2h')
  expect(await client.batches.retrieve(id)).toMatchObject({
    status: 'completed',
    request_counts: { total: 20, completed: 20, failed: 0 },
  })
})

test('a request that hangs does not hold up the clock', async () => {
  await using mock = await createMockServer({ ...options, fault: 'hang-before-headers' })
  const stopping = new AbortController()
  const hanging = postChat(mock.url, chatBody('Well?'), { signal: stopping.signal })
  const startMs = performance.now()
  await mock.clock.advance('1d')
  expect(performance.now() - startMs).toBeLessThan(10_000)
  expect(mock.requests()[0]).toMatchObject({ fault: 'hang-before-headers', done: { status: 0 } })
  stopping.abort()
  await expect(hanging).rejects.toThrow()
})

test('over TLS time waits for the requests just the same', async () => {
  await using mock = await createMockServer({ ...options, tls: true })
  const agent = new Agent({ ca: mock.certificate })
  const { promise, resolve } = withResolvers<number>()
  const headers = { authorization: 'Bearer sk-test', 'content-type': 'application/json' }
  request(`${mock.url}/chat/completions`, { method: 'POST', agent, headers })
    .on('response', response => resolve(response.resume().statusCode!))
    .end(chatBody('Well?'))
  await mock.clock.advance('1h')
  expect([await promise, mock.requests()[0]!.done.durationMs]).toEqual([200, 240_000])
  agent.destroy()
})

function withResolvers<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
