/** Every fault of the catalogue as the `openai` package tells it: class, status, code, sends, what a stream said. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { faultNames } from '../../mock-server/engine/faults/catalogue.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually, turns } from '../helpers/eventually.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, logLevel: 'error' })
afterAll(() => mock.close())

const TEXT = 'one two three four five six'
const BEGUN = 'one two three'
const messages = [{ role: 'user' as const, content: `Reply with exactly this text: ${TEXT}` }]
const model = 'gpt-4o-mini'

/** How often each request was sent. */
const sends = new Map<string, number>()

function clientFor(fault: string, key: string, timeout = 30_000): OpenAI {
  return new OpenAI({
    fetch(url, init) {
      sends.set(key, (sends.get(key) ?? 0) + 1)
      return fetch(url, init)
    },
    baseURL: mock.url,
    apiKey: 'sk-contract-0123456789',
    maxRetries: 2,
    timeout,
    defaultHeaders: { 'x-tokadence-fault': fault, 'x-tokadence-key': key },
  })
}

/** How a call ended, in words: what it said, then its error, then how often it was sent when that was not once. */
async function outcomeOf(key: string, call: (say: (word: string) => void) => Promise<void>) {
  let said = ''
  const errors: string[] = []
  try {
    await call(word => {
      said += word
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { name, status, code } = error as Error & { status?: number; code?: unknown }
    const kind = error instanceof OpenAI.OpenAIError ? error.constructor.name : name
    errors.push([kind, status, code].filter(part => part !== undefined && part !== null).join(' '))
  }
  const count = sends.get(key)
  return [said, ...errors, ...(count === 1 ? [] : [`${count} sends`])].join('; ')
}

/** Chunks without text are told as what is strange in them. */
function streamed(fault: string, { timeout, giveUpMs }: Limits = {}): Promise<string> {
  const key = `streamed ${fault}`
  return outcomeOf(key, async say => {
    const stream = await clientFor(fault, key, timeout).chat.completions.create({
      model,
      messages,
      stream: true,
    })
    if (giveUpMs !== undefined) setTimeout(() => stream.controller.abort(), giveUpMs)
    for await (const { choices } of stream) {
      if (!Array.isArray(choices)) say(choices === null ? '<null>' : '<strange>')
      else say(choices[0] ? (choices[0].delta.content ?? '') : '<none>')
      if (choices?.[0]?.finish_reason) say('.')
    }
  })
}

function whole(fault: string, { timeout, giveUpMs }: Limits = {}): Promise<string> {
  const key = `whole ${fault}`
  return outcomeOf(key, async say => {
    const stop = new AbortController()
    if (giveUpMs !== undefined) setTimeout(() => stop.abort(), giveUpMs)
    const { completions } = clientFor(fault, key, timeout).chat
    const { signal } = stop
    const completion: unknown = await completions.create({ model, messages }, { signal })
    if (typeof completion !== 'object') say(`a ${typeof completion}`)
    else {
      const { choices } = completion as { choices?: { message: { content: string } }[] | null }
      say(choices?.[0]?.message.content ?? `choices ${JSON.stringify(choices)}`)
    }
  })
}

interface Limits {
  timeout?: number
  giveUpMs?: number
}

interface Row {
  /** The rule, where the name alone would wait too long. */
  readonly rule?: string
  readonly stream?: string
  /** Undefined: it is no fault of answers that are not streamed. */
  readonly whole?: string
  readonly limits?: Limits
}

const all = (outcome: string): Row => ({ stream: outcome, whole: outcome })
const same: Row = { stream: `${TEXT}.`, whole: TEXT }
const sameStream: Row = { stream: `${TEXT}.` }
const soon = 'retry-after=1ms'

const rows: Readonly<Record<string, Row>> = {
  'http-400': all('; BadRequestError 400'),
  'http-401': all('; AuthenticationError 401 invalid_api_key'),
  'http-403': all('; PermissionDeniedError 403'),
  'http-404': all('; NotFoundError 404 model_not_found'),
  'http-408': { rule: `http-408;${soon}`, ...all('; APIError 408; 3 sends') },
  'http-409': { rule: `http-409;${soon}`, ...all('; ConflictError 409; 3 sends') },
  'http-429': {
    rule: `http-429;${soon}`,
    ...all('; RateLimitError 429 rate_limit_exceeded; 3 sends'),
  },
  'http-500': { rule: `http-500;${soon}`, ...all('; InternalServerError 500; 3 sends') },
  'http-502': { rule: `http-502;${soon}`, ...all('; InternalServerError 502; 3 sends') },
  'http-503': {
    rule: `http-503;${soon}`,
    ...all('; InternalServerError 503 server_is_overloaded; 3 sends'),
  },
  'http-504': { rule: `http-504;${soon}`, ...all('; InternalServerError 504; 3 sends') },
  'http-529': {
    rule: `http-529;${soon}`,
    ...all('; InternalServerError 529 server_is_overloaded; 3 sends'),
  },
  'rate-limit': {
    rule: `rate-limit;${soon}`,
    ...all('; RateLimitError 429 rate_limit_exceeded; 3 sends'),
  },
  'slow-down': { rule: `slow-down;${soon}`, ...all('; RateLimitError 429 slow_down; 3 sends') },
  'insufficient-quota': {
    rule: `insufficient-quota;${soon}`,
    ...all('; RateLimitError 429 insufficient_quota; 3 sends'),
  },
  overloaded: {
    rule: `overloaded;${soon}`,
    ...all('; InternalServerError 503 server_is_overloaded; 3 sends'),
  },
  'error-200': { stream: '', whole: 'choices undefined' },
  'html-200': { stream: '', whole: 'a string' },
  'empty-200': { stream: '', whole: 'a undefined' },
  'reset-before-headers': all('; APIConnectionError; 3 sends'),
  'close-before-headers': all('; APIConnectionError; 3 sends'),
  // A server of its own, below: others would be refused too.
  'connection-refused': {},
  'hang-before-headers': {
    ...all('; APIConnectionTimeoutError; 3 sends'),
    limits: { timeout: 300 },
  },
  'hang-after-headers': {
    stream: '',
    whole: '; AbortError 20',
    limits: { timeout: 1000, giveUpMs: 1500 },
  },
  'reset-mid-stream': { stream: `${BEGUN}; TypeError`, whole: '; TypeError' },
  'close-mid-stream': { stream: `${BEGUN}; TypeError`, whole: '; TypeError' },
  stall: {
    stream: BEGUN,
    whole: '; AbortError 20',
    limits: { timeout: 1000, giveUpMs: 1500 },
  },
  truncate: { stream: BEGUN },
  'error-event': { stream: `${BEGUN}; APIError` },
  'error-event-flat': { stream: `${BEGUN}<strange>` },
  'error-event-named': { stream: `${BEGUN}; APIError` },
  'response-failed': {},
  'open-after-done': { stream: `${TEXT}.`, limits: { giveUpMs: 1000 } },
  'no-last-chunk': { stream: `${TEXT}.; TypeError`, whole: '; TypeError' },
  'no-done': sameStream,
  'malformed-json': { stream: `${BEGUN}; SyntaxError`, whole: '; SyntaxError' },
  'duplicate-event': { stream: 'one two three four four five six.' },
  'empty-data': { stream: `${BEGUN}; SyntaxError` },
  'empty-event': { stream: `${BEGUN}; SyntaxError` },
  'ping-event': { stream: 'one two three<strange> four five six.' },
  'unknown-event': { stream: 'one two three<strange> four five six.' },
  'unknown-fields': sameStream,
  'choices-null': { stream: 'one two three<null> five six.', whole: 'choices null' },
  'choices-empty': { stream: 'one two three<none> five six.', whole: 'choices []' },
  'no-finish-reason': { stream: TEXT },
  'usage-twice': { stream: `${TEXT}.<none><none>` },
  'done-in-middle': { stream: BEGUN },
  'done-twice': sameStream,
  'utf8-split': { stream: 'one two three four🦜 five six.', whole: `${TEXT}🦜` },
  crlf: sameStream,
  cr: sameStream,
  bom: same,
  'no-space': sameStream,
  'multi-line-data': sameStream,
  'line-separator': sameStream,
  'long-line': sameStream,
  comments: sameStream,
  'byte-by-byte': same,
  'one-write': sameStream,
  'no-final-blank-line': sameStream,
  'wrong-content-type': { stream: `${TEXT}.`, whole: 'a string' },
  'no-content-type': { stream: `${TEXT}.`, whole: 'a string' },
  gzip: same,
  'false-gzip': all('; TypeError'),
  'length-too-long': { whole: '; TypeError' },
  'length-too-short': { whole: '; SyntaxError' },
}

beforeAll(async () => {
  // The client tells on the console what it cannot parse.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await streamed('none')
  await whole('none')
})

test('every fault of the catalogue is here', () => {
  expect(Object.keys(rows)).toEqual(faultNames)
})

test('an answer of each kind without a fault is whole', async () => {
  expect([await streamed('none'), await whole('none')]).toEqual([
    `${TEXT}.; 2 sends`,
    `${TEXT}; 2 sends`,
  ])
})

const isPatient = ([, { limits }]: [string, Row]) => limits !== undefined

test('chat completions fail as the catalogue says', () =>
  judge(Object.entries(rows).filter(row => !isPatient(row))))

test('a client that is kept waiting gives up as the catalogue says', () =>
  judge(Object.entries(rows).filter(isPatient)))

async function judge(judged: readonly [string, Row][]): Promise<void> {
  const outcomes = await Promise.all(
    judged.map(async ([name, row]) => {
      const { rule = name, limits } = row
      const [stream, blocking] = await Promise.all([
        row.stream === undefined ? undefined : streamed(rule, limits),
        row.whole === undefined ? undefined : whole(rule, limits),
      ])
      return [name, { stream, whole: blocking }]
    }),
  )
  const expected = judged.map(([name, row]) => [name, { stream: row.stream, whole: row.whole }])
  expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected))
  expect(mock.requests().filter(({ done }) => done.outcome === 'failed')).toEqual([])
}

