/** What stands on the wire, byte by byte, which a client library would smooth over. */
import { expect, onTestFinished, test } from 'vitest'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { connectRaw, type RawResponse, rawRequest } from '../helpers/raw-http.ts'
import { chatBody, echoBody } from '../helpers/read-stream.ts'

const CHAT = 'POST /v1/chat/completions HTTP/1.1'

/** A quick server of the test's own. When the test is over it is closed and must have had no failure. */
async function start(options: MockServerOptions = {}) {
  const server = await createMockServer({
    ttft: 0,
    itl: 0,
    tokens: 8,
    seed: 1,
    logLevel: 'silent',
    ...options,
  })
  onTestFinished(async () => {
    const metrics = await (await fetch(`${server.origin}/metrics`)).text()
    await server.close()
    expect(metrics).toContain('\ntokadence_mock_internal_errors_total 0\n')
  })
  return server
}

/** One request on a connection of its own. */
async function exchange(
  { port }: { port: number },
  line: string,
  options: Parameters<typeof rawRequest>[1] = {},
): Promise<RawResponse> {
  await using connection = await connectRaw(port)
  connection.send(rawRequest(line, options))
  return await connection.receive(line.split(' ')[0])
}

function dataOf({ body }: RawResponse): string[] {
  return body
    .split('\n\n')
    .filter(event => event !== '')
    .map(event => event.slice('data: '.length))
}

/** One of our series in an exposition. */
function readingOf(exposition: string, series: string): number | undefined {
  const start = `tokadence_mock_${series} `
  const line = exposition.split('\n').find(text => text.startsWith(start))
  return line === undefined ? undefined : Number(line.slice(start.length))
}

function contentOf(response: RawResponse): string {
  return dataOf(response)
    .filter(data => data !== '[DONE]')
    .map(data => JSON.parse(data).choices[0]?.delta.content ?? '')
    .join('')
}

test('a stream with a named seed is these bytes', async () => {
  const body = chatBody('Tell me about rivers.', {
    stream: true,
    stream_options: { include_usage: true },
  })
  const response = await exchange(await start(), CHAT, { body })
  await expect(response.body).toMatchFileSnapshot('../fixtures/wire/chat-stream.txt')
})

test('a completion with a named seed is these bytes', async () => {
  const response = await exchange(await start(), CHAT, { body: chatBody('Tell me about rivers.') })
  await expect(`${response.body}\n`).toMatchFileSnapshot('../fixtures/wire/chat-completion.json')
})

test('each event is an HTTP chunk of its own, whatever characters are in it', async () => {
  const server = await start()
  const text = 'plain, é, 漢字, 🚀👩‍👩‍👧‍👦 and "quotes" \\ \n'
  for (const more of [{}, { n: 3 }, { stream_options: { include_obfuscation: false } }]) {
    const body = echoBody(text, { stream: true, ...more })
    const response = await exchange(server, CHAT, { body })
    const { chunks } = response
    expect(chunks!.filter(chunk => !/^data: .+\n\n$/.test(chunk))).toEqual([])
    expect(chunks!.length).toBe(dataOf(response).length)
    expect(chunks!.at(-1)).toBe('data: [DONE]\n\n')
    if (!('n' in more)) expect(contentOf(response)).toBe(text)
  }
})

test("a model's name in any script comes back as it was written", async () => {
  const server = await start()
  const model = 'modèle-漢字-🚀'
  const body = chatBody('Hi.', { model, stream: true })
  const response = await exchange(server, CHAT, { body })
  const names = dataOf(response).slice(0, -1)
  expect(new Set(names.map(data => JSON.parse(data).model))).toEqual(new Set([model]))
})

