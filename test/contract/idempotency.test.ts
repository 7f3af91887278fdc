/** Requests that come again under their Idempotency-Key: one answer, counted once, whatever the endpoint. */
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { chatBody, postChat } from '../helpers/read-stream.ts'

const quick = { ttft: 0, itl: 0, tokens: 6, seed: 1 } as const
const streamed = chatBody('Rivers?', { stream: true })

async function post(
  mock: MockServer,
  path: string,
  body: string | FormData,
  headers: Record<string, string> = {},
) {
  const json: Record<string, string> =
    typeof body === 'string' ? { 'content-type': 'application/json' } : {}
  const response = await fetch(`${mock.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-a', ...json, ...headers },
    body,
  })
  const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const { status, headers: told } = response
  return { status, bytes, isReplay: told.get('idempotent-replayed') === 'true', told }
}

const chat = (mock: MockServer, key: string, body = streamed, more: Record<string, string> = {}) =>
  post(mock, '/chat/completions', body, { 'idempotency-key': key, ...more })

/** Of each request: how it ended, and the number of the one whose answer it was given. */
function ends(mock: MockServer): string[] {
  const entries = mock.requests()
  return entries.map(({ done, replayOf }) => {
    const first = entries.find(({ requestId }) => requestId === replayOf)
    return first ? `${done.outcome}, as ${first.number}` : done.outcome
  })
}

function answered(mock: MockServer, count: number): Promise<string[]> {
  return eventually(() => {
    const all = ends(mock)
    return all.length === count && !all.includes('open') ? all : undefined
  })
}

test('the same request under the same key is given the first answer, and counts once', async () => {
  await using mock = await createMockServer({ ...quick, rpm: 100 })
  const plain = await post(mock, '/chat/completions', streamed)
  const first = await chat(mock, 'k')
  const second = await chat(mock, 'k')
  expect([plain, first, second].map(({ isReplay }) => isReplay)).toEqual([false, false, true])
  // The way of answers that are written down is another one, and the bytes are the same.
  expect(first.bytes).toBe(plain.bytes)
  expect(second.bytes).toBe(first.bytes)
  expect(second.told.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(first.told.get('x-ratelimit-remaining-requests')).toBe('98')
  expect(second.told.get('x-ratelimit-remaining-requests')).toBe(null)

  const [, one, two] = mock.requests()
  expect(two).toMatchObject({
    replayOf: one!.requestId,
    requestId: second.told.get('x-request-id'),
    key: one!.key,
    model: 'gpt-4o-mini',
    stream: true,
    done: { outcome: 'ok', status: 200, chunks: 0, bytes: first.bytes.length },
  })
  expect(two!.requestId).not.toBe(one!.requestId)
  expect(two!.intended).toBe(undefined)
  expect(mock.requests({ replayOf: true })).toEqual([two])
  expect(mock.requests({ replayOf: one!.requestId, outcome: 'ok' })).toEqual([two])
  expect(mock.requests({ replayOf: false })).toHaveLength(2)
  const metrics = await (await fetch(`${mock.origin}/metrics`)).text()
  expect(metrics).toContain('\ntokadence_mock_idempotent_replays_total 1\n')
  expect(metrics).toContain('\ntokadence_mock_tokens_total{kind="output"} 12\n')
})

test('whatever is created is created once', async () => {
  await using mock = await createMockServer({ ...quick, tokens: 3 })
  const form = (text: string) => {
    const data = new FormData()
    data.set('purpose', 'batch')
    data.set('file', new Blob([text]), 'lines.jsonl')
    return data
  }
  const model = 'gpt-4o-mini'
  const calls: [string, () => string | FormData][] = [
    ['/chat/completions', () => chatBody('Rivers?')],
    ['/completions', () => JSON.stringify({ model: 'gpt-3.5-turbo-instruct', prompt: 'Rivers' })],
    ['/responses', () => JSON.stringify({ model, input: 'Rivers?', stream: true })],
    ['/responses', () => JSON.stringify({ model, input: 'Rivers?', store: true })],
    ['/messages', () => JSON.stringify({ ...JSON.parse(chatBody('Rivers?')), max_tokens: 9 })],
    ['/embeddings', () => JSON.stringify({ model: 'text-embedding-3-small', input: 'Rivers?' })],
    ['/audio/speech', () => JSON.stringify({ model: 'tts-1', input: 'Rivers.', voice: 'alloy' })],
    ['/conversations', () => '{}'],
    ['/files', () => form('{"a":1}\n')],
  ]
  for (const [i, [path, body]] of calls.entries()) {
    const headers = { 'idempotency-key': `key ${i}`, 'anthropic-version': '2023-06-01' }
    const first = await post(mock, path, body(), headers)
    const second = await post(mock, path, body(), headers)
    expect([path, first.status, second.status]).toEqual([path, 200, 200])
    expect([path, first.isReplay, second.isReplay]).toEqual([path, false, true])
    expect(second.bytes).toBe(first.bytes)
  }
  const changed = await post(mock, '/files', form('{"a":2}\n'), { 'idempotency-key': 'key 8' })
  expect(changed.status).toBe(400)
  const list = await fetch(`${mock.url}/files`, { headers: { authorization: 'Bearer sk-a' } })
  expect(((await list.json()) as { data: unknown[] }).data).toHaveLength(1)
})

test('another body under the key is refused by name; another caller or path has keys of its own', async () => {
  await using mock = await createMockServer(quick)
  const openai = new OpenAI({ baseURL: mock.url, apiKey: 'sk-a', maxRetries: 0 })
  const ask = (content: string, apiKey = 'sk-a') =>
    openai
      .withOptions({ apiKey })
      .chat.completions.create(
        { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] },
        { headers: { 'Idempotency-Key': 'mine' } },
      )
  const first = await ask('Rivers?')
  await expect(ask('Hills?')).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    code: 'idempotency_key_reused',
    param: 'Idempotency-Key',
    message: expect.stringContaining("'mine' has been sent with another request"),
  })
  expect((await ask('Rivers?')).id).toBe(first.id)
  await ask('Hills?', 'sk-b')
  const embedding = JSON.stringify({ model: 'text-embedding-3-small', input: 'Rivers?' })
  const other = await post(mock, '/embeddings', embedding, { 'idempotency-key': 'mine' })
  expect([other.status, other.isReplay]).toEqual([200, false])
  expect(ends(mock)).toEqual(['ok', 'refused', 'ok, as 1', 'ok', 'ok'])
})

test('who comes while the first is being answered waits for it', async () => {
  await using mock = await createMockServer({ ...quick, clock: 'manual', ttft: '1s', itl: '1s' })
  const all = [chat(mock, 'k'), chat(mock, 'k'), chat(mock, 'k')]
  await mock.clock.advance('5s')
  expect(ends(mock)).toEqual(['open', 'open', 'open'])
  await mock.clock.advance('1s')
  const [first, ...others] = (await Promise.all(all)).sort((a, b) => +a.isReplay - +b.isReplay)
  expect(others.map(({ isReplay, bytes }) => [isReplay, bytes])).toEqual([
    [true, first!.bytes],
    [true, first!.bytes],
  ])
  expect(mock.requests({ replayOf: true }).map(({ done }) => done.durationMs)).toEqual([6000, 6000])
  expect(mock.requests({ replayOf: false })).toHaveLength(1)
})

test('one that was left by its client is done afresh by the next, from its beginning', async () => {
  await using mock = await createMockServer({ ...quick, clock: 'manual', ttft: '1s', itl: '1s' })
  const leave = new AbortController()
  const options = { headers: { authorization: 'Bearer sk-a', 'idempotency-key': 'k' } }
  const left = postChat(mock.url, streamed, { ...options, signal: leave.signal })
  await mock.clock.advance('2500ms')
  await left
  const next = chat(mock, 'k')
  await mock.clock.advance('1s')
  leave.abort()
  await eventually(() => (ends(mock)[0] === 'hung-up' ? true : undefined))
  await mock.clock.advance('6s')
  expect((await next).isReplay).toBe(false)
  const [, second] = mock.requests()
  expect(second!.done).toMatchObject({ outcome: 'ok', chunks: 6, maxPacingErrorMs: 0 })
  expect((await chat(mock, 'k')).isReplay).toBe(true)
  expect(ends(mock)).toEqual(['hung-up', 'ok', 'ok, as 2'])
})

test('a refusal is not kept, and neither is what went wrong on purpose', async () => {
  await using mock = await createMockServer({ ...quick, rpm: 1, clock: 'manual' })
  await chat(mock, 'first')
  expect((await chat(mock, 'k')).status).toBe(429)
  expect((await chat(mock, 'k')).status).toBe(429)
  await mock.clock.advance('1m')
  expect(await chat(mock, 'k')).toMatchObject({ status: 200, isReplay: false })
  expect(await chat(mock, 'k')).toMatchObject({ status: 200, isReplay: true })

  mock.configure({ rpm: null })
  const faulty = (fault: string) => chat(mock, fault, streamed, { 'x-tokadence-fault': fault })
  for (const fault of ['http-500', 'truncate', 'duplicate-event', 'malformed-json']) {
    await faulty(fault)
    expect(mock.requests().at(-1)!.fault).toBe(fault)
    expect([fault, (await chat(mock, fault)).isReplay]).toEqual([fault, false])
    expect([fault, (await faulty(fault)).isReplay]).toEqual([fault, true])
  }
})

test('what is kept is forgotten by a reset and when it is too old, and can be had none of', async () => {
  await using mock = await createMockServer({ ...quick, clock: 'manual' })
  const isReplay = async () => (await chat(mock, 'k')).isReplay
  expect([await isReplay(), await isReplay()]).toEqual([false, true])
  mock.reset()
  expect([await isReplay(), await isReplay()]).toEqual([false, true])
  await mock.clock.advance('25h')
  expect([await isReplay(), await isReplay()]).toEqual([false, true])

  await using forgetful = await createMockServer({ ...quick, idempotency: 1 })
  for (const key of ['a', 'b', 'a', 'a']) await chat(forgetful, key)
  expect(await answered(forgetful, 4)).toEqual(['ok', 'ok', 'ok', 'ok, as 3'])
  await using careless = await createMockServer({ ...quick, idempotency: 0 })
  for (const body of [streamed, streamed, chatBody('Hills?')]) await chat(careless, 'k', body)
  expect(await answered(careless, 3)).toEqual(['ok', 'ok', 'ok'])
})
