import { expect, test } from 'vitest'
import { createBudget } from '../../../client/budget.ts'
import { ClientError, createClient } from '../../../client/index.ts'
import type { GivenClientOptions } from '../../../client/options.ts'
import type { Transport } from '../../../client/transport.ts'
import { createScriptedTransport, type Line } from '../../helpers/scripted-transport.ts'

const { signal } = new AbortController()
const messages = [{ role: 'user', content: 'Say it.' }] as const
/** gpt-4o-mini: 150 nano-dollars a token in, 600 out; the prompt above is 10 tokens. */
const PROMPT = 1500
const TOKEN = 600
const usd = (nanoDollars: number) => nanoDollars / 1e9

function clientOf(script: Line[], options: GivenClientOptions = {}) {
  const { transport, sent } = createScriptedTransport(script)
  return { client: createClient({ baseDelay: 0, ...options }, { transport }), sent }
}
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => (error instanceof ClientError ? error : Promise.reject(error)),
  )

test('what is reserved is not there for others, and what was not spent comes back', async () => {
  const budget = createBudget(100)
  const first = await budget.reserve(60, signal)
  expect(budget).toMatchObject({
    spentNanoDollars: 0,
    reservedNanoDollars: 60,
    leftNanoDollars: 40,
  })
  let second: unknown = 'waits'
  const waiting = budget.reserve(50, signal).then(reservation => {
    second = reservation
  })
  await Promise.resolve()
  expect(second).toBe('waits')
  first?.settle(20)
  await waiting
  expect(budget).toMatchObject({
    spentNanoDollars: 20,
    reservedNanoDollars: 50,
    leftNanoDollars: 30,
  })
  expect((second as { grow(more: number): number }).grow(40)).toBe(30)
  expect(budget.leftNanoDollars).toBe(0)
})

test('who asks for more than there can ever be is told so at once, also while it waits', async () => {
  const budget = createBudget(100)
  expect(await budget.reserve(101, signal)).toBeUndefined()
  const first = await budget.reserve(60, signal)
  const second = budget.reserve(70, signal)
  first?.settle(60)
  expect(await second).toBeUndefined()
})

test('who gives up while it waits lets the next one through', async () => {
  const budget = createBudget(100)
  await budget.reserve(60, signal)
  const controller = new AbortController()
  const large = budget.reserve(90, controller.signal)
  const small = budget.reserve(40, signal)
  controller.abort('enough')
  await expect(large).rejects.toBe('enough')
  expect((await small)?.nanoDollars).toBe(40)
})

test('a call that may cost more than is left is not sent', async () => {
  const limit = usd(PROMPT + 20 * TOKEN - 1)
  const { client, sent } = clientOf([{ say: ['Hi'] }], { maxCost: limit })
  const error = await failureOf(client.complete({ messages, maxTokens: 20 }))
  expect(error?.failure).toEqual({
    kind: 'budget',
    which: 'client',
    message:
      'Not sent: it may cost $0.0000135, and of the budget of all calls of $0.0000135 there is $0.0000135 left.',
  })
  expect(error?.result).toMatchObject({ how: 'error', attempts: [], usage: undefined })
  expect(sent).toHaveLength(0)
  const result = await client.complete({ messages, maxTokens: 19 })
  expect(client.budget?.spentNanoDollars).toBe(result.cost?.nanoDollars)
  expect(result.cost?.nanoDollars).toBe(PROMPT + TOKEN)
})

