import OpenAI from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { addContract, refusalOf } from './openai.contract.ts'

const apiKey = 'sk-contract-0123456789'
const model = 'gpt-4o-mini'
const mock = await createMockServer({
  apiKey,
  models: ['gpt-4o-mini', 'gpt-4o'],
  ttft: 0,
  itl: 0,
  tokens: 12,
  seed: 1,
  logLevel: 'error',
})
afterAll(() => mock.close())

addContract({ baseURL: mock.url, apiKey, wrongKey: 'sk-stranger-9876543210' })

const messages = [{ role: 'user' as const, content: 'Tell me about rivers.' }]

function clientOf({ url }: { url: string }, options: { maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0, ...options })
}

test('it works without /v1 too', async () => {
  const client = new OpenAI({ baseURL: mock.origin, apiKey, maxRetries: 0 })
  const { choices } = await client.chat.completions.create({ model, messages })
  expect(choices[0]!.finish_reason).toBe('stop')
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['gpt-4o-mini', 'gpt-4o'])
})

test("a model's name may hold slashes", async () => {
  await using open = await createMockServer({ ttft: 0, itl: 0, tokens: 1, logLevel: 'error' })
  const { id } = await clientOf(open).models.retrieve('meta-llama/Llama-3-8b')
  expect(id).toBe('meta-llama/Llama-3-8b')
})

test('a limit that is reached is a RateLimitError that says when to come back', async () => {
  await using limited = await createMockServer({ ttft: 0, itl: 0, tokens: 5, rpm: 3 })
  const client = clientOf(limited)
  const { response } = await client.chat.completions.create({ model, messages }).withResponse()
  expect(response.headers.get('x-ratelimit-limit-requests')).toBe('3')
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('2')
  expect(response.headers.get('x-ratelimit-reset-requests')).toBe('20s')
  for (let i = 0; i < 2; i++) await client.chat.completions.create({ model, messages })

  const error = await refusalOf(() => client.chat.completions.create({ model, messages }))
  expect(error).toBeInstanceOf(OpenAI.RateLimitError)
  expect([error.type, error.code, error.param]).toEqual(['requests', 'rate_limit_exceeded', null])
  const told =
    /^429 Rate limit reached for gpt-4o-mini in organization org-tokadence on requests per min \(RPM\): Limit 3, Used 3, Requested 1\. Please try again in ([\d.]+)s\. Visit https:\/\/platform\.openai\.com\/account\/rate-limits to learn more\.$/
  const waitMs = Number(told.exec(error.message)![1]) * 1000
  expect(waitMs).toBeGreaterThan(10_000) // some of the 20 s may have passed
  expect(waitMs).toBeLessThanOrEqual(20_000)
  expect(Number(error.headers!.get('retry-after-ms'))).toBeCloseTo(waitMs, 0)
  expect(error.headers!.get('retry-after')).toBe(String(Math.ceil(waitMs / 1000)))
})

test("the SDK's own retry waits as told and succeeds", async () => {
  await using limited = await createMockServer({ ttft: 0, itl: 0, tokens: 2, rpm: 40 })
  const client = clientOf(limited, { maxRetries: 2 })
  const create = () => client.chat.completions.create({ model, messages, max_tokens: 1 })
  // 40 at once are let in; the next must wait a second and a half.
  const answers = await Promise.all(Array.from({ length: 41 }, create))
  expect(answers.every(({ choices }) => choices[0]!.finish_reason === 'length')).toBe(true)
  const retried = limited.requests().filter(({ attempt }) => attempt > 1)
  expect(retried.map(({ attempt, done }) => [attempt, done.outcome])).toEqual([[2, 'ok']])
})

test('max_tokens is reserved from the token limit, and a request too large is told so', async () => {
  await using limited = await createMockServer({ ttft: 0, itl: 0, tokens: 500, tpm: 1000 })
  const create = (max_tokens: number) =>
    clientOf(limited).chat.completions.create({ model, messages, max_tokens }).withResponse()
  const { response, data } = await create(500)
  const left = 1000 - data.usage!.prompt_tokens - 500
  expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe(String(left))
  const refused = await refusalOf(() => create(900))
  expect([refused.type, refused.message]).toEqual([
    'tokens',
    expect.stringMatching(
      /^429 Rate limit reached for gpt-4o-mini .* on tokens per min \(TPM\): Limit 1000, Used /,
    ),
  ])
  const tooLarge = await refusalOf(() => create(1000))
  expect(tooLarge.message).toMatch(
    /^429 Request too large for gpt-4o-mini .* Limit 1000, Requested /,
  )
  expect(tooLarge.headers!.get('retry-after')).toBeNull()
})

test('an aborted stream is over for the server at once', async () => {
  await using slow = await createMockServer({ ttft: 0, itl: '20ms', tokens: 10_000 })
  const stream = await clientOf(slow).chat.completions.create({ model, messages, stream: true })
  let chunks = 0
  for await (const _ of stream) if (++chunks === 3) break
  const entry = await eventually(() =>
    slow.requests().find(({ done }) => done.outcome === 'hung-up'),
  )
  expect(entry.done.status).toBe(200)
  expect(entry.done.chunks).toBeLessThan(1000)
  expect(entry.intended!.outputTokens).toBe(10_000)
})

test('the journal says what was asked, intended and done', async () => {
  await using fresh = await createMockServer({ ttft: '2ms', itl: '1ms', tokens: 4, seed: 1 })
  const stream = await clientOf(fresh).chat.completions.create({ model, messages, stream: true })
  for await (const _ of stream) {
    // to its end
  }
  const [entry] = fresh.requests()
  expect(entry).toMatchObject({
    number: 1,
    method: 'POST',
    path: '/v1/chat/completions',
    attempt: 1,
    model,
    stream: true,
    body: { model, messages, stream: true },
    intended: { outputTokens: 4, dueMs: [2, 3, 4, 5] },
    done: { outcome: 'ok', status: 200, chunks: 4 },
  })
  expect(entry!.done.firstTokenMs).toBeGreaterThanOrEqual(2)
  expect(entry!.done.durationMs).toBeGreaterThanOrEqual(5)
  expect(entry!.done.maxPacingErrorMs).toBeGreaterThanOrEqual(0)
})
