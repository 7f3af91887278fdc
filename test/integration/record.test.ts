import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { readOptions } from '../../base/option-table.ts'
import {
  createMockServer,
  type MockServer,
  type MockServerOptions,
  startMockServer,
} from '../../mock-server/index.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { openLibrary, readRecording } from '../../mock-server/record/library.ts'
import { eventually } from '../helpers/eventually.ts'
import { startServe } from '../helpers/program.ts'
import { connectRaw, rawRequest } from '../helpers/raw-http.ts'
import { chatBody, postChat, readStream } from '../helpers/read-stream.ts'
import { answer, events, refusal, startScriptedServer } from '../helpers/scripted-server.ts'
import { connectTimed } from '../helpers/timed-chunks.ts'

const clientKey = 'sk-proj-clientsOwnSecretKey0123456789'
const quiet = { logLevel: 'silent' } satisfies MockServerOptions

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-record-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** The recordings' names, once there are so many. */
function recorded(count: number): Promise<string[]> {
  return eventually(async () => {
    const names = (await readdir(folder)).filter(name => name.endsWith('.jsonl'))
    return names.length >= count ? names.sort() : undefined
  })
}

const clientOf = ({ url }: Pick<MockServer, 'url'>) =>
  new OpenAI({ baseURL: url, apiKey: clientKey, maxRetries: 0 })

const ask = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'Say hi' }],
}

async function streamedText(client: OpenAI): Promise<string> {
  let text = ''
  for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true })) {
    text += choices[0]?.delta.content ?? ''
  }
  return text
}

test('a stream is recorded as it passes, and played again to the byte, each chunk at its time', async () => {
  await using mock = await createMockServer({
    ...quiet,
    ttft: 'lognormal(p50=50ms,p95=100ms)',
    itl: 'lognormal(p50=10ms,p95=25ms)',
    tokens: 30,
  })
  const body = chatBody('Grüß Gott', { stream: true, stream_options: { include_usage: true } })
  await using recording = await createMockServer({ ...quiet, upstream: mock.url, record: folder })
  await using live = await connectTimed(recording.port)
  const heard = await live.ask(body)
  const [name = ''] = await recorded(1)
  const { chunks, response, endMs } = await readRecording(join(folder, name))
  expect(chunks.map(({ bytes }) => bytes.toString())).toEqual(heard.chunks.map(({ text }) => text))
  expect(chunks.length).toBe(34) // role, 30 tokens, finish, usage, [DONE]

  await using replaying = await createMockServer({ ...quiet, replay: folder })
  await using connection = await connectTimed(replaying.port)
  await connection.ask(body) // connection, code and file are warm from here on
  const played = await connection.ask(body)
  expect(played.head).toContain(`x-tokadence-recording: ${name}`)
  expect(played.chunks.map(({ text }) => text)).toEqual(heard.chunks.map(({ text }) => text))
  const lateMs = played.chunks.map(({ atMs }, i) => atMs - chunks[i]!.atMs).sort((a, b) => a - b)
  // Never early; how late at most is this machine's affair.
  expect(lateMs[0]).toBeGreaterThan(-0.01)
  expect(lateMs[17]).toBeLessThan(5000)
  expect(lateMs.at(-1)).toBeLessThan(5000)
  expect(played.headMs - response.atMs).toBeLessThan(5000)
  expect(Math.abs(played.endMs - endMs)).toBeLessThan(5000)
})

test.each([
  ['max', 0, 700],
  [4, 199, 700],
])('at speed %s the pace is that much faster', async (replaySpeed, atLeastMs, atMostMs) => {
  const stream = ['a', 'b', 'c'].map((text, i) => `{"atMs":${200 * (i + 1)},"data":"${text}"}\n`)
  await writeFile(
    join(folder, 'a.jsonl'),
    `{"recording":1,"request":{"method":"GET","path":"/models","headers":{}}}
{"response":{"atMs":100,"status":200,"headers":{}}}
${stream.join('')}{"endMs":800}
`,
  )
  await using replaying = await createMockServer({ ...quiet, replay: folder, replaySpeed })
  const startedAtMs = performance.now()
  const response = await fetch(`${replaying.url}/models`)
  expect(await response.text()).toBe('abc')
  const tookMs = performance.now() - startedAtMs
  expect(tookMs).toBeGreaterThan(atLeastMs)
  expect(tookMs).toBeLessThan(atMostMs)
})