test("a stream is stopped where its call's budget ends: counted, billed, and the server told", async () => {
  let isCancelled = false
  const transport: Transport = {
    async send() {
      async function* chunks() {
        try {
          for (let i = 0; i < 5000; i++) {
            yield [{ choices: [{ index: 0, delta: { content: ' word' } }] }]
          }
        } finally {
          isCancelled = true
        }
      }
      return { status: 200, headers: {}, chunks: chunks() }
    },
    close: async () => undefined,
  }
  const client = createClient({}, { transport })
  const maxCost = usd(PROMPT + 300 * TOKEN)
  const stream = client.stream({ messages }, { maxCost })
  let words = 0
  const reading = (async () => {
    for await (const frame of stream) if (frame.kind === 'content') words++
  })()
  await expect(reading).rejects.toThrow(
    "budget: Stopped after 300 tokens: the call's budget of $0.000181 is used up.",
  )
  const result = await stream.result
  expect(result).toMatchObject({
    how: 'error',
    failure: { kind: 'budget', which: 'call' },
    usage: { inputTokens: 10, outputTokens: 300, source: 'estimate' },
    cost: { nanoDollars: PROMPT + 300 * TOKEN },
    attempts: [{ decision: { retry: false, why: 'it would cost more than may be spent' } }],
  })
  expect(words).toBe(300)
  expect(isCancelled).toBe(true)
})

test('a hundred calls at once spend no more than there is, and those that fit are made', async () => {
  const each = PROMPT + 4 * TOKEN
  const { client, sent } = clientOf([{ say: [' a', ' b', ' c', ' d'] }], {
    maxCost: usd(25 * each + 1),
    concurrency: 10,
  })
  const calls = Array.from({ length: 100 }, () =>
    failureOf(client.complete({ messages, maxTokens: 4 })),
  )
  const failed = (await Promise.all(calls)).filter(error => error !== undefined)
  expect(failed).toHaveLength(75)
  expect(new Set(failed.map(({ failure }) => failure.kind))).toEqual(new Set(['budget']))
  expect(sent).toHaveLength(25)
  expect(client.budget).toMatchObject({ spentNanoDollars: 25 * each, reservedNanoDollars: 0 })
})

test('answers shorter than they might be make room for more calls', async () => {
  const { client } = clientOf([{ say: [' a'] }], {
    maxCost: usd(10 * (PROMPT + TOKEN) + 99 * TOKEN),
  })
  const calls = Array.from({ length: 10 }, () => client.complete({ messages, maxTokens: 100 }))
  await Promise.all(calls)
  expect(client.budget?.spentNanoDollars).toBe(10 * (PROMPT + TOKEN))
})

test('an attempt that broke off is paid before the next one is', async () => {
  const { client, sent } = clientOf(
    [{ say: [' a', ' b'], finish: undefined }, { say: [' a', ' b'] }],
    {
      whenCut: 'restart',
      maxCost: usd(2 * PROMPT + 11 * TOKEN),
    },
  )
  const error = await failureOf(client.complete({ messages, maxTokens: 10 }))
  expect(error?.failure).toMatchObject({ kind: 'budget', which: 'client' })
  expect(sent).toHaveLength(1)
  // What broke off is billed once.
  expect(error?.result.cost?.nanoDollars).toBe(PROMPT + 2 * TOKEN)
  expect(client.budget?.spentNanoDollars).toBe(PROMPT + 2 * TOKEN)
})

test('a price that is not known, and an answer in one piece of any length, are refused', async () => {
  const { client, sent } = clientOf([{ say: ['Hi'] }], { maxCost: 1 })
  const unknown = await failureOf(
    client.complete({ messages, model: 'nobody-knows', maxTokens: 5 }),
  )
  expect(unknown?.message).toBe(
    'budget: The price of nobody-knows is not known, so maxCost cannot be kept: name it in a file of prices.',
  )
  const whole = await failureOf(client.complete({ messages, stream: false }))
  expect(whole?.message).toContain('with maxCost, give maxTokens too')
  expect(sent).toHaveLength(0)
  expect(client.budget).toMatchObject({ spentNanoDollars: 0, reservedNanoDollars: 0 })
})

test('sums that are none are refused', async () => {
  expect(() => clientOf([], { maxCost: '1 euro' })).toThrow('write dollars such as 0.5')
  const { client } = clientOf([{ say: ['Hi'] }])
  await expect(client.complete({ messages }, { maxCost: -1 })).rejects.toThrow('maxCost')
})
