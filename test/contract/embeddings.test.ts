/** /embeddings, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { postChat, readStream } from '../helpers/read-stream.ts'
import { faultsOf } from '../helpers/sdk-schemas.ts'
import { refusalOf } from './openai.contract.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, tokens: 4, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
const model = 'text-embedding-3-small'

function post(body: object): Promise<Response> {
  return fetch(`${mock.url}/embeddings`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...body }),
  })
}

test('the package reads the same numbers, asked for as floats or by its own default in base64', async () => {
  const input = ['The quick brown fox.', 'Something else.']
  const usual = await client.embeddings.create({ model, input })
  const floats = await client.embeddings.create({ model, input, encoding_format: 'float' })
  expect(usual.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [0, 1536],
    [1, 1536],
  ])
  for (const [i, { embedding }] of floats.data.entries()) {
    expect([...usual.data[i]!.embedding]).toEqual(embedding.map(Math.fround))
  }
  // The two texts in cl100k_base: 5 and 3 tokens.
  expect(usual.usage).toEqual({ prompt_tokens: 8, total_tokens: 8 })
  expect(usual.model).toBe(model)
  expect(faultsOf('CreateEmbeddingResponse', floats)).toEqual([])
})

test('numbers of tokens are the text that they stand for', async () => {
  const text = 'The quick brown fox.'
  const tokens = [791, 4062, 14198, 39935, 13] // in cl100k_base
  const { data } = await client.embeddings.create({ model, input: [tokens, [1]], dimensions: 8 })
  const [said] = (await client.embeddings.create({ model, input: text, dimensions: 8 })).data
  expect(data[0]!.embedding).toEqual(said!.embedding)
  expect(data[1]!.embedding).not.toEqual(said!.embedding)
})

test('the answer is these keys and headers', async () => {
  const response = await post({ input: 'Hi.', dimensions: 2 })
  expect(response.headers.get('openai-model')).toBe(model)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('x-ratelimit-limit-requests')).toMatch(/^\d+$/)
  const json = (await response.json()) as { data: { embedding: number[] }[] }
  expect(json).toEqual({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [expect.any(Number), expect.any(Number)] }],
    model,
    usage: { prompt_tokens: 2, total_tokens: 2 },
  })
  expect(Math.hypot(...json.data[0]!.embedding)).toBeCloseTo(1, 6)
})

test('tokens are taken as they are, in one list or in several', async () => {
  const one = await client.embeddings.create({ model, input: [15339, 1917] })
  const two = await client.embeddings.create({ model, input: [[15339, 1917], [1]] })
  expect(one.usage.prompt_tokens).toBe(2)
  expect(two.usage.prompt_tokens).toBe(3)
  expect(two.data[0]!.embedding).toEqual(one.data[0]!.embedding)
  expect(two.data[1]!.embedding).not.toEqual(one.data[0]!.embedding)
})

test('too long an input, and too many tokens together, are refused in the words of the API', async () => {
  const long = await refusalOf(() =>
    client.embeddings.create({ model, input: ['a', 'word '.repeat(8192)] }),
  )
  expect([long.status, long.message]).toEqual([
    400,
    "400 This model's maximum context length is 8192 tokens, however you requested 8193 tokens (8193 in your prompt; 0 for the completion). Please reduce your prompt; or completion length.",
  ])
  const tokens = new Array<number>(8000).fill(1917)
  const many = await refusalOf(() =>
    client.embeddings.create({ model, input: new Array<number[]>(38).fill(tokens) }),
  )
  expect([many.message, many.type, many.code]).toEqual([
    '400 Requested 304000 tokens, max 300000 tokens per request',
    'max_tokens_per_request',
    'max_tokens_per_request',
  ])
})

test('a model that is not served is not found', async () => {
  await using strict = await createMockServer({ models: [model], ttft: 0, logLevel: 'error' })
  const asked = new OpenAI({ baseURL: strict.url, apiKey: 'sk-test', maxRetries: 0 })
  const refused = await refusalOf(() => asked.embeddings.create({ model: 'other', input: 'Hi.' }))
  expect([refused.status, refused.code]).toEqual([404, 'model_not_found'])
  expect((await asked.embeddings.create({ model, input: 'Hi.' })).data.length).toBe(1)
})

test('tokens count against the limit of its key and model', async () => {
  await using limited = await createMockServer({ tpm: 10, ttft: 0, logLevel: 'error' })
  const asked = new OpenAI({ baseURL: limited.url, apiKey: 'sk-test', maxRetries: 0 })
  const create = () => asked.embeddings.create({ model, input: 'one two three four five six' })
  const { response } = await create().withResponse()
  expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('4')
  expect((await refusalOf(create)).type).toBe('tokens')
})

test("leniently, Python's package is given floats, which its schema tests take alone", async () => {
  await using lenient = await createMockServer({ lenient: true, ttft: 0, logLevel: 'error' })
  const kindFor = async (language: string) => {
    const response = await fetch(`${lenient.url}/embeddings`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk-test',
        'content-type': 'application/json',
        'x-stainless-lang': language,
      },
      body: JSON.stringify({ model, input: 'Hi.', encoding_format: 'base64' }),
    })
    const { data } = (await response.json()) as { data: { embedding: unknown }[] }
    return typeof data[0]!.embedding
  }
  expect([await kindFor('python'), await kindFor('js')]).toEqual(['object', 'string'])
})

test('as many inputs as there may be come whole, and streams go on meanwhile', async () => {
  const input = Array.from({ length: 2048 }, (_, i) => `Short text number ${i}.`)
  const [response, stream] = await Promise.all([
    post({ input, dimensions: 64, encoding_format: 'base64' }),
    postChat(
      mock.url,
      JSON.stringify({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Hi.' }],
        stream: true,
      }),
    ).then(readStream),
  ])
  expect(stream.events.at(-1)).toBe('[DONE]')
  const { data, usage } = (await response.json()) as OpenAI.CreateEmbeddingResponse
  expect(data.map(({ index }) => index)).toEqual(input.map((_, i) => i))
  expect(new Set(data.map(({ embedding }) => embedding)).size).toBe(2048)
  expect(Buffer.from(String(data[7]!.embedding), 'base64').length).toBe(64 * 4)
  // "Short text number 7." is 6 tokens; numbers up to three digits are one, of four are two.
  expect(usage.prompt_tokens).toBe(6 * 2048 + 1048)
})