test('the openai client hears the same from the provider, through the recorder and from the recording', async () => {
  await using mock = await createMockServer({ ...quiet, ttft: 0, itl: 0, seed: 5 })
  const [text, whole] = [
    await streamedText(clientOf(mock)),
    await clientOf(mock).chat.completions.create(ask),
  ]
  await using recording = await createMockServer({ ...quiet, upstream: mock.url, record: folder })
  expect(await streamedText(clientOf(recording))).toBe(text)
  const passed = await clientOf(recording).chat.completions.create(ask)
  expect(passed).toEqual(whole)
  await recorded(2)

  await using replaying = await createMockServer({ ...quiet, replay: folder, replaySpeed: 'max' })
  expect(await streamedText(clientOf(replaying))).toBe(text)
  const replayed = await clientOf(replaying).chat.completions.create(ask).withResponse()
  expect(replayed.data).toEqual(whole)
  expect(replayed.request_id).toBe(passed._request_id)
  expect(replayed.response.headers.get('content-length')).toMatch(/^\d+$/)
  expect(replayed.response.headers.get('openai-organization')).toBe(null)
})

test('no key, cookie or account is in any recording, wherever it stood', async () => {
  const upstreamKey = 'gateway-key-that-replaces-it-42'
  await using provider = await startScriptedServer((response, turn) => {
    const headers = {
      'set-cookie': 'session=cookie-of-the-provider',
      'openai-organization': 'org-AbCdEfGhIjKlMnOpQrSt',
    }
    const text = `${clientKey} ${upstreamKey} org-AbCdEfGhIjKlMnOpQrSt`
    if (turn === 0)
      return refusal(401, { message: text }, headers)(response, turn, provider.received[0]!)
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    response.write(`data: {"a":"${text.slice(0, 20)}`) // a key across two chunks
    setTimeout(() => response.end(`${text.slice(20)}"}\n\n`), 20)
  })
  await using recording = await createMockServer({
    ...quiet,
    upstream: provider.url,
    upstreamKey,
    record: folder,
  })
  const headers = {
    authorization: `Bearer ${clientKey}`,
    cookie: 'session=cookie-of-the-client',
    'openai-organization': 'org-of-the-client-0123456789',
    'openai-project': 'proj_of-the-client-0123456789',
    'x-custom-auth': 'custom-secret-of-the-client',
  }
  const body = chatBody(`My key is ${clientKey}`, { mcp: { authorization: 'Bearer mcp-secret' } })
  await (await postChat(recording.url, body, { headers })).text()
  const heard = await (await postChat(recording.url, body, { headers })).text()
  expect(heard).toContain(clientKey) // the client itself gets all of it
  const names = await recorded(2)
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8')
    expect(text).not.toMatch(
      /clientsOwn|replaces-it|of-the-client|of-the-provider|AbCdEf|mcp-secret/,
    )
    expect(text).toContain('"headers":{"authorization":"[redacted]"')
    expect(text).toContain('"cookie":"[redacted]","openai-organization":"[redacted]"')
  }
  expect(provider.received[0]?.headers.authorization).toBe(`Bearer ${upstreamKey}`)
  expect(JSON.stringify(recording.requests())).not.toMatch(/clientsOwn|replaces-it/)
})

test('a refusal and the answer after it are played in that order, and the answer again and again', async () => {
  await using provider = await startScriptedServer((response, turn, received) =>
    turn === 0
      ? refusal(429, { message: 'Slow down.', type: 'requests' }, { 'retry-after-ms': '1' })(
          response,
          turn,
          received,
        )
      : answer(200, '{"id":"fine"}')(response, turn, received),
  )
  await using recording = await createMockServer({
    ...quiet,
    upstream: provider.url,
    record: folder,
  })
  const post = async (mock: MockServer) => {
    const response = await postChat(mock.url, chatBody('x'))
    return [response.status, await response.text(), response.headers.get('retry-after-ms')]
  }
  const first = [429, '{"error":{"message":"Slow down.","type":"requests"}}', '1']
  const second = [200, '{"id":"fine"}', null]
  expect([await post(recording), await post(recording)]).toEqual([first, second])
  await recorded(2)
  await using replaying = await createMockServer({ ...quiet, replay: folder })
  const played = [await post(replaying), await post(replaying), await post(replaying)]
  expect(played).toEqual([first, second, second])
  expect(replaying.requests().map(({ done }) => done.outcome)).toEqual(['refused', 'ok', 'ok'])
  expect(provider.received.length).toBe(2)
})

