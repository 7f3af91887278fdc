/** Limits as a client meets them: recorded samples to the millisecond, headers true and untrue, what hang-ups give back. */
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { connectRaw, type RawResponse, rawRequest } from '../helpers/raw-http.ts'
import { chatBody } from '../helpers/read-stream.ts'

const CHAT = 'POST /v1/chat/completions HTTP/1.1'
/** A model without a window takes any max_tokens; 'Hi.' makes a prompt of 9 tokens. */
const model = 'sample-model'
const PROMPT_TOKENS = 9

/** In the server's time, which stands still unless it is told to move. */
async function start(options: MockServerOptions = {}) {
  const given = { ttft: 0, itl: 0, tokens: 8, clock: 'manual', logLevel: 'silent' } as const
  const server = await createMockServer({ ...given, ...options })
  onTestFinished(async () => {
    const metrics = await (await fetch(`${server.origin}/metrics`)).text()
    await server.close()
    expect(metrics).toContain('\ntokadence_mock_internal_errors_total 0\n')
  })
  return server
}

type Server = Awaited<ReturnType<typeof start>>

/** One request that takes so many tokens, on a connection of its own. */
async function ask(
  { port }: Server,
  tokens = PROMPT_TOKENS + 1,
  headers: Record<string, string> = {},
): Promise<RawResponse> {
  await using connection = await connectRaw(port)
  const body = chatBody('Hi.', { model, max_tokens: tokens - PROMPT_TOKENS })
  connection.send(rawRequest(CHAT, { headers, body }))
  return await connection.receive()
}

/** A stream that holds so many tokens, open until the test is over or it is hung up. */
async function hold({ port }: Server, tokens: number) {
  const connection = await connectRaw(port)
  onTestFinished(() => connection[Symbol.asyncDispose]())
  const body = chatBody('Hi.', { model, stream: true, max_tokens: tokens - PROMPT_TOKENS })
  connection.send(rawRequest(CHAT, { body }))
  await eventually(() => (connection.unread.includes('\r\n\r\n') ? true : undefined))
  return connection
}

function limitHeaders({ headers }: RawResponse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-ratelimit-'))
      .map(([name, value]) => [name.replace('x-ratelimit-', ''), value]),
  )
}

function messageOf({ status, body }: RawResponse): string {
  expect(status).toBe(429)
  return JSON.parse(body).error.message
}

test.each([
  ['requests', { rpm: 5000 }, PROMPT_TOKENS + 1, '5000', '4999', '12ms'],
  ['tokens', { tpm: 160_000 }, 24, '160000', '159976', '9ms'],
] as const)('recorded headers of %s: %j, %d tokens', async (kind, limits, tokens, ...told) => {
  const server = await start({ ...limits, ttft: '1h' })
  const { unread } = await hold(server, tokens)
  const values = ['limit', 'remaining', 'reset'].map(
    part => new RegExp(`\r\nx-ratelimit-${part}-${kind}: (.*)\r\n`, 'i').exec(unread)?.[1],
  )
  expect(values).toEqual(told)
})

test.each([
  // recorded refusals: limit, used, requested, wait in words, wait in ms
  [30_000, 18_928, 11_159, '174ms', '174'],
  [30_000, 28_039, 3906, '3.89s', '3890'],
  [30_000, 14_567, 24_754, '18.642s', '18642'],
  [10_000, 8782, 8172, '41.724s', '41724'],
])(
  'recorded refusals: TPM %d, used %d, requested %d, wait %s',
  async (tpm, used, asked, wait, ms) => {
    const server = await start({ tpm, ttft: '1h' })
    await hold(server, used)
    const refused = await ask(server, asked)
    expect(messageOf(refused)).toBe(
      `Rate limit reached for ${model} in organization org-tokadence on tokens per min (TPM): Limit ${tpm}, Used ${used}, Requested ${asked}. Please try again in ${wait}. Visit https://platform.openai.com/account/rate-limits to learn more.`,
    )
    expect(refused.headers).toMatchObject({
      'retry-after-ms': ms,
      'retry-after': String(Math.ceil(Number(ms) / 1000)),
      'x-ratelimit-limit-tokens': String(tpm),
      'x-ratelimit-remaining-tokens': String(tpm - used),
    })
    await server.clock.advance(Number(ms) - 1)
    messageOf(await ask(server, asked))
    await server.clock.advance(1)
    await hold(server, asked)
  },
)

