import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createManualClock } from '../../base/manual-clock.ts'
import { readOptions } from '../../base/option-table.ts'
import { command } from '../../cli/relay.ts'
import {
  createRelay,
  type GivenRelayOptions,
  type Relay,
  type RelayParts,
} from '../../client/relay/relay.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import {
  answer,
  delta,
  refusal,
  reply,
  says,
  events as scripted,
  startScriptedServer,
} from '../helpers/scripted-server.ts'

const key = 'sk-the-operators-own'
const json = { 'content-type': 'application/json' }

interface Event {
  readonly id: string | undefined
  readonly type: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it reads.
  readonly data: any
}

function post(origin: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${origin}/generate`, {
    method: 'POST',
    headers: json,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })
}

/** The address of a new run. */
async function start(origin: string, body: object = { prompt: 'Hi.' }): Promise<string> {
  const response = await post(origin, body)
  expect(response.status).toBe(202)
  const { run } = (await response.json()) as { run: string }
  return `${origin}/${run}`
}

/** Until the stream ends, or `enough` says so. */
async function read(response: Response, enough: (event: Event) => boolean = () => false) {
  const events: Event[] = []
  const parsed = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const { id, event, data } of parsed) {
    events.push({ id, type: event, data: JSON.parse(data) })
    if (enough(events.at(-1)!)) break
  }
  return events
}

const textOf = (events: readonly Event[]) =>
  events.map(({ type, data }) => (type === 'token' ? data.text : '')).join('')

const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  return { status: response.status, code: error.code, message: error.message }
}

describe('a relay in front of the mock server', () => {
  let mock: MockServer
  let relay: Relay

  beforeAll(async () => {
    mock = await createMockServer({ ttft: '20ms', itl: '1ms', tokens: 20, seed: 7 })
    relay = await createRelay({
      url: mock.url,
      apiKey: key,
      models: ['gpt-4o'],
      maxTokens: 500,
      callerPerMinute: 10_000,
      callerInFlight: 1000,
      origin: ['https://app.example'],
    })
  })
  afterAll(async () => {
    await relay.close()
    await mock.close()
  })
  beforeEach(() => {
    mock.configure({ itl: '1ms', tokens: 20, rpm: null, ttft: '20ms' })
    mock.reset()
  })

  const upstream = () =>
    eventually(() => {
      const [entry] = mock.requests()
      return entry && entry.done.outcome !== 'open' ? entry : undefined
    })

  test('a run streams typed events with ids, ends with usage and done, and was asked for once', async () => {
    const response = await post(relay.origin, { prompt: 'Hi.', maxTokens: 9000 })
    const { id, run, events, answer } = (await response.json()) as Record<string, string>
    expect(response.headers.get('location')).toBe(events)
    expect([run, events, answer]).toEqual([`runs/${id}`, `runs/${id}/events`, `runs/${id}/answer`])
    const stream = await fetch(`${relay.origin}/${events}`)
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(stream.headers.get('x-accel-buffering')).toBe('no')
    const read1 = await read(stream)
    expect(read1.map(event => event.id)).toEqual(read1.map((_, i) => String(i + 1)))
    expect([...new Set(read1.map(({ type }) => type))]).toEqual(['token', 'usage', 'done'])
    const [usage, done] = read1.slice(-2)
    expect(usage?.data).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      outputTokens: 20,
      source: 'api',
      attempts: 1,
    })
    const { inputTokens, nanoDollars } = usage!.data
    expect(nanoDollars).toBe(inputTokens * 150 + 20 * 600)
    expect(done?.data).toEqual({ how: 'complete', finishReason: 'stop' })
    const whole = await (await fetch(`${relay.origin}/${answer}`)).json()
    expect(whole).toMatchObject({ how: 'complete', text: textOf(read1), usage: { nanoDollars } })
    expect(mock.requests()).toHaveLength(1)
    expect(mock.requests()[0]?.body).toMatchObject({ max_completion_tokens: 500 })
  })

  test('who comes back goes on where it was, by header or address, and is done when all is read', async () => {
    const run = await start(relay.origin)
    const all = await read(await fetch(`${run}/events`))
    const rest = await read(
      await fetch(`${run}/events?after=2`, { headers: { 'last-event-id': '15' } }),
    )
    expect(rest).toEqual(all.slice(15))
    expect(await read(await fetch(`${run}/events?after=18`))).toEqual(all.slice(18))
    const last = String(all.length)
    expect((await fetch(`${run}/events?after=${last}`)).status).toBe(204)
    expect((await fetch(`${run}/events`, { headers: { 'last-event-id': last } })).status).toBe(204)
    expect(await (await fetch(run)).json()).toMatchObject({
      state: 'over',
      firstEventId: 1,
      lastEventId: all.length,
    })
    for (const wrong of [`${all.length + 1}`, '-1', 'x', '1.5', '']) {
      const response = await fetch(`${run}/events?after=${wrong}`)
      expect(await errorOf(response)).toMatchObject({ status: 400, code: 'invalid_event_id' })
    }
  })

  test('two readers of a run get the same, and the upstream is asked once', async () => {
    const run = await start(relay.origin)
    const [a, b] = await Promise.all([1, 2].map(async () => read(await fetch(`${run}/events`))))
    expect(a).toEqual(b)
    expect(mock.requests()).toHaveLength(1)
  })

  test('DELETE stops the run, and the upstream with it; its reader is told', async () => {
    mock.configure({ itl: '10s' })
    const run = await start(relay.origin)
    const reading = fetch(`${run}/events`).then(response => read(response))
    await eventually(() => (mock.requests().length > 0 ? true : undefined))
    expect((await fetch(run, { method: 'DELETE' })).status).toBe(204)
    const events = await reading
    expect(events.map(({ type }) => type)).toEqual(['token', 'usage', 'done'])
    expect(events.at(-1)?.data).toMatchObject({ how: 'aborted' })
    expect(events.at(-2)?.data).toMatchObject({ source: 'estimate', outputTokens: 1 })
    expect((await upstream()).done.outcome).toBe('hung-up')
    expect((await fetch(run, { method: 'DELETE' })).status).toBe(204)
  })

  test('the upstream is stopped when the last reader has left, after the grace', async () => {
    mock.configure({ itl: '10s' })
    await using brief = await createRelay({ url: mock.url, readerGrace: '50ms' })
    const run = await start(brief.origin)
    const leaving = new AbortController()
    const response = await fetch(`${run}/events`, { signal: leaving.signal })
    await read(response, ({ type }) => type === 'token').catch(() => undefined)
    leaving.abort()
    expect((await upstream()).done.outcome).toBe('hung-up')
    const events = await read(await fetch(`${run}/events`))
    expect(events.map(({ type, data }) => data.code ?? type)).toEqual([
      'token',
      'usage',
      'no_reader',
      'done',
    ])
  })

  test('who leaves before there was an answer leaves no run behind', async () => {
    mock.configure({ ttft: '10s' })
    const leaving = new AbortController()
    const asked = post(relay.origin, { prompt: 'Hi.' }, { signal: leaving.signal })
    await eventually(() => (mock.requests().length > 0 ? true : undefined))
    const { kept } = relay.runs
    leaving.abort()
    await expect(asked).rejects.toThrow()
    expect((await upstream()).done.outcome).toBe('hung-up')
    expect(relay.runs.kept).toBe(kept - 1)
  })

  test.each([
    ['POST', '/generate', '{"prompt":', 400, 'invalid_request'],
    ['POST', '/generate', '{"prompt":"a","model":"o1"}', 400, 'invalid_request'],
    ['POST', '/generate', `{"prompt":"${'a'.repeat(300_000)}"}`, 413, 'request_too_large'],
    ['GET', '/generate', undefined, 405, 'method_not_supported'],
    ['POST', '/runs/1', '{}', 405, 'method_not_supported'],
    ['GET', '/runs/1/events', undefined, 404, 'run_not_found'],
    ['GET', '/runs/1/answer', undefined, 404, 'run_not_found'],
    ['DELETE', '/runs/1', undefined, 404, 'run_not_found'],
    ['GET', '/runs/%ff', undefined, 400, 'invalid_request'],
    ['GET', '/elsewhere', undefined, 404, null],
  ])(
    '%s %s is refused in words where it must be (%#)',
    async (method, path, body, status, code) => {
      const init = body === undefined ? { method } : { method, body, headers: json }
      const response = await fetch(`${relay.origin}${path}`, init)
      expect(await errorOf(response)).toMatchObject({ status, code })
      expect(mock.requests()).toEqual([])
    },
  )

  test('a body that is not called JSON is refused: pages elsewhere can send it unasked', async () => {
    const response = await post(relay.origin, { prompt: 'Hi.' }, { headers: {} })
    expect(await errorOf(response)).toMatchObject({ status: 415 })
  })

  test('pages of other origins are kept out, the named one is let in, programs are free', async () => {
    const of = (origin: string) => ({ headers: { ...json, origin } })
    const stranger = await post(relay.origin, { prompt: 'Hi.' }, of('https://evil.example'))
    expect(await errorOf(stranger)).toMatchObject({ status: 403, code: 'origin_not_allowed' })
    expect(stranger.headers.get('access-control-allow-origin')).toBe(null)
    const own = await post(relay.origin, { prompt: 'Hi.' }, of(relay.origin))
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([202, null])
    const named = await post(relay.origin, { prompt: 'Hi.' }, of('https://app.example'))
    expect([named.status, named.headers.get('access-control-allow-origin')]).toEqual([
      202,
      'https://app.example',
    ])
    const preflight = await fetch(`${relay.origin}/generate`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'content-type, last-event-id, x-session-id',
    ])
  })

  test('the page is its own, and may use nothing but the relay', async () => {
    const { headers, status } = await fetch(`${relay.origin}/`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
  })
})

/** A relay in front of a server that says what it is told to. */
async function relayTo(url: string, given: GivenRelayOptions = {}, parts: RelayParts = {}) {
  const quick = { url, apiKey: key, maxAttempts: 2, baseDelay: '1ms' }
  return await createRelay({ ...quick, ...given }, parts)
}

test('a 429 of the upstream stays a 429 with its wait, and is not asked again', async () => {
  const error = { message: 'Rate limit reached.', type: 'tokens', code: 'rate_limit_exceeded' }
  await using server = await startScriptedServer(refusal(429, error, { 'retry-after-ms': '1500' }))
  await using relay = await relayTo(server.url)
  const response = await post(relay.origin, { prompt: 'Hi.' })
  expect(response.headers.get('retry-after')).toBe('2')
  expect(response.headers.get('retry-after-ms')).toBe('1500')
  expect(await response.json()).toEqual({ error: { ...error, param: null } })
  expect([response.status, server.received.length]).toEqual([429, 1])
})

test('where the upstream has no more to give, a caller is told so and nothing is sent', async () => {
  await using mock = await createMockServer({ rpm: 1 })
  const clock = createManualClock()
  await using relay = await relayTo(mock.url, { turnWait: '200ms' }, { clock })
  await start(relay.origin)
  const asking = post(relay.origin, { prompt: 'Hi.' })
  const walk = setInterval(() => clock.advance(10), 1)
  const response = await asking.finally(() => clearInterval(walk))
  expect(response.headers.get('retry-after')).toBe('1')
  expect(await errorOf(response)).toMatchObject({ status: 429, code: 'no_turn' })
  expect(mock.requests()).toHaveLength(1)
})

test.each([
  [
    401,
    `Incorrect API key provided: ${key}. Or sk-proj-abc*****xyz.`,
    'Incorrect API key provided: (key). Or sk-….',
  ],
  [400, 'Too long.', 'Too long.'],
  [403, 'Country.', 'Country.'],
])('a %i of the upstream stays one, its words without any key', async (status, said, shown) => {
  await using server = await startScriptedServer(refusal(status, { message: said, code: 'c' }))
  await using relay = await relayTo(server.url)
  const response = await post(relay.origin, { prompt: 'Hi.' })
  expect(await errorOf(response)).toEqual({ status, code: 'c', message: shown })
  expect(server.received).toHaveLength(1)
  expect(server.received[0]?.headers.authorization).toBe(`Bearer ${key}`)
  expect(relay.runs.kept).toBe(0)
})

test('a 500 is tried again in peace; then it is the gateway’s 502', async () => {
  await using server = await startScriptedServer(answer(500, 'Oh.'))
  await using relay = await relayTo(server.url)
  const response = await post(relay.origin, { prompt: 'Hi.' })
  expect(await errorOf(response)).toMatchObject({ status: 502, message: 'Oh.' })
  expect(server.received).toHaveLength(2)
})

test('an upstream that takes longer than the wait is answered for, and its refusal becomes an event', async () => {
  let refuse = () => {}
  await using server = await startScriptedServer((...call) => {
    refuse = () => refusal(400, { message: `Not with ${key}.` })(...call)
  })
  await using relay = await relayTo(server.url, { startWait: '50ms' })
  const run = await start(relay.origin)
  const reading = fetch(`${run}/events`).then(response => read(response))
  await eventually(() => server.received[0])
  refuse()
  const events = await reading
  expect(events.map(({ type }) => type)).toEqual(['error', 'done'])
  expect(events[0]?.data).toMatchObject({
    status: 400,
    message: 'Not with (key).',
    retryable: false,
  })
})

test('who was told where to read is not told of a 429 any more: it is waited for', async () => {
  const limited = refusal(429, { message: 'Slow down.' }, { 'retry-after-ms': '5' })
  let refuse = () => {}
  await using server = await startScriptedServer((response, turn, received) => {
    if (turn === 0) refuse = () => limited(response, turn, received)
    else reply('Here.')(response, turn, received)
  })
  await using relay = await relayTo(server.url, { startWait: '50ms' })
  const run = await start(relay.origin)
  const reading = fetch(`${run}/events`).then(response => read(response))
  await eventually(() => server.received[0])
  refuse()
  const events = await reading
  expect(events.map(({ type }) => type)).toEqual(['retry', 'token', 'usage', 'done'])
  expect([textOf(events), events.at(-2)?.data.attempts]).toEqual(['Here.', 2])
})

test('an answer that breaks off is said to have', async () => {
  await using server = await startScriptedServer(scripted([says('Half')]))
  await using relay = await relayTo(server.url)
  const events = await read(await fetch(`${await start(relay.origin)}/events`))
  expect(events.map(({ type, data }) => data.code ?? data.how ?? type)).toEqual([
    'token',
    'usage',
    'truncated',
    'truncated',
  ])
})

test('an answer that is begun anew withdraws what came', async () => {
  const parts = [[says('Half')], [says('Whole.'), delta({}), 'data: [DONE]\n\n']]
  await using server = await startScriptedServer((response, turn, received) =>
    scripted(parts[turn]!)(response, turn, received),
  )
  await using relay = await relayTo(server.url, { whenCut: 'restart' })
  const events = await read(await fetch(`${await start(relay.origin)}/events`))
  const at = events.findIndex(({ type }) => type === 'retry')
  expect(events[at]?.data).toMatchObject({ attempt: 1, given: 'withdrawn' })
  expect([textOf(events.slice(0, at)), textOf(events.slice(at))]).toEqual(['Half', 'Whole.'])
})

test('a silent line has its heartbeats', async () => {
  await using server = await startScriptedServer(scripted([says('Hm')], { end: false }))
  await using relay = await relayTo(server.url, { heartbeat: '5ms' })
  const response = await fetch(`${await start(relay.origin)}/events`)
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.split(': ping\n\n').length > 3) break
  }
  expect(text).toMatch(/^retry: 1000\n\nid: 1\nevent: token\ndata: {"text":"Hm"}\n\n(: ping\n\n)+$/)
})

test('who comes back for events that were dropped is told 410', async () => {
  const many = Array.from({ length: 200 }, (_, i) => says(`${i} ${'x'.repeat(50)}`))
  await using server = await startScriptedServer(scripted([...many, 'data: [DONE]\n\n']))
  await using relay = await relayTo(server.url, { bufferBytes: 4096 })
  const run = await start(relay.origin)
  await fetch(`${run}/answer`)
  const { firstEventId } = (await (await fetch(run)).json()) as { firstEventId: number }
  expect(firstEventId).toBeGreaterThan(100)
  expect(await errorOf(await fetch(`${run}/events`))).toEqual({
    status: 410,
    code: 'events_lost',
    message: `The events after 0 are lost: the oldest that is kept is ${firstEventId}.`,
  })
  const rest = await read(await fetch(`${run}/events?after=${firstEventId - 1}`))
  expect(rest[0]?.id).toBe(String(firstEventId))
})

test('a reader that does not read costs a buffer and no more: it is told that it was too slow, and has to go', async () => {
  let more = (_: string) => {}
  await using server = await startScriptedServer(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    more = part => response.write(part)
    more(says('Begin.'))
  })
  await using relay = await relayTo(server.url, { bufferBytes: 65_536, counting: 'off' })
  const run = await start(relay.origin)
  const slow = connect(relay.port, '127.0.0.1')
  slow.write(
    `GET ${new URL(run).pathname}/events HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
  )
  await new Promise(resolve => slow.once('data', resolve))
  slow.pause()
  // More than the system's own buffers take of a line.
  const piece = says('字'.repeat(4000))
  for (let i = 0; i < 1000; i++) {
    more(piece)
    if (i % 20 === 0) await new Promise(resolve => setTimeout(resolve, 1))
  }
  await eventually(async () => {
    const { lastEventId } = (await (await fetch(run)).json()) as { lastEventId: number }
    return lastEventId > 1000 ? true : undefined
  })
  let text = ''
  slow.setEncoding('utf8').on('data', part => {
    text += part
  })
  slow.resume()
  await new Promise(resolve => slow.once('end', resolve))
  slow.destroy()
  const last = text.slice(text.lastIndexOf('event: '))
  expect(last).toMatch(
    /^event: error\ndata: {"code":"reader_too_slow","message":"This reader was too slow: the events after \d+ are lost.","retryable":false}\n\n/,
  )
  expect(text.length).toBeLessThan(1000 * 4000)
  await fetch(run, { method: 'DELETE' })
})