test('without an upstream a miss is a 404 that names the nearest recording and the difference', async () => {
  await using mock = await createMockServer({ ...quiet, ttft: 0, itl: 0 })
  await using recording = await createMockServer({ ...quiet, upstream: mock.url, record: folder })
  await clientOf(recording).chat.completions.create(ask)
  const [name] = await recorded(1)
  await using replaying = await createMockServer({ ...quiet, replay: folder })
  const missed = clientOf(replaying).chat.completions.create({ ...ask, model: 'gpt-4o' })
  await expect(missed).rejects.toMatchObject({
    status: 404,
    code: 'recording_not_found',
    message: `404 No recording matches this POST /chat/completions. The nearest is ${name}: body.model is "gpt-4o-mini" there and "gpt-4o" here.`,
  })
})

test('with an upstream a miss is passed on, recorded, and played from then on', async () => {
  await using provider = await startScriptedServer(answer(200, '{"n":1}'))
  const both = { ...quiet, upstream: provider.url, record: folder, replay: folder }
  await using mock = await createMockServer(both)
  const post = async (content: string) => {
    const response = await postChat(mock.url, chatBody(content))
    return [await response.text(), response.headers.has('x-tokadence-recording')]
  }
  expect(await post('one')).toEqual(['{"n":1}', false])
  // At once: the file may be on its way to the disk still.
  expect(await post('one')).toEqual(['{"n":1}', true])
  expect(await post('two')).toEqual(['{"n":1}', false])
  expect(await post('one')).toEqual(['{"n":1}', true])
  expect(provider.received.length).toBe(2)
  await recorded(2)
})

test('head and chunks reach the client while the next is not yet said, and are recorded as they were cut', async () => {
  const parts = ['data: "h', Buffer.from([0xc3]), Buffer.from([0xbc]), 'h"\n\n']
  let release = () => {}
  // Goes on only when the client has what was sent.
  const heardByClient = () =>
    new Promise<void>(resolve => {
      release = resolve
    })
  await using provider = await startScriptedServer(async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    await heardByClient()
    for (const part of parts) {
      response.write(part)
      await heardByClient()
    }
    response.end()
  })
  await using recording = await createMockServer({
    ...quiet,
    upstream: provider.url,
    record: folder,
  })
  const response = await postChat(recording.url, chatBody('x'))
  release()
  const heard: Buffer[] = []
  for await (const part of response.body!) {
    heard.push(Buffer.from(part))
    release()
  }
  const bytes = parts.map(part => Buffer.from(part))
  expect(heard).toEqual(bytes)
  const [name = ''] = await recorded(1)
  expect((await readRecording(join(folder, name))).chunks.map(chunk => chunk.bytes)).toEqual(bytes)
  expect(await readFile(join(folder, name), 'utf8')).toContain('"base64":"ww=="')
})

test('a client that hangs up cancels the upstream, and nothing is recorded', async () => {
  await using provider = await startScriptedServer(events(['data: "one"\n\n'], { end: false }))
  await using recording = await createMockServer({
    ...quiet,
    upstream: provider.url,
    record: folder,
  })
  const controller = new AbortController()
  const response = await postChat(recording.url, chatBody('x'), { signal: controller.signal })
  await response.body!.getReader().read()
  controller.abort()
  await eventually(() => provider.received[0]?.closedAtMs)
  expect(recording.requests()[0]?.done).toMatchObject({ outcome: 'hung-up', status: 200 })
  // Also one that hangs up before the upstream has said anything.
  await using silent = await startScriptedServer(() => {})
  await using other = await createMockServer({ ...quiet, upstream: silent.url, record: folder })
  const early = new AbortController()
  const waiting = postChat(other.url, chatBody('x'), { signal: early.signal })
  await eventually(() => silent.received[0])
  early.abort()
  await expect(waiting).rejects.toThrow()
  await eventually(() => silent.received[0]?.closedAtMs)
  expect(await readdir(folder)).toEqual([])
})