test('a stream has the headers that clients and proxies go by', async () => {
  const server = await start({ rpm: 60, tpm: 60_000 })
  const { headers } = await exchange(server, CHAT, { body: chatBody('Hi.', { stream: true }) })
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'transfer-encoding': 'chunked',
    'openai-version': '2020-10-01',
    'openai-organization': 'org-tokadence',
    'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/),
    'openai-processing-ms': expect.stringMatching(/^\d+$/),
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-limit-tokens': '60000',
    // 3 + 3 + role 1 + 'Hi.' 2, and the 8 tokens that a reply has
    'x-ratelimit-remaining-tokens': '59983',
    'x-ratelimit-reset-tokens': '17ms',
  })
  expect(headers).not.toHaveProperty('content-length')
  expect(headers).not.toHaveProperty('x-powered-by')
})

test('JSON has no charset, a length, and rate-limit headers on inference only', async () => {
  const server = await start({ rpm: 60 })
  const chat = await exchange(server, CHAT, { body: chatBody('Hi.') })
  expect(chat.headers['content-type']).toBe('application/json')
  expect(chat.headers['content-length']).toBe(String(Buffer.byteLength(chat.body)))
  expect(chat.headers['x-ratelimit-limit-requests']).toBe('60')
  const models = await exchange(server, 'GET /v1/models HTTP/1.1')
  expect(models.status).toBe(200)
  const limits = Object.keys(models.headers).filter(name => name.startsWith('x-ratelimit'))
  expect(limits).toEqual([])
})

const noKey =
  /^You didn't provide an API key\. You need to provide your API key in an Authorization/
const notJson = /^We could not parse the JSON body of your request\. \(HINT: This likely means/

test.each<[string, string, Parameters<typeof rawRequest>[1], number, string | RegExp]>([
  // what, line, options, status, message
  ['GET embeddings', 'GET /v1/embeddings HTTP/1.1', {}, 405, 'Only POST requests are accepted.'],
  [
    'PUT a model',
    'PUT /v1/models/x HTTP/1.1',
    {},
    405,
    'Only GET and DELETE requests are accepted.',
  ],
  ['an unknown path', 'POST /v1/xyz?a=b HTTP/1.1', {}, 404, 'Invalid URL (POST /v1/xyz)'],
  ['the root', 'GET / HTTP/1.1', {}, 404, 'Invalid URL (GET /)'],
  ['two slashes', 'GET // HTTP/1.1', {}, 404, 'Invalid URL (GET //)'],
  ['no path at all', 'OPTIONS * HTTP/1.1', {}, 404, 'Invalid URL (OPTIONS *)'],
  [
    'a path that cannot be decoded',
    'GET /v1/models/%E0%A4%A HTTP/1.1',
    {},
    404,
    'Invalid URL (GET /v1/models/%E0%A4%A)',
  ],
  ['broken JSON', CHAT, { body: '{"model":' }, 400, notJson],
  ['no body', CHAT, {}, 400, notJson],
  [
    'a body that is no object',
    CHAT,
    { body: '[]' },
    400,
    "Invalid type for 'body': expected an object, but got an array instead.",
  ],
  [
    'a body beyond the bound',
    CHAT,
    { body: chatBody('x'.repeat(2000)) },
    413,
    'Request body is too large: the maximum is 1000 bytes. Please reduce the size of your request.',
  ],
  ['an empty Authorization', CHAT, { headers: { authorization: '' } }, 401, noKey],
  ['another scheme', CHAT, { headers: { authorization: 'Basic eDp5' } }, 401, noKey],
  ['a scheme without a key', CHAT, { headers: { authorization: 'Bearer ' } }, 401, noKey],
  [
    'a wrong key',
    CHAT,
    { headers: { authorization: 'Bearer sk-wrong' } },
    401,
    'Incorrect API key provided: sk-wrong. You can find your API key at https://platform.openai.com/account/api-keys.',
  ],
])('%s is refused as OpenAI would', async (_, line, options, status, message) => {
  const server = await start({ maxBodyBytes: 1000, apiKey: 'sk-test' })
  const response = await exchange(server, line, options)
  const { error } = JSON.parse(response.body)
  expect(response.status).toBe(status)
  expect(error.message).toEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  )
  expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code'])
  expect(response.headers['content-type']).toBe('application/json')
  expect(response.headers['x-request-id']).toMatch(/^req_/)
  const allowed = /^Only (.+) requests/.exec(error.message)?.[1]?.replaceAll(' and ', ', ')
  expect(response.headers.allow).toBe(allowed)
  const realm = status === 401 ? 'Bearer realm="OpenAI API"' : undefined
  expect(response.headers['www-authenticate']).toBe(realm)
})

