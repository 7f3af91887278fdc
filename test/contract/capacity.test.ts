/** A server that can do only so much at once, with the `openai` package as whoever asks for more. */
import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'
import {
  createMockServer,
  type MockServer,
  type MockServerOptions,
} from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { refusalOf } from './openai.contract.ts'

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'Tell me about rivers.' }]

/** Replies of 5 tokens that take 100 ms, unless it is said otherwise. */
async function serverWith(options: MockServerOptions) {
  const mock = await createMockServer({
    ...{ ttft: '60ms', itl: '10ms', tokens: 5, seed: 1, logLevel: 'error' },
    ...options,
  })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  return {
    mock,
    client,
    ask: (more: object = {}) => client.chat.completions.create({ model, messages, ...more }),
    [Symbol.asyncDispose]: () => mock.close(),
  }
}

/** What the metrics tell of the engine. */
async function engineOf({ origin }: MockServer) {
  const text = await (await fetch(`${origin}/metrics`)).text()
  const of = (name: string) =>
    Number(new RegExp(`^tokadence_mock_${name} (\\S+)$`, 'm').exec(text)?.[1])
  return { running: of('slots_used'), waiting: of('queue_length'), kvUsed: of('kv_tokens_used') }
}

const nothing = { running: 0, waiting: 0, kvUsed: 0 }

/** Streams one reply; returns its text. */
async function textOf(client: OpenAI, more: object = {}): Promise<string> {
  let text = ''
  const stream = await client.chat.completions.create({ model, messages, stream: true, ...more })
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}

test('requests end as fast as slots allow and no faster, and the journal tells what they waited', async () => {
  await using server = await serverWith({ slots: 4 })
  const startMs = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => server.ask()))
  const tookMs = performance.now() - startMs
  // Five rounds of 100 ms.
  expect(tookMs).toBeGreaterThanOrEqual(495)
  expect(tookMs).toBeLessThan(5000)
  const queuedMs = server.mock.requests().map(({ intended }) => intended!.queueMs!)
  expect(queuedMs.filter(ms => ms === 0).length).toBeGreaterThanOrEqual(4)
  expect(Math.max(...queuedMs)).toBeGreaterThan(200)
  expect(await engineOf(server.mock)).toEqual(nothing)
})

test('a stream begins when the queue says, and then keeps its own pace', async () => {
  await using server = await serverWith({ slots: 1, clock: 'manual' })
  const texts = [1, 2, 3].map(() => textOf(server.client))
  await eventually(() => server.mock.requests().length === 3 || undefined)
  await server.mock.clock.advance('1s')
  await Promise.all(texts)
  expect(server.mock.requests().map(({ intended }) => intended)).toMatchObject([
    { queueMs: 0, prefillMs: 0, dueMs: [60, 70, 80, 90, 100] },
    { queueMs: 100, prefillMs: 0, dueMs: [160, 170, 180, 190, 200] },
    { queueMs: 200, prefillMs: 0, dueMs: [260, 270, 280, 290, 300] },
  ])
})

test.each([
  [503, { type: 'service_unavailable_error', code: 'server_is_overloaded' }],
  [429, { type: 'requests', code: 'rate_limit_exceeded' }],
] as const)(
  'one too many is refused with %i, and one that waits as told finds a place',
  async (status, facts) => {
    await using server = await serverWith({
      ...{ slots: 1, queue: 1, overload: status, clock: 'manual' },
    })
    const { mock, ask } = server
    const running = ask()
    await eventually(async () => (await engineOf(mock)).running === 1 || undefined)
    await mock.clock.advance(40)
    const waiting = ask()
    await eventually(async () => (await engineOf(mock)).waiting === 1 || undefined)
    const refusal = await refusalOf(ask)
    expect(refusal).toMatchObject({ status, ...facts })
    expect(refusal.headers.get('retry-after-ms')).toBe('60')
    expect(refusal.headers.get('retry-after')).toBe('1')
    expect(mock.requests().at(-1)).toMatchObject({ retryAfterMs: 60, done: { outcome: 'refused' } })
    await mock.clock.advance(60)
    const again = ask()
    await eventually(async () => (await engineOf(mock)).waiting === 1 || undefined)
    await mock.clock.advance(200)
    expect((await Promise.all([running, waiting, again])).map(({ object }) => object)).toEqual(
      Array.from({ length: 3 }, () => 'chat.completion'),
    )
  },
)