test('a client that reads slowly slows the upstream down, and loses nothing', async () => {
  const total = 48 * 2 ** 20
  let sent = 0
  await using provider = await startScriptedServer(async response => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    for (; sent < total; sent += 2 ** 16) {
      if (!response.write(Buffer.alloc(2 ** 16, sent / 2 ** 16))) await once(response, 'drain')
    }
    response.end()
  })
  await using mock = await createMockServer({ ...quiet, upstream: provider.url })
  const { port } = mock
  const request = httpRequest({ port, host: '127.0.0.1', path: '/v1/files/f/content' })
  request.end()
  const [response] = await once(request, 'response')
  // Not read: what is on the way fills the sockets' buffers, and then the upstream stands still.
  let before = -1
  await eventually(async () => {
    const still = before === sent && sent > 0
    before = sent
    await new Promise(resolve => setTimeout(resolve, 50))
    return still || undefined
  })
  expect(sent).toBeLessThan(total / 2)
  let length = 0
  for await (const part of response) length += part.length
  expect(length).toBe(total)
})

test('an upstream that is not there is a 502 in the envelope of the API', async () => {
  const provider = await startScriptedServer(() => {})
  await provider[Symbol.asyncDispose]()
  await using mock = await createMockServer({ ...quiet, upstream: provider.url, record: folder })
  await expect(clientOf(mock).chat.completions.create(ask)).rejects.toMatchObject({
    status: 502,
    type: 'server_error',
    code: 'upstream_failed',
    message: `502 The upstream at ${new URL(provider.url).origin} gave no answer: it refuses connections (ECONNREFUSED).`,
  })
  expect(mock.requests()[0]).toMatchObject({
    done: { outcome: 'refused', status: 502 },
    error: { code: 'upstream_failed' },
  })
  expect(await readdir(folder)).toEqual([])
})

test('an upstream that breaks off mid-stream cuts the client off too, and nothing is recorded', async () => {
  await using provider = await startScriptedServer(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: "one"\n\n')
    setTimeout(() => response.destroy(), 20)
  })
  await using mock = await createMockServer({ ...quiet, upstream: provider.url, record: folder })
  const response = await postChat(mock.url, chatBody('x'))
  await expect(response.text()).rejects.toThrow('terminated')
  expect(mock.requests()[0]).toMatchObject({
    done: { outcome: 'refused', status: 200, chunks: 1 },
    error: { code: 'upstream_failed' },
  })
  expect(await readdir(folder)).toEqual([])
})

test('what the upstream hears is what the client said, without what is between neighbours or for us', async () => {
  await using provider = await startScriptedServer(
    answer(200, '{}', { connection: 'x-hop', 'x-hop': '1', 'x-end': '2' }),
  )
  const upstream = provider.url.replace('/v1', '/gateway/v2/')
  await using mock = await createMockServer({ ...quiet, upstream, record: folder })
  const response = await postChat(mock.url, chatBody('x'), {
    headers: {
      'x-tokadence-seed': '1',
      'x-custom': 'kept',
      'accept-encoding': 'gzip, br',
      'OpenAI-Organization': 'org-1',
    },
  })
  const [received] = provider.received
  expect(received?.path).toBe('/gateway/v2/chat/completions')
  expect(received?.body.messages[0].content).toBe('x')
  expect(received?.headers).toMatchObject({
    authorization: 'Bearer sk-test',
    'x-custom': 'kept',
    'openai-organization': 'org-1',
    'accept-encoding': 'identity',
    host: new URL(provider.url).host,
  })
  expect(Object.keys(received?.headers ?? {})).not.toContain('x-tokadence-seed')
  expect(response.headers.get('x-hop')).toBe(null)
  expect(response.headers.get('x-end')).toBe('2')
  expect(response.headers.get('x-tokadence-request-id')).toBe(mock.requests()[0]?.requestId)

  // Where the base URL has no path, the client's is passed on whole.
  await using bare = await createMockServer({ ...quiet, upstream: new URL(provider.url).origin })
  await postChat(bare.url, chatBody('x'), { headers: { 'accept-encoding': 'gzip' } })
  expect(provider.received[1]?.path).toBe('/v1/chat/completions')
  expect(provider.received[1]?.headers['accept-encoding']).toBe('gzip')
  await recorded(1)
})

