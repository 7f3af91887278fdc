import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createRandom } from '../../../../base/random.ts'
import { type ClientOptions, createClient, paceLine } from '../../../../client/index.ts'
import { createHistory } from '../../../../client/pace/history.ts'
import { verdictOf } from '../../../../client/pace/verdict.ts'
import type { Transport } from '../../../../client/transport.ts'
import { createScriptedTransport } from '../../../helpers/scripted-transport.ts'

const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
}
const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

type Kind = NonNullable<Parameters<typeof verdictOf>[0]['failure']>['kind']
const refusal = (kind: Kind, message: string, code?: string) => ({ kind, message, code }) as never

test.each([
  ['429 for too many at once', refusal('rate-limited', 'Too many'), 429, {}, 'refused'],
  [
    '429 that names a minute',
    refusal('rate-limited', 'reached on requests per min (RPM): Limit 60, Used 60, Requested 1'),
    429,
    {},
    'neither',
  ],
  ['429 by a rate that nobody names', refusal('rate-limited', 'RPM'), 429, {}, 'refused'],
  [
    '429 with no requests left',
    refusal('rate-limited', 'slow down'),
    429,
    { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '0' },
    'neither',
  ],
  [
    '429 with too few tokens left',
    refusal('rate-limited', 'slow down'),
    429,
    { 'x-ratelimit-limit-tokens': '6000', 'x-ratelimit-remaining-tokens': '99' },
    'neither',
  ],
  [
    '429 with enough of both left',
    refusal('rate-limited', 'slow down'),
    429,
    {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '5',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '100',
    },
    'refused',
  ],
  ['503 of a full server', refusal('server', 'no', 'server_is_overloaded'), 503, {}, 'refused'],
  ['529', refusal('server', 'no'), 529, {}, 'refused'],
  ['500', refusal('server', 'oops'), 500, {}, 'failed'],
  ['a lost connection', refusal('connection', 'reset'), undefined, {}, 'failed'],
  ['400', refusal('bad-request', 'no'), 400, {}, 'neither'],
  ['a quota', refusal('quota', 'no'), 429, {}, 'neither'],
  ['the caller stopped', refusal('aborted', 'no'), undefined, {}, 'neither'],
  ['an answer', undefined, 200, {}, 'well'],
] as const)('%s', (_, failure, status, headers, verdict) => {
  expect(verdictOf({ failure, status, headers }, 100)).toBe(verdict)
})

test('callers of one client take turns, by their weights', async () => {
  const { transport, sent } = createScriptedTransport([{ say: ['ok'] }])
  const options = { concurrency: 1, counting: 'off' } as const
  await using client = createClient(options, { transport, random: createRandom(1) })
  const calls = [
    ...Array.from({ length: 8 }, (_, i) => client.complete(say(`a${i}`), { caller: 'a' })),
    ...Array.from({ length: 4 }, (_, i) =>
      client.complete(say(`b${i}`), { caller: 'b', weight: 2 }),
    ),
  ]
  await Promise.all(calls)
  const order = sent.map(({ body }) => (body.messages as { content: string }[])[0]!.content)
  expect(order.slice(0, 7).filter(name => name.startsWith('b'))).toHaveLength(4)
  expect(order.filter(name => name.startsWith('a'))).toEqual(
    Array.from({ length: 8 }, (_, i) => `a${i}`),
  )
})

/** Answers at once, with headers of its choice. */
function answering(headers: Record<string, string>): Transport {
  async function* chunks() {
    yield [{ choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }] }]
    yield [{ choices: [], usage: { prompt_tokens: 80, completion_tokens: 20 } }]
  }
  return { send: async () => ({ status: 200, headers, chunks: chunks() }), close: async () => {} }
}

function open(options: Partial<ClientOptions>, headers: Record<string, string> = {}) {
  const clock = createManualClock()
  const parts = { clock, random: createRandom(1), transport: answering(headers) }
  return { clock, client: createClient({ counting: 'off', ...options }, parts) }
}

test('an own cap of tokens a minute holds calls back, and settles to what they used', async () => {
  const { clock, client } = open({ tpm: 1200 })
  let done = 0
  const request = { ...say('x'), maxTokens: 150 }
  for (let i = 0; i < 6; i++) void client.complete(request).then(() => done++)
  // 200 tokens at once; each reserves more than 150 and uses 100.
  await expect.poll(() => done).toBe(1)
  expect(client.limiter.waiting).toBe(5)
  for (let i = 0; i < 10; i++) {
    clock.advance(10_000)
    await settle()
  }
  expect(done).toBe(6)
  expect(clock.pending).toBe(0)
})

test("the server's limit of requests is kept to once it is known, and told in the history", async () => {
  const headers = {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1m0s',
  }
  const { clock, client } = open({}, headers)
  await client.complete(say('first'))
  let done = 0
  for (let i = 0; i < 3; i++) void client.complete(say('more')).then(() => done++)
  await settle()
  expect(done).toBe(0)
  for (let i = 0; i < 4; i++) {
    clock.advance(1000)
    await settle()
  }
  expect(done).toBe(3)
  expect(client.limiter.history).toMatchObject([{ what: 'requests', from: undefined, to: 60 }])
  expect(paceLine(client.limiter)).toBe('the server allows 60 requests a minute')
})

test('a fixed pace has its limit from the start, an adaptive one begins with four', async () => {
  expect(open({ pace: 'fixed', concurrency: 32 }).client.limiter.limit).toBe(32)
  expect(open({ concurrency: 32 }).client.limiter.limit).toBe(4)
  expect(open({ concurrency: 2 }).client.limiter.limit).toBe(2)
})

test('a limit that is set from outside holds at once and is told', () => {
  const { client } = open({})
  client.limiter.setLimit(9)
  expect(client.limiter.limit).toBe(9)
  expect(client.limiter.history).toMatchObject([{ from: 4, to: 9, why: 'set from outside' }])
  expect(paceLine(client.limiter)).toBe('9 in flight after 1 change, the last: set from outside')
})

test('the history is bounded, and refusals in a row are one change', () => {
  const history = createHistory()
  for (let i = 0; i < 2000; i++) {
    history.add({ atMs: i, what: 'concurrency', from: i, to: i + 1, why: 'more' }, 1000)
  }
  expect(history.changes).toHaveLength(1000)
  expect(history.changes[0]?.atMs).toBe(1000)
  for (let to = 2000; to > 1990; to--) {
    history.add({ atMs: 3000, what: 'concurrency', from: to + 1, to, why: `${to}` }, 1000)
  }
  expect(history.changes).toHaveLength(1000)
  expect(history.changes.at(-1)).toEqual({
    atMs: 3000,
    what: 'concurrency',
    from: 2001,
    to: 1991,
    why: '1991',
  })
})
