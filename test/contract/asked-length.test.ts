/** `x-tokadence-tokens`: a reply is as long as its caller says. */
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'

let mock: MockServer
let client: OpenAI
beforeAll(async () => {
  mock = await createMockServer({ ttft: 0, itl: 0, tokens: 6, logLevel: 'silent' })
  client = new OpenAI({ baseURL: mock.url, apiKey: 'k', maxRetries: 0 })
})
afterAll(() => mock[Symbol.asyncDispose]())

const ask = (tokens: string, max_tokens: number | null = null) =>
  client.chat.completions.create(
    { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }], max_tokens },
    { headers: { 'x-tokadence-tokens': tokens } },
  )

it.each([1, 2, 57, 3000])('%i tokens', async tokens => {
  const { usage, choices } = await ask(String(tokens))
  expect(usage?.completion_tokens).toBe(tokens)
  expect(choices[0]?.finish_reason).toBe('stop')
})

it('max_tokens still cuts', async () => {
  const { usage, choices } = await ask('50', 20)
  expect(usage?.completion_tokens).toBe(20)
  expect(choices[0]?.finish_reason).toBe('length')
})

it.each(['0', '-1', 'x', '1.5', '1000001', '99999999'])('refuses %s', async tokens => {
  await expect(ask(tokens)).rejects.toMatchObject({
    status: 400,
    code: 'invalid_length',
    param: 'x-tokadence-tokens',
  })
})