test('bytes that an upstream compresses unasked are passed on and played as they are', async () => {
  const zipped = gzipSync('{"zipped":true}')
  await using provider = await startScriptedServer(response => {
    const name = Buffer.from('żółw.json').toString('latin1') // its UTF-8 bytes, as servers send them
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-disposition': `attachment; filename="${name}"`,
    })
    response.write(zipped)
    response.end()
  })
  await using recording = await createMockServer({
    ...quiet,
    upstream: provider.url,
    record: folder,
  })
  const nameOf = ({ headers }: Response) =>
    Buffer.from(headers.get('content-disposition') ?? '', 'latin1').toString()
  const passed = await fetch(`${recording.url}/models`)
  expect(await passed.json()).toEqual({ zipped: true })
  expect(nameOf(passed)).toBe('attachment; filename="żółw.json"')
  await recorded(1)
  await using replaying = await createMockServer({ ...quiet, replay: folder })
  const played = await fetch(`${replaying.url}/models`)
  expect(await played.json()).toEqual({ zipped: true })
  expect(nameOf(played)).toBe(nameOf(passed))
})

test('a recording that cannot be written is told in log and journal, and the client has its answer', async () => {
  const log: string[] = []
  await using provider = await startScriptedServer(answer(200, '{"n":1}'))
  const inner = join(folder, 'inner')
  const options = { port: 0, logLevel: 'error', upstream: provider.url, record: inner } as const
  await using mock = await startMockServer(readOptions(serverOptions, options, 'test'), {
    clock: systemClock,
    write: line => log.push(line),
  })
  await rm(inner, { recursive: true })
  expect(await (await postChat(mock.url, chatBody('x'))).text()).toBe('{"n":1}')
  const error = await eventually(() => mock.requests()[0]?.error)
  expect(error.code).toBe('not_recorded')
  expect(error.message).toMatch(/^POST \/chat\/completions was not recorded: ENOENT/)
  expect(log).toEqual([error.message])
})

test.each([
  '/v1/../admin',
  '/v1/files/%2e%2E/secret',
  '/v1/./models',
  '/v1/files/..%2f..%5csecret',
  'http://127.0.0.1:9/v1/models',
])('the path %s leads nowhere: neither to the upstream nor to a file', async path => {
  await using provider = await startScriptedServer(answer(200, '{}'))
  await using mock = await createMockServer({
    ...quiet,
    upstream: provider.url,
    record: folder,
    replay: folder,
  })
  await using connection = await connectRaw(mock.port)
  connection.send(rawRequest(`GET ${path} HTTP/1.1`))
  const { status, body } = await connection.receive('GET')
  expect([status, JSON.parse(body).error.message]).toEqual([404, `Invalid URL (GET ${path})`])
  expect(provider.received.length).toBe(0)
  expect(await readdir(folder)).toEqual([])
})

test('requests in a pipe are answered in their order, recordings too', async () => {
  await using provider = await startScriptedServer((response, turn) => {
    events([`data: ${turn}\n\n`, 'data: [DONE]\n\n'])(response, turn, provider.received[turn]!)
  })
  const both = { ...quiet, upstream: provider.url, record: folder, replay: folder }
  await using mock = await createMockServer(both)
  for (const content of ['a', 'b']) await (await postChat(mock.url, chatBody(content))).text()
  await using connection = await connectRaw(mock.port)
  const post = (content: string) =>
    rawRequest('POST /v1/chat/completions HTTP/1.1', { body: chatBody(content) })
  connection.send(post('b') + post('c') + post('a'))
  const bodies = [
    await connection.receive(),
    await connection.receive(),
    await connection.receive(),
  ].map(({ body }) => body)
  expect(bodies).toEqual([1, 2, 0].map(n => `data: ${n}\n\ndata: [DONE]\n\n`))
  expect(connection.unread).toBe('')
  await recorded(3)
})

