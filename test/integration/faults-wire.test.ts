/** Every fault of the catalogue on the wire, byte by byte, as a bare socket sees it. */
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { faultCatalogue, faultNames } from '../../mock-server/engine/faults/catalogue.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { askRaw, type RawAnswer, type wholeAnswer } from '../helpers/raw-answer.ts'
import { rawRequest } from '../helpers/raw-http.ts'

const server = await createMockServer({ ttft: 0, itl: 0, seed: 1, logLevel: 'error' })
afterAll(() => server.close())

const TEXT = 'one two three four five six'
const PIECES = ['', 'one', ' two', ' three', ' four', ' five', ' six']

interface Ask {
  readonly stream?: boolean
  readonly path?: string
  readonly body?: object
  readonly waitMs?: number
  readonly isWhole?: typeof wholeAnswer
}

function ask(rule: string, { stream = true, path, body, waitMs, isWhole }: Ask = {}) {
  const messages = [{ role: 'user', content: `Reply with exactly this text: ${TEXT}` }]
  const asked = { model: 'gpt-4o-mini', stream, messages, ...body }
  const headers = {
    'content-type': 'application/json',
    'x-tokadence-fault': rule,
    'x-tokadence-key': 'wire',
    'anthropic-version': '2023-06-01',
    'x-api-key': 'sk-test',
  }
  const line = `POST /v1${path ?? '/chat/completions'} HTTP/1.1`
  const text = rawRequest(line, { headers, body: JSON.stringify(asked) })
  return askRaw(server.port, text, { ...(waitMs && { waitMs }), ...(isWhole && { isWhole }) })
}

const textOf = ({ body }: RawAnswer) => body.toString('utf8')
const blocksOf = (answer: RawAnswer) => textOf(answer).split('\n\n').slice(0, -1)
/** The data of each event. */
const dataOf = (answer: RawAnswer) =>
  blocksOf(answer).map(block => /^data: (.*)$/m.exec(block)?.[1] ?? '')
/** What a chunk says. */
function saidIn(data: string): string {
  if (data === '[DONE]') return data
  const { choices } = JSON.parse(data)
  return choices[0]?.finish_reason ?? choices[0]?.delta.content ?? ''
}
const saidBy = (answer: RawAnswer) => dataOf(answer).map(saidIn)
/** As it is without a fault. */
const ALL = [...PIECES, 'stop', '[DONE]']
const BEGUN = PIECES.slice(0, 4)
/** So long a silence counts as one without end. */
const SILENCE = 250

const usual = await ask('none')
const usualJson = await ask('none', { stream: false })

/** Whether it says in its way what is said without a fault. */
function expectSame(text: string): void {
  expect(text).toBe(textOf(usual))
}

type Check = () => Promise<void>

function refusal(status: number, type: string, code: string | null): Check {
  return async () => {
    for (const stream of [true, false]) {
      const answer = await ask(currentName, { stream })
      const { error } = JSON.parse(textOf(answer))
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json'])
      expect([error.type, error.code, Object.keys(error)]).toEqual([
        ...[type, code],
        ['message', 'type', 'param', 'code'],
      ])
    }
  }
}
/** The fault whose row runs. */
let currentName = ''

function limited(type: string, code: string, retryAfter: string | undefined): Check {
  return async () => {
    await refusal(429, type, code)()
    const { headers } = await ask(currentName)
    expect(headers['retry-after']).toBe(retryAfter)
    const asked = await ask(`${currentName};retry-after=61s`)
    expect(asked.headers).toMatchObject({ 'retry-after': '61', 'retry-after-ms': '61000' })
  }
}

function proxyPage(status: number): Check {
  return async () => {
    const answer = await ask(currentName)
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html'])
    expect(textOf(answer)).toContain(`<center><h1>${status} `)
    const json = await ask(`${currentName};body=json`)
    expect(JSON.parse(textOf(json)).error.type).toBe('server_error')
    const empty = await ask(`${currentName};body=empty`)
    expect([empty.status, empty.headers['content-type'], textOf(empty)]).toEqual([
      status,
      undefined,
      '',
    ])
  }
}

