import { expect, test } from 'vitest'
import { type ClientError, createClient } from '../../client/index.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
/** gpt-4o-mini: 150 nano-dollars a token in (the prompt has 10), 600 out. */
const usd = (outputTokens: number) => (1500 + 600 * outputTokens) / 1e9

test.each(['wire', 'sdk'] as const)(
  'a stream beyond its budget is cancelled at the server (%s)',
  async transport => {
    await using mock = await createMockServer({ ttft: 0, itl: 5, tokens: 4000, logLevel: 'error' })
    await using client = createClient({ url: mock.url, transport })
    const stream = client.stream({ messages }, { maxCost: usd(20) })
    const result = await stream.result
    expect(result.failure).toMatchObject({ kind: 'budget', which: 'call' })
    const { outputTokens = 0 } = result.usage ?? {}
    // Those that came in the same read as the last that could be paid are counted and billed too.
    expect(outputTokens).toBeGreaterThanOrEqual(20)
    expect(outputTokens).toBeLessThan(100)
    expect(result.cost?.nanoDollars).toBe(1500 + 600 * outputTokens)
    const entry = await eventually(() =>
      mock.requests().find(({ done }) => done.outcome === 'hung-up'),
    )
    expect(entry.done.outputTokens).toBeLessThan(400)
  },
)

test('forty calls at once stay within what they may cost together', async () => {
  await using mock = await createMockServer({ ttft: 5, itl: 0, tokens: 10, logLevel: 'error' })
  await using client = createClient({ url: mock.url, maxCost: usd(10) * 6, pace: 'fixed' })
  const calls = Array.from({ length: 40 }, () => client.complete({ messages, maxTokens: 10 }))
  const settled = await Promise.allSettled(calls)
  const costs = settled.map(one =>
    one.status === 'fulfilled' ? (one.value.cost?.nanoDollars ?? Number.NaN) : 0,
  )
  const spent = costs.reduce((a, b) => a + b, 0)
  expect(spent).toBeGreaterThan(0)
  expect(spent).toBeLessThanOrEqual(client.budget?.limitNanoDollars ?? 0)
  expect(client.budget?.spentNanoDollars).toBe(spent)
  expect(mock.requests()).toHaveLength(costs.filter(cost => cost > 0).length)
  for (const one of settled) {
    if (one.status === 'rejected') expect((one.reason as ClientError).failure.kind).toBe('budget')
  }
})