test('whatever is asked of a model takes a slot', async () => {
  await using server = await serverWith({ slots: 1, queue: 0, ttft: '30s' })
  const { client, ask } = server
  const { chat, completions, responses, embeddings, moderations, images, audio } = client
  const held = new AbortController()
  const holding = chat.completions.create({ model, messages }, { signal: held.signal })
  holding.catch(() => {})
  await eventually(async () => (await engineOf(server.mock)).running === 1 || undefined)
  const all: [string, () => PromiseLike<unknown>][] = [
    ['chat', () => ask({ stream: true })],
    ['completions', () => completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'a' })],
    ['responses', () => responses.create({ model, input: 'a' })],
    ['embeddings', () => embeddings.create({ model: 'text-embedding-3-small', input: 'a' })],
    ['moderations', () => moderations.create({ input: 'a' })],
    ['images', () => images.generate({ model: 'gpt-image-1', prompt: 'a' })],
    ['speech', () => audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'a' })],
    ['models', () => client.models.list()],
  ]
  const statuses = await Promise.all(
    all.map(async ([name, action]) => {
      const refused = await refusalOf(action).catch(() => undefined)
      return [name, refused?.status ?? 200]
    }),
  )
  expect(Object.fromEntries(statuses)).toEqual({
    ...{ chat: 503, completions: 503, responses: 503, embeddings: 503, moderations: 503 },
    ...{ images: 503, speech: 503, models: 200 },
  })
  held.abort()
  await eventually(async () => (await engineOf(server.mock)).running === 0 || undefined)
})

test('clients that hang up in any phase leave nothing behind, and others are served', async () => {
  await using server = await serverWith({
    ...{ slots: 8, queue: 1000, kvTokens: 100_000, prefill: '4000/s', prefillChunk: 64 },
  })
  const { mock, client } = server
  const long = [{ role: 'user' as const, content: 'river '.repeat(150) }]
  let ended = 0
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const gone = new AbortController()
      const stream = i % 2 === 0
      const asked = client.chat.completions.create(
        { model, messages: long, stream },
        { signal: gone.signal },
      )
      setTimeout(() => gone.abort(), (i * 37) % 500)
      try {
        const answer = await asked
        if (stream) for await (const _ of answer as AsyncIterable<unknown>);
        ended++
      } catch {}
    }),
  )
  await eventually(async () => {
    const { running, waiting } = await engineOf(mock)
    return (running === 0 && waiting === 0) || undefined
  })
  expect(await engineOf(mock)).toEqual(nothing)
  expect(ended).toBeLessThan(200)
  const answer = await server.ask()
  expect(answer.usage?.completion_tokens).toBe(5)
})

test('what does not fit into memory is refused, and a reply of no named length ends where memory does', async () => {
  await using server = await serverWith({ kvTokens: 40, tokens: 100, itl: 0 })
  const refusal = await refusalOf(() => server.ask({ max_tokens: 36 }))
  expect(refusal).toMatchObject({ status: 400, code: 'context_length_exceeded' })
  const { choices, usage } = await server.ask()
  expect(choices[0]!.finish_reason).toBe('length')
  expect(usage!.total_tokens).toBe(40)
})

test('a prompt takes as long as its tokens do, unless it was seen before', async () => {
  await using server = await serverWith({ prefill: '10000/s', ttft: 0, itl: 0 })
  const long = [{ role: 'user', content: 'river '.repeat(2000) }]
  await server.ask({ messages: long })
  await server.ask({ messages: long })
  const [first, second] = server.mock.requests().map(({ intended }) => intended!)
  expect(first!.prefillMs).toBeCloseTo(first!.promptTokens / 10, 3)
  expect(first!.promptTokens).toBeGreaterThan(2000)
  expect(second!.prefillMs).toBeCloseTo((second!.promptTokens - second!.cachedTokens!) / 10, 3)
  expect(second!.prefillMs).toBeLessThan(20)
})

test('however a stream is written, it says the same in a queue as it does alone', async () => {
  const manner = {
    ...{ tokens: 40, chunkTokens: 'uniform(1,3)', bursts: 3, eventsAWrite: 'uniform(1,4)' },
    ...{ splitWrites: 3, headersAfter: 'first-token', keepAlive: '20ms', stalls: '5% 80ms' },
  } as const
  const engine = { slots: 2, prefill: '1000/s', prefillChunk: 8, stepGrowth: '1ms' }
  await using alone = await serverWith({ ...manner, clock: 'manual' })
  await using shared = await serverWith({ ...manner, ...engine, clock: 'manual' })
  const [said, queued] = await Promise.all(
    [alone, shared].map(async ({ client, mock }) => {
      const texts = Array.from({ length: 6 }, (_, i) =>
        textOf(client, { messages: [{ role: 'user', content: `River ${i}?` }] }),
      )
      await eventually(() => mock.requests().length === 6 || undefined)
      await mock.clock.advance('20s')
      return Promise.all(texts)
    }),
  )
  expect(queued).toEqual(said)
  expect(new Set(queued).size).toBe(6)
  for (const { intended, done } of shared.mock.requests()) {
    expect(intended!.dueMs.at(-1)! - intended!.queueMs! - intended!.prefillMs!).toBeGreaterThan(400)
    expect(done).toMatchObject({ outcome: 'ok' })
    expect(done.maxPacingErrorMs).toBeLessThan(1)
  }
  expect(await engineOf(shared.mock)).toEqual(nothing)
})