test('a body that says nothing of its size is stopped at the bound', async () => {
  const server = await start({ maxBodyBytes: 1000 })
  await using connection = await connectRaw(server.port)
  connection.send(rawRequest(CHAT, { headers: { 'transfer-encoding': 'chunked' } }))
  connection.send(`400\r\n${'x'.repeat(1024)}\r\n`)
  expect((await connection.receive()).status).toBe(413)
})

test('HEAD is answered without a body', async () => {
  const server = await start()
  const models = await exchange(server, 'HEAD /v1/models HTTP/1.1')
  expect([models.status, models.headers['content-type']]).toEqual([200, 'application/json'])
  const embeddings = await exchange(server, 'HEAD /v1/embeddings HTTP/1.1')
  expect([embeddings.status, embeddings.headers.allow]).toEqual([405, 'POST'])
})

test.each([
  { 'content-type': 'application/json; charset=utf-8' },
  { 'content-type': 'application/vnd.api+json' },
  {},
  { authorization: 'bearer sk-test' }, // the scheme's case says nothing
] as Record<string, string>[])('with headers %j a JSON body is a JSON body', async headers => {
  const { status } = await exchange(await start(), CHAT, { headers, body: chatBody('Hi.') })
  expect(status).toBe(200)
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'JSON that calls itself %s is refused, unless the server is lenient',
  async type => {
    const request = { headers: { 'content-type': type }, body: chatBody('Hi.') }
    const refused = await exchange(await start(), CHAT, request)
    expect(refused.status).toBe(415)
    expect(JSON.parse(refused.body).error.code).toBe('unsupported_content_type')
    const lenient = await exchange(await start({ lenient: true }), CHAT, request)
    expect(lenient.status).toBe(200)
  },
)

test("a wish for another protocol is passed over: Java's client asks for h2c with its first request", async () => {
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABk',
  }
  await using connection = await connectRaw((await start()).port)
  for (const body of [echoBody('x'.repeat(100_000)), echoBody('again')]) {
    connection.send(rawRequest(CHAT, { headers, body }))
    const { status, body: answer } = await connection.receive()
    expect(status).toBe(200)
    const { content } = JSON.parse(answer).choices[0].message
    expect(`Reply with exactly this text: ${content}`).toBe(JSON.parse(body).messages[0].content)
  }
})

test('whether it streams is for the body to say, whatever Accept says', async () => {
  const server = await start()
  const typeOf = async (accept: string, stream: boolean) => {
    const body = chatBody('Hi.', { stream })
    const { headers } = await exchange(server, CHAT, { headers: { accept }, body })
    return headers['content-type']
  }
  expect(await typeOf('application/json', true)).toBe('text/event-stream; charset=utf-8')
  expect(await typeOf('text/event-stream', false)).toBe('application/json')
})

test('one connection serves request after request, streamed or not, refused or not', async () => {
  const server = await start({ maxBodyBytes: 2000 })
  await using connection = await connectRaw(server.port)
  const bodies: [string, number][] = [
    [echoBody('one', { stream: true }), 200],
    [echoBody('two'), 200],
    ['{', 400],
    [chatBody('x'.repeat(3000)), 413],
    [echoBody('three', { stream: true }), 200],
  ]
  for (const [body, status] of bodies) {
    connection.send(rawRequest(CHAT, { body }))
    expect((await connection.receive()).status).toBe(status)
    expect(connection.unread).toBe('')
  }
})

