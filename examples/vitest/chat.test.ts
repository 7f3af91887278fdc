import OpenAI, { RateLimitError } from 'openai'
import { expect, inject, test } from 'vitest'
// For you these two are 'tokadence' and 'tokadence/vitest'; the second one tells `inject` its types.
import { createMockServer } from '../../index.ts'
import type {} from '../../mock-server/vitest.ts'

// The server that globalSetup has started, one for the whole run.
const openai = new OpenAI({ baseURL: inject('openaiBaseUrl'), apiKey: 'any' })

const ask = (content: string) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content }],
})

test('an answer streams token by token, and its usage is exact', async () => {
  const stream = await openai.chat.completions.create({
    ...ask('Reply with exactly this text and nothing else: Good morning, Ada.'),
    stream: true,
    stream_options: { include_usage: true },
  })
  const pieces: string[] = []
  let outputTokens: number | undefined
  for await (const { choices, usage } of stream) {
    const piece = choices[0]?.delta.content
    if (piece) pieces.push(piece)
    outputTokens = usage?.completion_tokens ?? outputTokens
  }
  expect(pieces).toEqual(['Good', ' morning', ',', ' Ada', '.'])
  expect(outputTokens).toBe(5)
})

test('the same question is answered in the same words, in any order and at any time', async () => {
  const questions = ['What is a token?', 'What is a stream?', 'What is a token?']
  const answers = await Promise.all(
    questions.map(question => openai.chat.completions.create(ask(question))),
  )
  const [first, other, again] = answers.map(({ choices }) => choices[0]?.message.content)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('the third request of a minute is refused, and told how long to wait', async () => {
  // A server of this test's own, on a free port, gone at the end of the block.
  await using mock = await createMockServer({ ttft: 0, itl: 0, rpm: 2 })
  const limited = new OpenAI({ baseURL: mock.url, apiKey: 'any', maxRetries: 0 })
  await limited.chat.completions.create(ask('One.'))
  await limited.chat.completions.create(ask('Two.'))

  const refusal = await limited.chat.completions.create(ask('Three.')).catch(error => error)
  expect(refusal).toBeInstanceOf(RateLimitError)
  const waitSeconds = Number(refusal.headers.get('retry-after'))
  expect(waitSeconds).toBeGreaterThan(0)
  expect(waitSeconds).toBeLessThanOrEqual(30) // 60 s shared by 2

  // The journal: what was asked, intended and done.
  expect(mock.requests().map(({ done }) => done.status)).toEqual([200, 200, 429])
})