test('a caller has so many runs at once and a minute; behind a trusted proxy its address is the forwarded one', async () => {
  await using server = await startScriptedServer(scripted([says('Hm')], { end: false }))
  await using relay = await relayTo(server.url, {
    callerInFlight: 1,
    callerPerMinute: 3,
    trustProxy: 1,
  })
  const from = (address: string) =>
    post(relay.origin, { prompt: 'Hi.' }, { headers: { ...json, 'x-forwarded-for': address } })
  expect((await from('192.0.2.1')).status).toBe(202)
  const second = await from('192.0.2.1')
  expect(second.headers.get('retry-after')).toBe('1')
  expect(await errorOf(second)).toMatchObject({ status: 429, code: 'caller_limit' })
  expect((await from('192.0.2.2')).status).toBe(202)
  await from('192.0.2.1')
  expect(await errorOf(await from('192.0.2.1'))).toMatchObject({
    message: 'Limit reached: 3 runs a minute for each caller.',
  })
  expect(server.received).toHaveLength(2)
})

test('a relay that is closed lets runs in flight end, within the grace, and tells their readers', async () => {
  let finish = () => {}
  await using server = await startScriptedServer((response, turn) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(says('Begin.'))
    if (turn === 0) finish = () => response.end(`${says(' End.')}data: [DONE]\n\n`)
  })
  const relay = await relayTo(server.url)
  const runs = [await start(relay.origin), await start(relay.origin)]
  const reading = runs.map(async run => read(await fetch(`${run}/events`)))
  await eventually(() => (relay.runs.inFlight === 2 ? true : undefined))
  const streams = await Promise.all(runs.map(run => fetch(`${run}/events`)))
  const closing = relay.close({ graceMs: 150 })
  finish()
  const [whole = [], stopped = []] = await Promise.all(reading)
  await Promise.all(streams.map(response => response.text()))
  await closing
  expect(textOf(whole)).toBe('Begin. End.')
  expect(stopped.find(({ type }) => type === 'error')?.data).toMatchObject({
    code: 'shutting_down',
    retryable: true,
  })
  await expect(fetch(relay.origin)).rejects.toThrow()
})

test('the command says where its page is, and never the key; a port that is taken is a matter of options', async () => {
  await using mock = await createMockServer()
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) =>
    new PassThrough().on('data', part => {
      written[name] += part
    }) as unknown as NodeJS.WriteStream
  const stop = new AbortController()
  const call = (port: number) => ({
    options: readOptions(command.options, { port, url: mock.url, apiKey: key }, 'test'),
    origins: {},
    words: [],
    signal: stop.signal,
    stdin: process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  })
  const running = command.run(call(0))
  const url = await eventually(() => /^http:.*\/$/m.exec(written.stdout)?.[0])
  const page = await (await fetch(url)).text()
  expect(page).toContain('<title>Relay – tokadence</title>')
  await expect(command.run(call(Number(new URL(url).port)))).rejects.toThrow(
    /^port: \d+ is not allowed; 127\.0\.0\.1:\d+ is taken; choose another$/,
  )
  stop.abort('SIGTERM')
  expect(await running).toBe(0)
  expect(written.stderr).toBe(
    `relays to ${mock.url}, model gpt-4o-mini\ndraining: runs in flight go on\n`,
  )
  expect(`${page}${written.stdout}${written.stderr}`).not.toContain(key)
})