test('pipelined requests are answered in order, each whole', async () => {
  const server = await start({ ttft: '5ms', itl: '1ms' })
  await using connection = await connectRaw(server.port)
  const texts = ['The first of them.', 'Then the second.', 'And 漢字 in the third.']
  const requests = texts.map((text, i) =>
    rawRequest(CHAT, { body: echoBody(text, { stream: i !== 1 }) }),
  )
  connection.send(requests.join(''))
  expect(contentOf(await connection.receive())).toBe(texts[0])
  const second = JSON.parse((await connection.receive()).body)
  expect(second.choices[0].message.content).toBe(texts[1])
  const third = await connection.receive()
  expect(contentOf(third)).toBe(texts[2])
  expect(third.body.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('a client that hangs up with requests in the pipe leaves none of them open', async () => {
  const server = await start({ itl: '20ms', tokens: 1000, maxConcurrent: 4 })
  const connection = await connectRaw(server.port)
  const body = chatBody('Hi.', { stream: true })
  connection.send(rawRequest(CHAT, { body }).repeat(3))
  await eventually(() => (connection.unread.includes('data: ') ? true : undefined))
  await eventually(() => (server.requests().length === 3 ? true : undefined))
  await connection[Symbol.asyncDispose]()
  await eventually(() =>
    server.requests().every(({ done }) => done.outcome !== 'open') ? true : undefined,
  )
  const answers = await Promise.all(
    Array.from({ length: 4 }, () =>
      exchange(server, CHAT, { body: chatBody('Hi.', { max_tokens: 1 }) }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})

test('a client that hangs up gives its slot back at once', async () => {
  const server = await start({ itl: '50ms', tokens: 10_000, maxConcurrent: 1 })
  const connection = await connectRaw(server.port)
  connection.send(rawRequest(CHAT, { body: chatBody('Hi.', { stream: true }) }))
  await eventually(() => (connection.unread.includes('data: ') ? true : undefined))
  const quick = { body: chatBody('Hi.', { max_tokens: 1 }) }
  const refused = await exchange(server, CHAT, quick)
  expect(refused.status).toBe(429)
  expect(JSON.parse(refused.body).error.message).toMatch(
    /on concurrent requests: Limit 1, Used 1, Requested 1\. Please try again in \d/,
  )
  await connection[Symbol.asyncDispose]()
  // The reply had more than eight minutes to go.
  await eventually(() => server.requests().find(({ done }) => done.outcome === 'hung-up'))
  expect((await exchange(server, CHAT, quick)).status).toBe(200)
})

test('a client that hangs up before its body is whole leaves nothing open', async () => {
  const server = await start({ maxConcurrent: 1 })
  const connection = await connectRaw(server.port)
  connection.send(rawRequest(CHAT, { headers: { 'content-length': '1000' }, body: '{"model"' }))
  await eventually(() => server.requests()[0])
  await connection[Symbol.asyncDispose]()
  const entry = await eventually(() =>
    server.requests().find(({ done }) => done.outcome === 'hung-up'),
  )
  expect([entry.done.status, entry.body]).toEqual([0, undefined])
})

test('a reader that does not read holds back its own stream only, and loses nothing', async () => {
  // Steps of 128 events: 40 MB in all, several times what the kernel buffers.
  const server = await start({ tokens: 900 })
  const lazy = await connectRaw(server.port)
  let bytes = 0
  let end = ''
  lazy.socket.removeAllListeners('data')
  lazy.socket.on('data', part => {
    bytes += part.length
    end = (end + part.toString('latin1')).slice(-40)
  })
  lazy.socket.pause()
  lazy.send(rawRequest(CHAT, { body: chatBody('Hi.', { stream: true, n: 128 }) }))
  const total = 900 * 128
  const written = async () => {
    const { body } = await exchange(server, 'GET /metrics HTTP/1.1')
    return readingOf(body, 'tokens_total{kind="output"}')!
  }

  // It stands still when two looks, well apart, see the same.
  let seen = -1
  await eventually(async () => {
    const before = await written()
    await new Promise(resolve => setTimeout(resolve, 150))
    seen = await written()
    return seen > 0 && seen === before ? true : undefined
  })
  expect(seen).toBeLessThan(total)

  const other = await exchange(server, CHAT, { body: echoBody('Not held up.', { stream: true }) })
  expect(contentOf(other)).toBe('Not held up.')
  expect(await written()).toBe(seen + 4)

  lazy.socket.resume()
  await eventually(() => (end.includes('data: [DONE]') ? true : undefined), 30_000)
  expect(await written()).toBe(total + 4)
  expect(bytes).toBeGreaterThan(total * 300)
  await lazy[Symbol.asyncDispose]()
})

test('a client of HTTP/1.0 gets the stream without HTTP chunks, ended by the connection', async () => {
  const server = await start()
  const response = await exchange(server, CHAT.replace('1.1', '1.0'), {
    body: echoBody('One two.', { stream: true }),
  })
  expect(response.status).toBe(200)
  expect(response.headers).not.toHaveProperty('transfer-encoding')
  expect(contentOf(response)).toBe('One two.')
  expect(response.body.startsWith('data: {')).toBe(true)
  expect(response.body.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('health and readiness are plain words for probes', async () => {
  const server = await start()
  const health = await exchange(server, 'GET /healthz HTTP/1.1')
  expect([health.status, health.body]).toEqual([200, 'ok\n'])
  const ready = await exchange(server, 'GET /readyz HTTP/1.1')
  expect([ready.status, ready.body]).toEqual([200, 'ready\n'])
})

test('the journal is shown as JSON to this machine', async () => {
  const server = await start()
  await exchange(server, CHAT, { body: echoBody('One.', { stream: true }) })
  const { status, body } = await exchange(server, 'GET /_tokadence/requests HTTP/1.1')
  expect(status).toBe(200)
  const { requests } = JSON.parse(body)
  expect(requests).toHaveLength(1)
  expect(requests[0].done).toMatchObject({ outcome: 'ok', status: 200, chunks: 2 })
})

test('/metrics counts what was done', async () => {
  const server = await start()
  await exchange(server, CHAT, { body: echoBody('One two three.', { stream: true }) })
  await exchange(server, CHAT, { body: '{' })
  const { body } = await exchange(server, 'GET /metrics HTTP/1.1')
  expect(readingOf(body, `requests_total{endpoint="chat.completions",status="200"}`)).toBe(1)
  expect(readingOf(body, `requests_total{endpoint="chat.completions",status="400"}`)).toBe(1)
  expect(readingOf(body, `tokens_total{kind="output"}`)).toBe(4)
  expect(readingOf(body, `time_to_first_token_seconds_count`)).toBe(1)
  expect(readingOf(body, `inter_token_latency_seconds_count`)).toBe(3)
  expect(readingOf(body, `pacing_error_seconds_count`)).toBe(4)
  expect(readingOf(body, `request_duration_seconds_count`)).toBe(2)
  expect(readingOf(body, `streams_active`)).toBe(0)
  expect(readingOf(body, `internal_errors_total`)).toBe(0)
})

test('a whole answer has the same head whether its connection stays or goes', async () => {
  const server = await start()
  await using connection = await connectRaw(server.port)
  const body = echoBody('Crème brûlée, 東京')
  const heads: [string, string][][] = []
  // The first goes the short way, twice on one connection; the last, which closes it, as Node has it.
  for (const headers of [{}, {}, { connection: 'close' }]) {
    connection.send(rawRequest(CHAT, { body, headers }))
    const response = await connection.receive()
    expect(response.status).toBe(200)
    expect(JSON.parse(response.body).choices[0].message.content).toBe('Crème brûlée, 東京')
    expect(response.headers['content-length']).toBe(String(Buffer.byteLength(response.body)))
    expect(Math.abs(Date.parse(response.headers.date!) - Date.now())).toBeLessThan(60_000)
    heads.push(Object.entries(response.headers))
  }
  const [stays, again, goes] = heads.map(head =>
    head.map(([name, value]) =>
      /^(date|x-request-id|openai-processing-ms)$/.test(name) ? name : `${name}: ${value}`,
    ),
  )
  expect(again).toEqual(stays)
  expect(stays!.slice(-2)).toEqual(['connection: keep-alive', 'keep-alive: timeout=75'])
  expect(goes).toEqual([...stays!.slice(0, -2), 'connection: close'])
})
