import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { chatBody, postChat, readStream } from '../helpers/read-stream.ts'
import { connectTimed } from '../helpers/timed-chunks.ts'

const pace: MockServerOptions = { seed: 7, ttft: '5ms', itl: '1ms', tokens: 30 }
const body = chatBody('Tell me about rivers.', {
  stream: true,
  stream_options: { include_usage: true },
})

async function streamOf(options: MockServerOptions) {
  await using mock = await createMockServer({ ...pace, ...options })
  const stream = await readStream(await postChat(mock.url, body))
  const usage = JSON.parse(stream.events.at(-2)!).usage
  const contents = stream.events.filter(data => /"delta":\{"content":"./.test(data))
  return { ...stream, usage, chunks: contents.length, entry: mock.requests()[0]! }
}

test('several tokens a chunk: fewer chunks, the same words, exact usage, nothing later', async () => {
  const plain = await streamOf({})
  const drafted = await streamOf({ chunkTokens: 'uniform(2,6)' })
  expect(drafted.content).toBe(plain.content)
  expect(drafted.usage).toEqual(plain.usage)
  expect(plain.chunks).toBe(30)
  expect(drafted.chunks).toBeLessThan(16)
  expect(drafted.chunks).toBe(drafted.entry.intended!.dueMs.length)
  expect(drafted.entry.intended!.dueMs.at(-1)).toBe(plain.entry.intended!.dueMs.at(-1))
})

test('several tokens a chunk through the SDK: the log probabilities of each of them', async () => {
  await using mock = await createMockServer({ ...pace, chunkTokens: 4 })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test' })
  const stream = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Tell me about rivers.' }],
    stream: true,
    logprobs: true,
    max_tokens: 10,
  })
  const told: string[][] = []
  for await (const { choices } of stream) {
    const [choice] = choices
    if (!choice?.delta.content) continue
    const tokens = choice.logprobs!.content!.map(({ token }) => token)
    expect(tokens.join('')).toBe(choice.delta.content)
    told.push(tokens)
  }
  expect(told.map(({ length }) => length)).toEqual([1, 4, 4, 1])
})

const paths = [
  ['/chat/completions', { messages: [{ role: 'user', content: 'Rivers.' }] }],
  ['/completions', { model: 'gpt-3.5-turbo-instruct', prompt: 'Rivers' }],
  ['/responses', { input: 'Rivers.' }],
  ['/messages', { max_tokens: 40, messages: [{ role: 'user', content: 'Rivers.' }] }],
] as const
const headers = {
  authorization: 'Bearer sk-test',
  'content-type': 'application/json',
  'anthropic-version': '2023-06-01',
}
const wires: readonly MockServerOptions[] = [
  { eventsAWrite: 'uniform(1,5)', splitWrites: 'uniform(1,4)' },
  { headersAfter: '12ms' },
  { headersAfter: 'first-token', eventsAWrite: 3, splitWrites: 2, keepAlive: '1m' },
]

test.each(paths)('%s says the same bytes however they are written', async (path, given) => {
  const post = async (options: MockServerOptions) => {
    await using mock = await createMockServer({ ...pace, ...options })
    const answer = await fetch(mock.url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'gpt-4o-mini', ...given, stream: true }),
    })
    const text = await answer.text()
    return { status: answer.status, type: answer.headers.get('content-type'), text }
  }
  const plain = await post({})
  expect(plain.status).toBe(200)
  expect(plain.text.length).toBeGreaterThan(1000)
  for (const wire of wires) expect(await post(wire)).toEqual(plain)
})

async function timed(options: MockServerOptions) {
  await using mock = await createMockServer({ ...pace, ...options })
  await using connection = await connectTimed(mock.port)
  return await connection.ask(body)
}

test('several events a write are one HTTP chunk, and one event over several is cut anywhere', async () => {
  const { chunks } = await timed({ eventsAWrite: 10, splitWrites: 1 })
  const events = chunks.map(({ text }) => text.split('\n\n').length - 1)
  // The first token comes with its role; the last with the finish, the usage and the end.
  expect(events).toEqual([2, 10, 10, 12])
  const cut = await timed({ splitWrites: 3 })
  expect(cut.chunks.length).toBeGreaterThan(80)
  expect(cut.chunks.some(({ text }) => !text.startsWith('data: '))).toBe(true)
})

test('comments keep a silent stream alive, before the first token and in a stall; the SDK does not see them', async () => {
  const options = { ttft: '130ms', itl: '60ms', tokens: 3, keepAlive: '50ms' }
  const { chunks, headMs } = await timed(options)
  const comments = chunks.filter(({ text }) => text === ': keep-alive\n\n')
  // Two in 130 ms, and one in each of two gaps of 60 ms.
  expect(comments).toHaveLength(4)
  expect(comments[0]!.atMs - headMs).toBeLessThan(2000)
  await using mock = await createMockServer({ ...pace, ...options })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test' })
  const stream = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
  })
  let count = 0
  for await (const { choices } of stream) if (choices[0]?.delta.content) count++
  expect(count).toBe(3)
})

