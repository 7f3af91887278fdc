import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { createRandom } from '../../../base/random.ts'
import { ClientError, createClient, RetryExhaustedError } from '../../../client/index.ts'
import type { GivenClientOptions } from '../../../client/options.ts'
import { createScriptedTransport, type Line } from '../../helpers/scripted-transport.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
const rateLimited = { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' }
/** Lets everything run that waits for nothing but promises. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
}

async function open(script: readonly Line[], options: GivenClientOptions = {}) {
  const clock = createManualClock()
  const { transport, sent } = createScriptedTransport(script, clock.wallMs)
  const random = { ...createRandom('unused'), next: () => 0.5 }
  const client = createClient({ counting: 'off', ...options }, { clock, random, transport })
  // Prices are read from the disk once: done with before time is watched.
  await client.complete({ messages }, { signal: AbortSignal.abort() }).catch(() => undefined)
  return { clock, client, sent }
}

test('waits as long as retry-after says and a little more, and not a millisecond less', async () => {
  const { clock, client, sent } = await open([
    { refuse: 429, error: rateLimited, headers: { 'retry-after': '20' } },
    { say: ['Hi'] },
  ])
  const result = client.complete({ messages })
  await settle()
  clock.advance(20_499)
  await settle()
  expect(sent).toHaveLength(1)
  clock.advance(1)
  await settle()
  expect(sent).toHaveLength(2)
  expect(await result).toMatchObject({
    text: 'Hi',
    attempts: [
      { sentAtMs: 0, endAtMs: 0, status: 429, decision: { retry: true, delayMs: 20_500 } },
      { sentAtMs: 20_500, status: 200 },
    ],
    timeline: { queuedMs: 0, ttftMs: 20_500, e2eMs: 20_500 },
  })
  expect(clock.pending).toBe(0)
})

test('waits until the date that retry-after gives', async () => {
  const { clock, client, sent } = await open([
    { refuse: 503, headers: { 'retry-after': 'Wed, 01 Jan 2025 00:00:30 GMT' } },
    { say: ['Hi'] },
  ])
  const result = client.complete({ messages })
  await settle()
  clock.advance(30_499)
  await settle()
  expect(sent).toHaveLength(1)
  clock.advance(1)
  expect((await result).attempts[0]?.failure).toMatchObject({ retryAfterMs: 30_000 })
})

test('backs off longer each time, and tells each time', async () => {
  const { clock, client, sent } = await open([{ refuse: 500 }], { maxAttempts: 4 })
  const waits: number[] = []
  const onRetry = ({ delayMs }: { delayMs: number }) => waits.push(delayMs)
  const failed = client.complete({ messages }, { onRetry }).catch((error: unknown) => error)
  for (let i = 0; i < 4; i++) {
    await settle()
    clock.advance(1000)
  }
  const error = await failed
  expect(waits).toEqual([250, 500, 1000])
  expect(sent).toHaveLength(4)
  expect(error).toBeInstanceOf(RetryExhaustedError)
  expect((error as RetryExhaustedError).attempts.map(({ sentAtMs }) => sentAtMs)).toEqual([
    0, 1000, 2000, 3000,
  ])
  expect((error as Error).cause).toMatchObject({ name: 'RefusedError', message: '500 no' })
})

test('a wait can be aborted, at once, and leaves no timer behind', async () => {
  const { clock, client, sent } = await open([{ refuse: 500, headers: { 'retry-after': '30' } }])
  const controller = new AbortController()
  const stream = client.stream({ messages }, { signal: controller.signal })
  await settle()
  controller.abort('enough')
  expect(await stream.result).toMatchObject({
    how: 'aborted',
    failure: { kind: 'aborted', message: 'enough' },
    attempts: [{ status: 500 }],
  })
  expect(sent).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('the call ends rather than begin a wait that its total timeout would cut', async () => {
  const { client } = await open([{ refuse: 500, headers: { 'retry-after': '30' } }], {
    totalTimeout: '20s',
  })
  const error = await client.complete({ messages }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ClientError)
  expect(error).not.toBeInstanceOf(RetryExhaustedError)
  expect((error as ClientError).attempts[0]?.decision).toEqual({
    retry: false,
    exhausted: false,
    why: 'the wait of 30.5 s is longer than the 20 s left of the total timeout',
  })
})

test('the idle timeout counts from the last event', async () => {
  const { clock, client } = await open([{ say: ['Hi'], hang: true }], {
    idleTimeout: '2s',
    firstTokenTimeout: '1s',
  })
  const stream = client.stream({ messages })
  await settle()
  clock.advance(1999)
  await settle()
  clock.advance(1)
  expect(await stream.result).toMatchObject({
    how: 'stalled',
    text: 'Hi',
    failure: { kind: 'timeout', which: 'idle' },
    timeline: { e2eMs: 2000 },
  })
})

test('a first token that does not come is tried again', async () => {
  const { clock, client } = await open([{ say: [], hang: true }, { say: ['Hi'] }], {
    firstTokenTimeout: '1s',
  })
  const result = client.complete({ messages })
  await settle()
  clock.advance(1000)
  await settle()
  clock.advance(250)
  expect(await result).toMatchObject({
    text: 'Hi',
    attempts: [{ failure: { kind: 'timeout', which: 'first-token' } }, {}],
  })
})

test("one caller's 429 holds the others back too, and then all are served", async () => {
  const { clock, client, sent } = await open([
    { refuse: 429, error: rateLimited, headers: { 'retry-after-ms': '4000' } },
    { say: ['Hi'] },
  ])
  const first = client.complete({ messages })
  await settle()
  const second = client.complete({ messages })
  await settle()
  clock.advance(3999)
  await settle()
  expect(sent).toHaveLength(1)
  expect(client.limiter).toMatchObject({ inFlight: 0, waiting: 1, pausedMs: 1 })
  clock.advance(1)
  await settle()
  expect(sent).toHaveLength(2)
  clock.advance(200)
  expect((await Promise.all([first, second])).map(({ text }) => text)).toEqual(['Hi', 'Hi'])
})

test('a slot is free while its call backs off', async () => {
  const { clock, client, sent } = await open([{ refuse: 500 }, { say: ['Hi'] }], { concurrency: 1 })
  const calls = [client.complete({ messages }), client.complete({ messages })]
  await settle()
  expect(sent).toHaveLength(2)
  expect(client.limiter.inFlight).toBe(0)
  clock.advance(250)
  await Promise.all(calls)
  expect(sent).toHaveLength(3)
})

test('a mistake in the program is no failure of the server: it is thrown as it is', async () => {
  const { client } = await open([{ fail: new ReferenceError('oops is not defined') }])
  await expect(client.complete({ messages })).rejects.toThrow(ReferenceError)
  expect(client.limiter.inFlight).toBe(0)
})

test('whoever asks for frames before they are there gets each of them once, and then the end', async () => {
  const { client } = await open([{ say: ['One', 'two'] }])
  const frames = client.stream({ messages })[Symbol.asyncIterator]()
  const asked = await Promise.all(Array.from({ length: 5 }, () => frames.next()))
  expect(asked.map(({ value }) => value && ('text' in value ? value.text : value.kind))).toEqual([
    'One',
    'two',
    'end',
    undefined,
    undefined,
  ])
})

test('a stream can be read once', async () => {
  const { client } = await open([{ say: ['Hi'] }])
  const stream = client.stream({ messages })
  for await (const _ of stream);
  expect(() => stream[Symbol.asyncIterator]()).toThrow('A chat stream can be read once')
})

test.each<[GivenClientOptions, string]>([
  [{ url: 'ftp://host' }, 'ftp://host'],
  [{ url: 'nonsense' }, 'nonsense'],
  [{ concurrency: 0 }, 'createClient({ concurrency })'],
  [{ apiKey: 'sk-secret\nx' }, 'apiKey'],
])('%o is refused with its name', (options, part) => {
  expect(() => createClient(options)).toThrow(part)
  expect(() => createClient(options)).not.toThrow('sk-secret')
})