async function responded(fault: string): Promise<string> {
  const key = `responded ${fault}`
  return await outcomeOf(key, async say => {
    const stream = await clientFor(fault, key).responses.create({
      model,
      input: messages[0]!.content,
      stream: true,
    })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') say(event.delta)
      else if (event.type === 'response.failed') say(`<${event.response.error?.code}>`)
      else if (event.type === 'response.completed') say('.')
    }
  })
}

test.each([
  ['error-event', `${BEGUN}; APIError server_error`],
  ['error-event-flat', BEGUN],
  ['response-failed', `${BEGUN}<server_error>`],
  ['truncate', BEGUN],
  ['reset-mid-stream', `${BEGUN}; TypeError`],
  ['no-finish-reason', TEXT],
  ['utf8-split', 'one two three four🦜 five six.'],
  ['gzip', `${TEXT}.`],
])('a streamed response with %s', async (fault, outcome) => {
  expect(await responded(fault)).toBe(outcome)
})

test('a server that nobody can connect to', async () => {
  await using other = await createMockServer({ fault: 'connection-refused;for=1m;first=1' })
  const client = new OpenAI({ baseURL: other.url, apiKey: 'sk-test', maxRetries: 1 })
  const refused = await client.chat.completions.create({ model, messages }).catch(error => error)
  expect(refused).toBeInstanceOf(OpenAI.APIConnectionError)
  expect(refused.cause.cause.code).toBe('ECONNREFUSED')
  expect(other.requests().map(({ fault }) => fault)).toEqual(['connection-refused'])
})