test('journal and metrics tell of recorded and played requests as of any other', async () => {
  await using mock = await createMockServer({ ...quiet, ttft: 5, itl: 1, tokens: 8 })
  await using recording = await createMockServer({ ...quiet, upstream: mock.url, record: folder })
  const body = chatBody('x', { stream: true, stream_options: { include_usage: true } })
  const { content } = await readStream(await postChat(recording.url, body))
  await recorded(1)
  await using replaying = await createMockServer({ ...quiet, replay: folder })
  expect((await readStream(await postChat(replaying.url, body))).content).toBe(content)

  const [passed] = recording.requests()
  expect(passed).toMatchObject({
    path: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    stream: true,
    body: JSON.parse(body),
    done: { outcome: 'ok', status: 200 },
  })
  const [played] = replaying.requests()
  expect(played?.key).toBe(passed?.key)
  expect(played?.key).toMatch(/^[0-9a-f]{16}$/)
  expect(played?.intended).toMatchObject({ promptTokens: 8, outputTokens: 8 })
  expect(played?.done).toMatchObject({ outcome: 'ok', status: 200, chunks: 8 })
  expect(played?.done.firstTokenMs).toBeGreaterThanOrEqual(5)
  const metrics = await (await fetch(`${replaying.origin}/metrics`)).text()
  expect(metrics).toContain(
    'tokadence_mock_requests_total{endpoint="chat.completions",status="200"} 1',
  )
  expect(metrics).toContain('tokadence_mock_time_to_first_token_seconds_count 1')
})

test('a recording that is gone by now is a 500 that says so, and no failure of the server', async () => {
  await writeFile(
    join(folder, 'a.jsonl'),
    `{"recording":1,"request":{"method":"GET","path":"/models","headers":{}}}
{"response":{"atMs":0,"status":204,"headers":{}}}
{"endMs":0}
`,
  )
  await using mock = await createMockServer({ ...quiet, replay: folder })
  await writeFile(join(folder, 'a.jsonl'), '{}')
  const response = await fetch(`${mock.url}/models`)
  expect(response.status).toBe(500)
  const { error } = (await response.json()) as { error: { message: string; code: string } }
  expect(error.code).toBe('recording_unreadable')
  expect(error.message).toMatch(/^The recording a\.jsonl cannot be played: .*a\.jsonl:1:1: /)
  const metrics = await (await fetch(`${mock.origin}/metrics`)).text()
  expect(metrics).toContain('tokadence_mock_internal_errors_total 0')
})

test.each<[MockServerOptions, string]>([
  [
    { record: 'x' },
    'record: is of use only together with upstream, the API whose answers are recorded',
  ],
  [{ upstream: 'api.openai.com' }, 'upstream: write a base URL'],
  [{ upstream: 'ftp://x/v1' }, 'upstream: write a base URL'],
  [{ upstream: 'https://user:secret@x/v1' }, 'upstream: write a base URL'],
  [
    { upstream: 'http://127.0.0.1:9/v1', replaySpeed: 2 },
    'replaySpeed: is of use only together with replay',
  ],
  [{ replay: '/nowhere/at/all' }, 'the folder cannot be read (ENOENT)'],
  [{ replay: '.', replaySpeed: 0 }, '0 is not allowed; write a number above 0, or max'],
])('%j is refused at the start', async (options, words) => {
  await expect(createMockServer({ ...quiet, ...options })).rejects.toThrow(words)
})

test('a recorder that is killed while it writes leaves whole recordings only, and the next one sweeps the rest', async () => {
  const long = JSON.stringify({ text: 'word '.repeat(2 ** 17) })
  await using provider = await startScriptedServer(answer(200, long))
  const args = ['--upstream', provider.url, '--record', folder, '--log-level', 'error']
  const { program, url } = await startServe(args)
  await using _ = program
  let asked = 0
  const load = Array.from({ length: 4 }, async () => {
    for (;;) await (await postChat(url, chatBody(`${asked++}`))).text()
  })
  await recorded(2)
  const isUnfinished = (name: string) => name.endsWith('.tmp')
  await eventually(async () => (await readdir(folder)).find(isUnfinished))
  program.process.kill('SIGKILL')
  expect((await Promise.allSettled(load)).every(({ status }) => status === 'rejected')).toBe(true)
  await program.exit

  const names = await recorded(2)
  const library = await openLibrary(folder) // refuses what is not whole
  expect(library.entries().length).toBe(names.length)
  for (const entry of library.entries()) {
    const { chunks } = await entry.read()
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()).toBe(long)
  }

  await writeFile(join(folder, '.recording-1-1.tmp'), '{"recording":1') // there is one for sure
  await using again = await createMockServer({ ...quiet, upstream: provider.url, record: folder })
  await (await postChat(again.url, chatBody('another'))).text()
  const after = await recorded(names.length + 1)
  expect((await readdir(folder)).filter(name => !isUnfinished(name)).sort()).toEqual(after)
  await eventually(async () => ((await readdir(folder)).some(isUnfinished) ? undefined : true))
})