test('recorded refusal: RPM 3, wait 20s', async () => {
  const server = await start({ rpm: 3 })
  for (let i = 0; i < 3; i++) expect((await ask(server)).status).toBe(200)
  const refused = await ask(server)
  expect(messageOf(refused)).toBe(
    `Rate limit reached for ${model} in organization org-tokadence on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
  )
  expect(limitHeaders(refused)).toEqual({
    'limit-requests': '3',
    'remaining-requests': '0',
    'reset-requests': '1m0s',
  })
  expect(refused.headers['retry-after-ms']).toBe('20000')
  await server.clock.advance('20s')
  expect((await ask(server)).status).toBe(200)
  expect((await ask(server)).status).toBe(429)
})

test('a day of 200 requests: the next waits 7m12s', async () => {
  const server = await start({ rpd: 200 })
  for (let i = 0; i < 200; i++) await ask(server)
  expect(messageOf(await ask(server))).toMatch(
    / on requests per day \(RPD\): Limit 200, Used 200, Requested 1\. Please try again in 7m12s\. /,
  )
})

test('a project has a bucket and headers of its own, whatever its keys and models', async () => {
  const server = await start({ tpm: 2000, projectTpm: 3000, ttft: '1h' })
  await hold(server, 1500)
  const refused = await ask(server, 1800, { authorization: 'Bearer sk-b' })
  expect(messageOf(refused)).toMatch(
    /^Rate limit reached for sample-model in project proj_default organization org-tokadence on tokens per min \(TPM\): Limit 3000, Used 1500, Requested 1800\. Please try again in 6s\. /,
  )
  expect(limitHeaders(refused)).toEqual({
    'limit-tokens': '2000',
    'remaining-tokens': '2000',
    'reset-tokens': '0s',
    'limit-project-tokens': '3000',
    'remaining-project-tokens': '1500',
    'reset-project-tokens': '30s',
  })
  const client = new OpenAI({ baseURL: server.url, apiKey: 'sk-b', project: 'proj_b' })
  const messages = [{ role: 'user' as const, content: 'Hi.' }]
  const { response } = await client.chat.completions
    .create({ model, messages, max_tokens: 1791, stream: true })
    .withResponse()
  expect(response.headers.get('x-ratelimit-remaining-project-tokens')).toBe('1200')
  await response.body?.cancel()
})

test('input tokens are limited in the words and headers of either API', async () => {
  const server = await start({ inputTpm: 12 })
  expect(limitHeaders(await ask(server, 5000))).toEqual({
    'limit-input-tokens': '12',
    'remaining-input-tokens': '3',
    'reset-input-tokens': '45s',
  })
  expect(messageOf(await ask(server))).toMatch(
    / on input tokens per min \(ITPM\): Limit 12, Used 9, Requested 9\. Please try again in 30s\. /,
  )
  const response = await fetch(`${server.url}/messages`, {
    method: 'POST',
    headers: {
      'x-api-key': 'sk-test',
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      model: 'claude-haiku-4-5',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'Hi. '.repeat(20) }],
    }),
  })
  expect(response.headers.get('anthropic-ratelimit-input-tokens-limit')).toBe('12')
  const { error } = (await response.json()) as { error: { message: string } }
  expect(error.message).toMatch(/ of 12 input tokens per minute\. /)
})

test('what a reply did not need of max_tokens is given back when it is over', async () => {
  const server = await start({ tpm: 1000, tokens: 8 })
  const whole = await ask(server, 900)
  expect(limitHeaders(whole)['remaining-tokens']).toBe('100')
  expect(limitHeaders(await ask(server, 10))['remaining-tokens']).toBe(
    String(1000 - PROMPT_TOKENS - 8 - 10),
  )
})

test('who hangs up has used what was written, and holds nothing', async () => {
  const server = await start({ tpd: 100_000, maxConcurrent: 50, itl: '10ms', tokens: 9000 })
  const open = await Promise.all(Array.from({ length: 50 }, () => hold(server, 2000)))
  expect((await ask(server)).status).toBe(429)
  await server.clock.advance('100ms')
  for (const connection of open) await connection[Symbol.asyncDispose]()
  const streams = await eventually(() => {
    const found = server.requests().filter(({ done }) => done.outcome === 'hung-up')
    return found.length === 50 ? found : undefined
  })
  const written = streams.map(({ done }) => done.outputTokens)
  expect(new Set(written)).toEqual(new Set([11]))
  const next = await hold(server, 500)
  const left = 100_000 - 50 * (PROMPT_TOKENS + 11) - 500
  expect(next.unread).toContain(`\r\nx-ratelimit-remaining-tokens: ${left}\r\n`)
  const again = await Promise.all(Array.from({ length: 49 }, () => hold(server, 1000)))
  expect(again.map(({ unread }) => unread.slice(9, 12))).toEqual(Array(49).fill('200'))
})

test.each([
  ['live', { 'limit-requests': '60', 'remaining-requests': '59', 'reset-requests': '1s' }],
  ['absent', {}],
  ['minus-one', { 'limit-requests': '-1', 'remaining-requests': '-1', 'reset-requests': '0' }],
  ['zero', { 'limit-requests': '0', 'remaining-requests': '0', 'reset-requests': '0s' }],
  [
    'garbage',
    { 'limit-requests': 'unlimited', 'remaining-requests': '1O', 'reset-requests': 'soon' },
  ],
] as const)(
  '--limit-headers %s, where there is a limit and where there is none',
  async (mode, told) => {
    const limited = await start({ rpm: 60, limitHeaders: mode })
    expect(limitHeaders(await ask(limited))).toEqual(told)
    const open = await start({ limitHeaders: mode })
    const { 'limit-requests': limit } = limitHeaders(await ask(open))
    const named = (told as Record<string, string>)['limit-requests']
    expect(limit).toBe(mode === 'live' ? '30000' : named)
  },
)

test.each([
  ['both', '3', '2500', 2500],
  ['seconds', '3', undefined, 3000],
  ['ms', undefined, '2500', 2500],
  ['days', '259203', undefined, 259_203_000],
  ['absent', undefined, undefined, undefined],
  ['garbage', 'in a moment', 'soon', undefined],
] as const)(
  '--retry-after %s, and the journal tells what the client was told',
  async (style, seconds, ms, told) => {
    const server = await start({ rpm: 24, limitQuantum: '1s', retryAfter: style })
    await ask(server)
    const { headers, body } = await ask(server)
    expect([headers['retry-after'], headers['retry-after-ms']]).toEqual([seconds, ms])
    expect(body).toContain('Please try again in 2.5s.')
    expect(server.requests().at(-1)!.retryAfterMs).toBe(told)
  },
)

test('--retry-after date is a date that is not too early', async () => {
  const server = await start({ rpm: 24, limitQuantum: '1s', retryAfter: 'date' })
  await ask(server)
  const { headers } = await ask(server)
  const date = headers['retry-after']!
  expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
  const entry = server.requests().at(-1)!
  const waitMs = Date.parse(date) - entry.receivedAtMs
  expect(waitMs).toBeGreaterThanOrEqual(2500)
  expect(waitMs).toBeLessThan(3500)
})

test("the SDK's own retries come through, however the wait is told, and at once where it is no number", async () => {
  const attempts = await Promise.all(
    (['both', 'seconds', 'ms', 'date', 'absent', 'garbage'] as const).map(async retryAfter => {
      const rpm = retryAfter === 'garbage' ? 60 : 240
      const limits = { rpm, limitQuantum: 60_000 / rpm, retryAfter }
      const server = await start({ ...limits, clock: 'system' })
      const client = new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 400 })
      const create = () =>
        client.chat.completions.create({
          model,
          messages: [{ role: 'user', content: 'Hi.' }],
          max_tokens: 1,
        })
      await create()
      await create()
      return [retryAfter, server.requests().length]
    }),
  )
  const { garbage, ...others } = Object.fromEntries(attempts)
  // One retry is enough, but for a timer that fires a moment early.
  for (const count of Object.values(others)) expect([3, 4]).toContain(count)
  expect(garbage).toBeGreaterThan(5) // NaN ms is no wait at all
})

test('a changed limit keeps the share that each caller has used; others stay as they are', async () => {
  const server = await start({ rpm: 60, tpm: 10_000 })
  for (let i = 0; i < 30; i++) await ask(server, 10)
  server.configure({ rpm: 6, retryAfter: 'seconds' })
  const after = limitHeaders(await ask(server, 10))
  expect([after['limit-requests'], after['remaining-requests']]).toEqual(['6', '2'])
  expect([after['limit-tokens'], after['remaining-tokens']]).toEqual(['10000', '9690'])
  await ask(server)
  await ask(server)
  const refused = await ask(server)
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '10'])
  expect(refused.headers['retry-after-ms']).toBeUndefined()
  server.configure({ rpm: null, tpm: null, limitHeaders: 'absent' })
  const free = await ask(server)
  expect([free.status, limitHeaders(free)]).toEqual([200, {}])
})

test('refused requests are counted by the limit that refused them', async () => {
  const server = await start({ rpm: 1, tpd: 30 })
  await ask(server)
  await ask(server)
  await ask(server, 40)
  const metrics = await (await fetch(`${server.origin}/metrics`)).text()
  const counted = Object.fromEntries(
    [...metrics.matchAll(/^tokadence_mock_rate_limited_total{limit="(\w+)"} (\d+)$/gm)].map(
      ([, limit, count]) => [limit, Number(count)],
    ),
  )
  expect(counted).toEqual({
    requests: 1,
    tokens: 0,
    input_tokens: 0,
    requests_per_day: 0,
    tokens_per_day: 1,
    project_tokens: 0,
    concurrent: 0,
    quota: 0,
  })
})

test('who has spent the quota is out of money, whatever the time, until there is more', async () => {
  const server = await start({ quota: 40, tokens: 12 })
  const client = new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 0 })
  const create = () =>
    client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi.' }] })
  await create() // 21 of 40, and the next may spend more than is left
  await create()
  await server.clock.advance('30d')
  const error = await create().catch(error => error)
  expect(error).toBeInstanceOf(OpenAI.RateLimitError)
  expect([error.type, error.code, error.headers.get('retry-after')]).toEqual([
    ...['insufficient_quota', 'insufficient_quota', null],
  ])
  server.configure({ quota: 43 })
  await create()
  expect((await create().catch(error => error)).code).toBe('insufficient_quota')
})