test('a server whose port is another’s when it would listen again waits until it is free', async () => {
  await using other = await createMockServer({ ttft: 0, itl: 0, clock: 'manual' })
  const client = new OpenAI({ baseURL: other.url, apiKey: 'sk-test', maxRetries: 0 })
  const ask = (fault: string) =>
    client.chat.completions
      .create({ model, messages }, { headers: { 'x-tokadence-fault': fault } })
      .catch(() => undefined)
  expect(await ask('connection-refused;for=1s')).toBe(undefined)
  const holder = createServer().listen(other.port, '127.0.0.1')
  await once(holder, 'listening')
  await other.clock.advance('1s')
  await turns()
  await new Promise(resolve => holder.close(resolve))
  const answer = await eventually(async () => {
    await other.clock.advance('20ms')
    return await ask('none')
  })
  expect(answer.object).toBe('chat.completion')
})

test('a client that tries again has its answer when the fault is over', async () => {
  expect(await whole(`http-500;first=2;${soon}`)).toBe(`${TEXT}; 3 sends`)
  const entries = mock.requests().filter(({ key }) => key === `whole http-500;first=2;${soon}`)
  expect(entries.map(({ fault, attempt, done }) => [fault, attempt, done.outcome])).toEqual([
    ['http-500', 1, 'refused'],
    ['http-500', 2, 'refused'],
    [undefined, 3, 'ok'],
  ])
})

test('waits that no client should fall for are sent as they are asked for', async () => {
  const headerOf = async (rule: string) => {
    const answer = await fetch(`${mock.url}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer k',
        'content-type': 'application/json',
        'x-tokadence-fault': `rate-limit;retry-after=${rule}`,
      },
      body: JSON.stringify({ model, messages }),
    })
    expect(answer.status).toBe(429)
    return [answer.headers.get('retry-after'), answer.headers.get('retry-after-ms')]
  }
  expect(await headerOf('61s')).toEqual(['61', '61000'])
  expect(await headerOf('none')).toEqual([null, null])
  expect(await headerOf('negative')).toEqual(['-5', null])
  expect(await headerOf('garbage')).toEqual(['soon', null])
  const aheadMs = Date.parse((await headerOf('date:20s'))[0]!) - Date.now()
  expect(aheadMs).toBeGreaterThan(15_000)
  expect(aheadMs).toBeLessThanOrEqual(20_000)
  expect(Date.parse((await headerOf('past'))[0]!)).toBeLessThan(Date.now())
})