/** The stream's events by their text, rewritten in a way that can be taken back. */
function rewritten(back: (text: string) => string, mark: string): Check {
  return async () => {
    const text = textOf(await ask(currentName))
    expect(text).toContain(mark)
    expectSame(back(text))
  }
}

const rows: Readonly<Record<string, Check>> = {
  'http-400': refusal(400, 'invalid_request_error', null),
  'http-401': refusal(401, 'invalid_request_error', 'invalid_api_key'),
  'http-403': refusal(403, 'invalid_request_error', null),
  'http-404': refusal(404, 'invalid_request_error', 'model_not_found'),
  'http-408': refusal(408, 'invalid_request_error', null),
  'http-409': refusal(409, 'invalid_request_error', null),
  'http-429': refusal(429, 'requests', 'rate_limit_exceeded'),
  'http-500': refusal(500, 'server_error', null),
  'http-502': proxyPage(502),
  'http-503': refusal(503, 'service_unavailable_error', 'server_is_overloaded'),
  'http-504': proxyPage(504),
  'http-529': refusal(529, 'service_unavailable_error', 'server_is_overloaded'),
  'rate-limit': limited('requests', 'rate_limit_exceeded', '1'),
  'slow-down': limited('rate_limit_error', 'slow_down', '1'),
  'insufficient-quota': limited('insufficient_quota', 'insufficient_quota', undefined),
  overloaded: refusal(503, 'service_unavailable_error', 'server_is_overloaded'),
  'error-200': async () => {
    const { status, headers, ...answer } = await ask('error-200')
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(JSON.parse(answer.body.toString()).error.type).toBe('server_error')
  },
  'html-200': async () => {
    const answer = await ask('html-200')
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ])
    expect(textOf(answer)).toMatch(/^<!doctype html>/)
  },
  'empty-200': async () => {
    const { status, headers, body } = await ask('empty-200')
    expect([status, headers['content-type'], headers['content-length'], body.length]).toEqual([
      ...[200, 'application/json', '0', 0],
    ])
  },
  'reset-before-headers': async () => {
    expect(await ask('reset-before-headers')).toMatchObject({ status: undefined, end: 'reset' })
  },
  'close-before-headers': async () => {
    expect(await ask('close-before-headers')).toMatchObject({ status: undefined, end: 'closed' })
  },
  'connection-refused': async () => {
    expect(await ask('connection-refused;for=150ms')).toMatchObject({
      status: undefined,
      end: 'reset',
    })
    expect(await ask('none')).toMatchObject({ status: undefined, end: 'refused' })
    await eventually(async () => ((await ask('none')).status === 200 ? true : undefined))
  },
  'hang-before-headers': async () => {
    const forEver = await ask('hang-before-headers', { waitMs: SILENCE })
    expect(forEver).toMatchObject({ status: undefined, end: 'open' })
    const late = await ask('hang-before-headers;for=120ms')
    expect(late.headersAtMs).toBeGreaterThanOrEqual(118)
    expectSame(textOf(late))
  },
  'hang-after-headers': async () => {
    const forEver = await ask('hang-after-headers', { waitMs: SILENCE })
    expect(forEver).toMatchObject({ status: 200, end: 'open', chunks: [] })
    const late = await ask('hang-after-headers;for=120ms')
    expect(late.chunks![0]!.atMs - late.headersAtMs).toBeGreaterThan(60)
    expectSame(textOf(late))
    const json = await ask('hang-after-headers;for=120ms', { stream: false })
    expect(json.lastAtMs - json.headersAtMs).toBeGreaterThan(60)
    expect(textOf(json)).toBe(textOf(usualJson))
  },
  'reset-mid-stream': async () => {
    const answer = await ask('reset-mid-stream')
    expect([saidBy(answer), answer.end, answer.hasLastChunk]).toEqual([BEGUN, 'reset', false])
    const later = await ask('reset-mid-stream@token=5')
    expect([saidBy(later), later.end]).toEqual([PIECES.slice(0, 6), 'reset'])
    const json = await ask('reset-mid-stream', { stream: false })
    expect([json.body.length, json.end]).toEqual([Math.ceil(usualJson.body.length / 2), 'reset'])
    expect(json.headers['content-length']).toBe(usualJson.headers['content-length'])
  },
  'close-mid-stream': async () => {
    const answer = await ask('close-mid-stream')
    expect([saidBy(answer), answer.end, answer.hasLastChunk]).toEqual([BEGUN, 'closed', false])
    const json = await ask('close-mid-stream', { stream: false })
    expect([json.body.length, json.end]).toEqual([Math.ceil(usualJson.body.length / 2), 'closed'])
  },
  stall: async () => {
    const forEver = await ask('stall', { waitMs: SILENCE })
    expect([saidBy(forEver), forEver.end]).toEqual([BEGUN, 'open'])
    const late = await ask('stall;for=120ms')
    const [third, fourth] = [late.chunks![3]!, late.chunks![4]!]
    expect(fourth.atMs - third.atMs).toBeGreaterThan(60)
    expectSame(textOf(late))
    const json = await ask('stall;for=120ms', { stream: false })
    expect(json.lastAtMs - json.headersAtMs).toBeGreaterThan(60)
    expect(textOf(json)).toBe(textOf(usualJson))
  },
  truncate: async () => {
    const answer = await ask('truncate')
    expect([saidBy(answer), answer.hasLastChunk]).toEqual([BEGUN, true])
  },
  'error-event': async () => {
    const blocks = blocksOf(await ask('error-event'))
    expect(blocks).toHaveLength(5)
    expect(blocks[4]).toBe(
      'data: {"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}',
    )
  },
  'error-event-flat': async () => {
    const blocks = blocksOf(await ask('error-event-flat'))
    expect(blocks[4]).toMatch(/^data: \{"object":"error","message":"The server had an error/)
  },
  'error-event-named': async () => {
    const blocks = blocksOf(await ask('error-event-named'))
    expect(blocks[4]).toMatch(/^event: error\ndata: \{"error":\{"message":/)
  },
  'response-failed': async () => {
    const body = { input: `Reply with exactly this text: ${TEXT}`, messages: undefined }
    const answer = await ask('response-failed', { path: '/responses', body })
    const last = JSON.parse(dataOf(answer).at(-1)!)
    expect(blocksOf(answer).at(-1)).toMatch(/^event: response.failed\n/)
    expect([last.type, last.response.status, last.response.error.code]).toEqual([
      ...['response.failed', 'failed', 'server_error'],
    ])
    expect(last.sequence_number).toBe(blocksOf(answer).length - 1)
  },
  'open-after-done': async () => {
    const answer = await ask('open-after-done', { waitMs: SILENCE })
    expectSame(textOf(answer))
    expect([answer.hasLastChunk, answer.end]).toEqual([false, 'open'])
  },
  'no-last-chunk': async () => {
    const answer = await ask('no-last-chunk')
    expectSame(textOf(answer))
    expect([answer.hasLastChunk, answer.end]).toEqual([false, 'closed'])
    const json = await ask('no-last-chunk', { stream: false })
    expect(textOf(json)).toBe(textOf(usualJson))
    expect([json.headers['content-length'], json.hasLastChunk]).toEqual([undefined, false])
  },
  'no-done': async () => {
    const answer = await ask('no-done')
    expect([saidBy(answer), answer.hasLastChunk]).toEqual([ALL.slice(0, -1), true])
  },
  'malformed-json': async () => {
    const data = dataOf(await ask('malformed-json'))
    expect(data).toHaveLength(ALL.length)
    expect(data[4]).toBe(dataOf(usual)[4]!.slice(0, Math.ceil(dataOf(usual)[4]!.length / 2)))
    const json = await ask('malformed-json', { stream: false })
    expect(textOf(usualJson).startsWith(textOf(json))).toBe(true)
    expect(Number(json.headers['content-length'])).toBe(Math.ceil(usualJson.body.length / 2))
  },
  'duplicate-event': async () => {
    expect(saidBy(await ask('duplicate-event'))).toEqual([
      ...BEGUN,
      ...[' four', ' four', ' five', ' six', 'stop', '[DONE]'],
    ])
  },
  'empty-data': async () => {
    expect(blocksOf(await ask('empty-data'))[4]).toBe('data:')
  },
  'empty-event': async () => {
    expect(textOf(await ask('empty-event'))).toContain('}\n\n\n\n\nevent: nothing\n\ndata: {')
  },
  'ping-event': async () => {
    expect(blocksOf(await ask('ping-event'))[4]).toBe('event: ping\ndata: {}')
  },
  'unknown-event': async () => {
    expect(blocksOf(await ask('unknown-event'))[4]).toBe(
      'event: tokadence.unknown\ndata: {"type":"tokadence.unknown"}',
    )
  },
  'unknown-fields': rewritten(
    text => text.replace(/^id: \d+\nretry: 3000\nstrange: yes\n/gm, ''),
    'id: 9\nretry: 3000\nstrange: yes\ndata: [DONE]',
  ),
  'choices-null': async () => {
    expect(JSON.parse(dataOf(await ask('choices-null'))[4]!).choices).toBe(null)
    const json = JSON.parse(textOf(await ask('choices-null', { stream: false })))
    expect([json.object, json.choices]).toEqual(['chat.completion', null])
  },
  'choices-empty': async () => {
    expect(JSON.parse(dataOf(await ask('choices-empty'))[4]!).choices).toEqual([])
    expect(JSON.parse(textOf(await ask('choices-empty', { stream: false }))).choices).toEqual([])
  },
  'no-finish-reason': async () => {
    expect(saidBy(await ask('no-finish-reason'))).toEqual([...PIECES, '', '[DONE]'])
  },
  'usage-twice': async () => {
    for (const more of [{}, { stream_options: { include_usage: true } }]) {
      const data = dataOf(await ask('usage-twice', { body: more })).slice(-3)
      const [first, second] = data.map(text => (text === '[DONE]' ? text : JSON.parse(text)))
      expect([first.choices, first.usage.completion_tokens, second]).toEqual([[], 6, first])
    }
  },
  'done-in-middle': async () => {
    expect(saidBy(await ask('done-in-middle'))).toEqual([
      ...[...BEGUN, '[DONE]'],
      ...[' four', ' five', ' six', 'stop', '[DONE]'],
    ])
  },
  'done-twice': async () => {
    expect(saidBy(await ask('done-twice'))).toEqual([...ALL, '[DONE]'])
  },
  'utf8-split': async () => {
    const { chunks, ...answer } = await ask('utf8-split')
    const bird = [...Buffer.from('🦜')]
    const places = chunks!.map(({ bytes }) => (bytes.length === 1 ? bytes[0] : -1))
    expect(places.filter(byte => byte !== -1)).toEqual(bird)
    expect(answer.body.toString()).toContain('" four🦜"')
    const json = await ask('utf8-split', { stream: false })
    expect(JSON.parse(textOf(json)).choices[0].message.content).toBe(`${TEXT}🦜`)
    expect(json.headers['content-length']).toBe(String(json.body.length))
  },
  crlf: rewritten(text => text.replaceAll('\r\n', '\n'), '}\r\n\r\ndata: '),
  cr: rewritten(text => text.replaceAll('\r', '\n'), '}\r\rdata: '),
  bom: async () => {
    for (const [stream, same] of [
      [true, usual],
      [false, usualJson],
    ] as const) {
      const { body } = await ask('bom', { stream })
      expect([...body.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
      expect(body.subarray(3).equals(same.body)).toBe(true)
    }
  },
  'no-space': rewritten(text => text.replace(/^data:/gm, 'data: '), '\n\ndata:[DONE]\n\n'),
  'multi-line-data': async () => {
    const blocks = blocksOf(await ask('multi-line-data'))
    const lines = blocks[4]!.split('\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.every(line => line.startsWith('data: '))).toBe(true)
    const data = blocks.map(block => block.replace(/^data: /gm, ''))
    expect(data.map(text => saidIn(text))).toEqual(ALL)
  },
  'line-separator': rewritten(
    text => text.replaceAll(',"tokadence":"a\u2028b\u0085c"', ''),
    '"tokadence":"a\u2028b\u0085c"}',
  ),
  'long-line': async () => {
    const lines = textOf(await ask('long-line')).split('\n')
    expect(Math.max(...lines.map(line => line.length))).toBeGreaterThan(2 ** 20)
    const short = textOf(await ask('long-line@token=2;size=10'))
    expectSame(short.replace(',"tokadence":"xxxxxxxxxx"', ''))
  },
  comments: rewritten(
    text => text.replaceAll(': keep-alive\n\n: about to speak\n', ''),
    ': keep-alive\n\n: about to speak\ndata: [DONE]',
  ),
  'byte-by-byte': async () => {
    for (const [stream, same] of [
      [true, usual],
      [false, usualJson],
    ] as const) {
      const { chunks, body } = await ask('byte-by-byte', { stream })
      expect(chunks!.every(({ bytes }) => bytes.length === 1)).toBe(true)
      expect(body.toString()).toBe(textOf(same))
    }
  },
  'one-write': async () => {
    const answer = await ask('one-write')
    expect(answer.chunks).toHaveLength(1)
    expectSame(textOf(answer))
  },
  'no-final-blank-line': async () => {
    expectSame(`${textOf(await ask('no-final-blank-line'))}\n\n`)
  },
  'wrong-content-type': async () => {
    const answer = await ask('wrong-content-type')
    expect(answer.headers['content-type']).toBe('text/plain')
    expectSame(textOf(answer))
    const json = await ask('wrong-content-type', { stream: false })
    expect([json.headers['content-type'], textOf(json)]).toEqual(['text/plain', textOf(usualJson)])
  },
  'no-content-type': async () => {
    const answer = await ask('no-content-type')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, undefined])
    expectSame(textOf(answer))
  },
  gzip: async () => {
    const answer = await ask('gzip')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expectSame(gunzipSync(answer.body).toString())
    // Nothing is held back: each event can be read when it has come.
    expect(answer.chunks).toHaveLength(ALL.length + 1)
    const json = await ask('gzip', { stream: false })
    expect(json.headers['content-length']).toBe(String(json.body.length))
    expect(gunzipSync(json.body).toString()).toBe(textOf(usualJson))
  },
  'false-gzip': async () => {
    const answer = await ask('false-gzip')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expectSame(textOf(answer))
  },
  'length-too-long': async () => {
    const answer = await ask('length-too-long', { stream: false })
    const { length } = usualJson.body
    expect([answer.headers['content-length'], answer.body.length]).toEqual([
      `${length + 100}`,
      length,
    ])
    expect(answer.end).toBe('closed')
  },
  'length-too-short': async () => {
    const answer = await ask('length-too-short', { stream: false, isWhole: () => false })
    const { length } = usualJson.body
    expect([answer.headers['content-length'], answer.body.length]).toEqual([
      ...[`${Math.ceil(length / 2)}`, length],
    ])
    expect(answer.end).toBe('closed')
  },
}

test('every fault of the catalogue is here, and is told', () => {
  expect(Object.keys(rows)).toEqual(faultNames)
  for (const { wire, client } of Object.values(faultCatalogue)) {
    expect([wire, client].every(sentence => sentence.endsWith('.'))).toBe(true)
  }
})

test('without a fault all is said', () => {
  expect(saidBy(usual)).toEqual(ALL)
  expect(JSON.parse(textOf(usualJson)).choices[0].message.content).toBe(TEXT)
})

test.each(Object.entries(rows))('%s', async (name, check) => {
  currentName = name
  const before = countOf(name)
  await check()
  expect(countOf(name) - before).toBeGreaterThan(0)
})

/** Requests that the journal marks with it. */
function countOf(name: string): number {
  return server.requests().filter(({ fault }) => fault === name).length
}

test('no fault is taken for a bug, and metrics count each', async () => {
  const text = await (await fetch(`${server.origin}/metrics`)).text()
  expect(text).toMatch(/^tokadence_mock_internal_errors_total 0$/m)
  for (const name of faultNames) {
    expect(text).toContain(`tokadence_mock_faults_total{fault="${name}"} ${countOf(name)}`)
  }
  expect(server.requests().filter(({ done }) => done.outcome === 'failed')).toEqual([])
})
