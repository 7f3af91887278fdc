import { expect, test } from 'vitest'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { chatBody, echoBody, postChat } from '../helpers/read-stream.ts'

const options: MockServerOptions = {
  ttft: 'lognormal(p50=3ms,p95=9ms)',
  itl: 'gamma(mean=0.5ms,cv=0.5)',
  tokens: 'uniform(1,20)',
  seed: 42,
  logLevel: 'error',
}

/** 200 requests that differ: streamed or not, cut or not, with one choice or three, prose or echo. */
const bodies = Array.from({ length: 200 }, (_, i) => {
  const more = {
    stream: i % 3 !== 0,
    ...(i % 5 === 0 ? { n: 3 } : {}),
    ...(i % 7 === 0 ? { max_tokens: 4 } : {}),
    ...(i % 4 === 1 ? { model: 'gpt-4-turbo' } : {}),
    ...(i % 6 === 1 ? { stop: [' the', ','] } : {}),
  }
  return i % 11 === 0 ? echoBody(`Number ${i} – 漢字 🚀`, more) : chatBody(`Question ${i}?`, more)
})

/** The answers' bodies in the order of `sent`, at most `concurrency` of them at a time. */
async function answersOf(url: string, sent: readonly string[], concurrency: number) {
  const answers: string[] = new Array(sent.length)
  const todo = sent.entries()
  const worker = async () => {
    for (const [i, body] of todo) answers[i] = await (await postChat(url, body)).text()
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return answers
}

test('with a named seed, a request has the same bytes alone, in a crowd, in any order and run', async () => {
  await using first = await createMockServer(options)
  const alone = await answersOf(first.url, bodies, 1)
  expect(new Set(alone).size).toBe(bodies.length)
  const crowd = await answersOf(first.url, bodies, 64)
  expect(crowd).toEqual(alone)

  await using second = await createMockServer(options)
  const backwards = await answersOf(second.url, bodies.toReversed(), 64)
  expect(backwards.reverse()).toEqual(alone)
  const intended = (mock: typeof first) =>
    mock
      .requests()
      .slice(-bodies.length)
      .map(({ key, intended }) => [key, intended])
      .sort()
  expect(intended(second)).toEqual(intended(first))
})

test('another seed, another key or another attempt is another reply', async () => {
  await using mock = await createMockServer(options)
  await using other = await createMockServer({ ...options, seed: 43 })
  const body = chatBody('Tell me about rivers.', { max_tokens: 20 })
  const say = async (url: string, headers: Record<string, string> = {}) => {
    const { id, choices } = (await (await postChat(url, body, { headers })).json()) as {
      id: string
      choices: { message: { content: string } }[]
    }
    return `${id} ${choices[0]!.message.content}`
  }
  const said = [
    await say(mock.url),
    await say(other.url),
    await say(mock.url, { 'x-tokadence-key': 'mine' }),
    await say(mock.url, { 'x-stainless-retry-count': '1' }),
  ]
  expect(new Set(said).size).toBe(4)
  expect(await say(mock.url)).toBe(said[0])
  expect(await say(mock.url, { 'x-tokadence-key': 'mine' })).toBe(said[2])
  expect(await say(mock.url, { 'x-stainless-retry-count': '1' })).toBe(said[3])
})

test("one caller's key gives one reply to different questions", async () => {
  await using mock = await createMockServer({ ...options, tokens: 8 })
  const headers = { 'x-tokadence-key': 'mine' }
  const [first, second] = await Promise.all(
    ['One?', 'Two?'].map(async question => {
      const response = await postChat(mock.url, chatBody(question), { headers })
      return ((await response.json()) as { choices: unknown }).choices
    }),
  )
  expect(first).toEqual(second)
})
