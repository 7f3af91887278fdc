import OpenAI from 'openai'
import { expect, test, vi } from 'vitest'
// For you it is 'tokadence'.
import { createMockServer } from '../../index.ts'

// What your own code does: here the official SDK, with its own retries.
const ask = (openai: OpenAI, content: string) =>
  openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content }],
  })

test('our client waits as it is told, and everything is answered in the end', async () => {
  // A request each 50 ms; whoever comes earlier gets a 429 that says how long to wait.
  await using mock = await createMockServer({ ttft: 0, itl: 0, rpm: 1200, limitQuantum: '50ms' })
  const openai = new OpenAI({ baseURL: mock.url, apiKey: 'any', maxRetries: 9 })
  await Promise.all([ask(openai, 'One.'), ask(openai, 'Two.'), ask(openai, 'Three.')])

  // Throws with the requests that prove it, if not so.
  mock
    .verify({ waitedRetryAfter: true, allSucceeded: true, neverAgain: true, maxInFlight: 3 })
    .orThrow()
})

test('a quota that is used up is asked for once', async () => {
  await using mock = await createMockServer()
  mock.when().reply({ error: { name: 'insufficient_quota', headers: { 'retry-after-ms': '5' } } })
  const openai = new OpenAI({ baseURL: mock.url, apiKey: 'any', maxRetries: 1 })
  await expect(ask(openai, 'Hello')).rejects.toThrow('exceeded your current quota')

  // The SDK takes every 429 for one that passes: the assertion says so, and which requests show it.
  const { passed, results } = mock.verify({ noRetryOf: ['insufficient_quota'] })
  expect(passed).toBe(false)
  expect(results[0]?.says).toBe('1 of 2 refusals with insufficient_quota was tried again')
})

test('a reader that has enough hangs up at once', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: '20ms', tokens: 5000 })
  const openai = new OpenAI({ baseURL: mock.url, apiKey: 'any' })
  const stream = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Tell me everything.' }],
    stream: true,
  })
  for await (const { choices } of stream) if (choices[0]?.delta.content) break

  // The hang-up takes a moment to arrive.
  await vi.waitFor(() => mock.verify({ cancelledWithin: '5s' }).orThrow(), 10_000)
})