test('on a manual clock every write ends at its very instant, comments come each 15 s, and all of it twice', async () => {
  const run = async () => {
    await using mock = await createMockServer({
      ...pace,
      ...{ clock: 'manual', ttft: '40s', stalls: '20% 50s', bursts: 2 },
      ...{ chunkTokens: 'uniform(1,4)', splitWrites: 3, keepAlive: '15s' },
    })
    const reading = postChat(mock.url, body).then(readStream)
    await expect.poll(() => mock.requests().length).toBe(1)
    await mock.clock.advance('1h')
    const { body: text } = await reading
    const { intended, done } = mock.requests()[0]!
    return { text, dueMs: intended!.dueMs, eventMs: done.eventMs }
  }
  const { text, dueMs, eventMs } = await run()
  expect(eventMs).toEqual(dueMs.map(atMs => Math.round(atMs * 1000) / 1000))
  const silences = dueMs.map((atMs, i) => atMs - (dueMs[i - 1] ?? 0))
  const comments = silences.reduce((sum, ms) => sum + Math.max(0, Math.ceil(ms / 15_000) - 1), 0)
  expect(comments).toBeGreaterThan(5)
  expect(text.split(': keep-alive\n\n').length - 1).toBe(comments)
  expect(await run()).toEqual({ text, dueMs, eventMs })
})

test('the status line comes when it is told to', async () => {
  const atOnce = await timed({ ttft: '150ms' })
  expect(atOnce.headMs).toBeLessThan(atOnce.chunks[0]!.atMs)
  const late = await timed({ ttft: '20ms', headersAfter: '150ms' })
  expect(late.headMs).toBeGreaterThanOrEqual(149)
  expect(late.chunks[0]!.atMs).toBeGreaterThanOrEqual(late.headMs)
  const withFirst = await timed({ ttft: '150ms', headersAfter: 'first-token' })
  expect(withFirst.headMs).toBeGreaterThanOrEqual(149)
})

test('a client that hangs up in the middle of a write leaves nothing behind', async () => {
  await using mock = await createMockServer({
    ...pace,
    ...{ ttft: '10ms', itl: '30ms', tokens: 200, splitWrites: 3, keepAlive: '5ms' },
  })
  const abort = new AbortController()
  const response = await postChat(mock.url, body, { signal: abort.signal })
  const reader = response.body!.getReader()
  for (let i = 0; i < 8; i++) await reader.read()
  abort.abort()
  await expect.poll(() => mock.requests()[0]!.done.outcome).toBe('hung-up')
  const metrics = await (await fetch(`${mock.origin}/metrics`)).text()
  expect(metrics).toMatch(/^tokadence_mock_internal_errors_total 0$/m)
  expect(metrics).toMatch(/^tokadence_mock_streams_active 0$/m)
})

test('2,500 tokens a second to one stream, on average', async () => {
  const { entry } = await streamOf({ itl: '0.4ms', tokens: 1500 })
  const { firstTokenMs, lastTokenMs } = entry.done
  const tookMs = lastTokenMs! - firstTokenMs!
  expect(tookMs).toBeGreaterThan(300) // a late first token leaves less time for the rest
  expect(tookMs).toBeLessThan(5000)
  expect(entry.intended!.dueMs.at(-1)).toBeCloseTo(5 + 1499 * 0.4, 6)
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-cadence-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a profile is the pace that it says, and other options win', async () => {
  await using mock = await createMockServer({ profile: 'slow-local', ttft: '1ms', itl: '1ms' })
  await readStream(await postChat(mock.url, body))
  const { dueMs } = mock.requests()[0]!.intended!
  expect([dueMs[0], dueMs[1]]).toEqual([1, 2])
  expect(dueMs.length).not.toBe(64)
})

test('a profile is changed while the server runs, by name, as one', async () => {
  await using mock = await createMockServer(pace)
  const patch = (change: object) =>
    fetch(`${mock.origin}/_tokadence/config`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    })
  const changed = await patch({ profile: 'groq-fast', tokens: 12 })
  expect(changed.status).toBe(200)
  expect(((await changed.json()) as { config: object }).config).toMatchObject({
    ttft: 'lognormal(p50=160ms,p95=420ms)',
    bursts: 'uniform(1,4)',
    tokens: '12',
  })
  const secret = join(folder, 'secret.yaml')
  await writeFile(secret, 'rpm: 5\n')
  const refused = await patch({ profile: secret })
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('choose one of ')
})