test('what Groq calls queue time is the time in the queue', async () => {
  await using server = await serverWith({ slots: 1, clock: 'manual', dialect: 'groq' })
  const all = [1, 2].map(() => server.ask())
  await eventually(() => server.mock.requests().length === 2 || undefined)
  await server.mock.clock.advance('1s')
  const usages = (await Promise.all(all)).map(({ usage }) => usage)
  expect(usages).toMatchObject([{ queue_time: 0 }, { queue_time: 0.1 }])
})

test('a batch waits for slots and is never refused for want of one', async () => {
  await using server = await serverWith({ slots: 1, queue: 0, ttft: '20ms', itl: 0, batchTime: 0 })
  const { files, batches } = server.client
  const lines = [1, 2, 3, 4].map(id =>
    JSON.stringify({
      ...{ custom_id: `r${id}`, method: 'POST', url: '/v1/chat/completions' },
      body: { model, messages },
    }),
  )
  const file = await files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'requests.jsonl'),
    purpose: 'batch',
  })
  const created = await batches.create({
    ...{ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' },
  })
  const done = await eventually(async () => {
    const batch = await batches.retrieve(created.id)
    return batch.status === 'completed' ? batch : undefined
  })
  expect(done.request_counts).toEqual({ total: 4, completed: 4, failed: 0 })
})

test('more slots, and no engine at all, take effect on requests that wait', async () => {
  await using server = await serverWith({ slots: 1, clock: 'manual' })
  const { mock, ask } = server
  const all = Array.from({ length: 6 }, () => ask())
  await eventually(async () => (await engineOf(mock)).waiting === 5 || undefined)
  mock.configure({ slots: 3 })
  expect(await engineOf(mock)).toMatchObject({ running: 3, waiting: 3 })
  await mock.clock.advance(50)
  mock.configure({ capacity: 'independent' })
  await mock.clock.advance(100)
  await Promise.all(all)
  expect(mock.requests().map(({ intended }) => intended!.queueMs)).toEqual([0, 0, 0, 50, 50, 50])
  expect(await engineOf(mock)).toEqual(nothing)
})

test('a response is announced while it waits, and one that is cancelled gives up its place', async () => {
  await using server = await serverWith({ slots: 1, clock: 'manual' })
  const { mock, client, ask } = server
  const holding = ask()
  await eventually(async () => (await engineOf(mock)).running === 1 || undefined)
  const stream = await client.responses.create({ model, input: 'a', stream: true })
  const events = stream[Symbol.asyncIterator]()
  expect((await events.next()).value.type).toBe('response.created')
  expect((await events.next()).value.type).toBe('response.in_progress')
  const background = await client.responses.create({ model, input: 'b', background: true })
  expect(background.status).toBe('queued')
  expect(await engineOf(mock)).toMatchObject({ running: 1, waiting: 2 })
  await client.responses.cancel(background.id)
  expect(await engineOf(mock)).toMatchObject({ running: 1, waiting: 1 })
  await mock.clock.advance(200)
  await holding
  let last: string | undefined
  for (let next = await events.next(); !next.done; next = await events.next()) {
    last = next.value.type
  }
  expect(last).toBe('response.completed')
  expect(await engineOf(mock)).toEqual(nothing)
})

test('a server that starts is not ready, and says how long', async () => {
  await using server = await serverWith({ startup: '5s', clock: 'manual', ttft: 0, itl: 0 })
  const { mock, ask } = server
  const readiness = async () => (await fetch(`${mock.origin}/readyz`)).status
  expect(await readiness()).toBe(503)
  expect((await fetch(`${mock.origin}/healthz`)).status).toBe(200)
  await mock.clock.advance('3.5s')
  const refusal = await refusalOf(ask)
  expect(refusal).toMatchObject({ status: 503, code: 'server_is_overloaded' })
  expect(refusal.headers.get('retry-after-ms')).toBe('1500')
  await mock.clock.advance('1.5s')
  expect(await readiness()).toBe(200)
  expect((await ask()).object).toBe('chat.completion')
})

test('a server that closes lets go of those that wait', async () => {
  const { mock, ask } = await serverWith({ slots: 1, ttft: '30s' })
  const all = [1, 2, 3].map(() => refusalOf(ask))
  await eventually(async () => (await engineOf(mock)).waiting === 2 || undefined)
  await mock.close()
  for (const refusal of await Promise.all(all)) {
    expect(refusal).toBeInstanceOf(OpenAI.APIConnectionError)
  }
  const outcomes = () => mock.requests().map(({ done }) => done.outcome)
  await eventually(() => (outcomes().includes('open') ? undefined : true))
  expect(outcomes()).toEqual(['hung-up', 'hung-up', 'hung-up'])
})
