/* biome-ignore-all lint/suspicious/noExplicitAny: chunks of sound are not those of the types */
/** What a chat completion may say beside plain text: formats, probabilities, refusals, sound, and what it used. */
import OpenAI from 'openai'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { createSseReader } from '../../protocol/sse.ts'

type Create = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk

const mock = await createMockServer({
  ttft: 0,
  itl: 0,
  tokens: 5,
  reasoning: 10,
  seed: 1,
  logLevel: 'error',
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const { completions } = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 }).chat
const model = 'gpt-4o-mini'
const user = (content: string) => [{ role: 'user' as const, content }]
const echo = (text: string) => user(`Say exactly: ${text}`)

function reply(more: Partial<Create>) {
  return completions.create({ model, messages: echo('One two'), ...more })
}

async function chunksOf(more: Partial<Create>): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  const body = { model, messages: echo('One two'), ...more, stream: true as const }
  for await (const chunk of await completions.create(body)) chunks.push(chunk)
  return chunks
}

test('an answer in a schema is JSON of it, and the SDK parses it', async () => {
  const schema = {
    type: 'object',
    properties: { n: { const: 7 }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['n', 'tags'],
    additionalProperties: false,
  }
  const response_format = {
    type: 'json_schema' as const,
    json_schema: { name: 'x', schema, strict: true },
  }
  const { choices } = await completions.parse({ model, messages: user('Go.'), response_format })
  const { message, finish_reason } = choices[0]!
  expect([message.parsed, finish_reason]).toEqual([JSON.parse(message.content!), 'stop'])
  expect(message.parsed).toMatchObject({ n: 7, tags: expect.any(Array) })
})

test('any JSON object has the keys that the prompt names', async () => {
  const messages = user('JSON with "name", "age" (a number) and "ok" (a boolean), please.')
  const { choices } = await reply({ messages, response_format: { type: 'json_object' } })
  const value = JSON.parse(choices[0]!.message.content!)
  expect(Object.entries(value).map(([key, said]) => [key, typeof said])).toEqual([
    ['name', 'string'],
    ['age', 'number'],
    ['ok', 'boolean'],
  ])
})

test('log probabilities are told of each token, the said one among the likeliest', async () => {
  const { choices } = await reply({ logprobs: true, top_logprobs: 2 })
  const { content, refusal } = choices[0]!.logprobs!
  expect([content!.map(({ token }) => token), refusal]).toEqual([['One', ' two'], null])
  for (const { token, logprob, bytes, top_logprobs } of content!) {
    expect(bytes).toEqual([...Buffer.from(token)])
    expect(logprob).toBeLessThanOrEqual(0)
    expect(top_logprobs).toHaveLength(2)
    expect(top_logprobs[0]).toEqual({ token, logprob, bytes })
    const sum = top_logprobs.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)
    expect(sum).toBeLessThanOrEqual(1.000001)
  }
  const chunks = await chunksOf({ logprobs: true, top_logprobs: 2 })
  const told = chunks.map(({ choices }) => choices[0]!.logprobs)
  expect(told).toEqual([
    { content: [], refusal: null },
    { content: [content![0]], refusal: null },
    { content: [content![1]], refusal: null },
    null,
  ])
})

test('n choices are counted together, and cut each for itself', async () => {
  const { choices, usage } = await reply({ messages: user('Rivers.'), n: 3, max_tokens: 2 })
  expect(choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
    [0, 'length'],
    [1, 'length'],
    [2, 'length'],
  ])
  expect(usage!.completion_tokens).toBe(6)
})

test('a refusal stands in its own field, streamed and not', async () => {
  mock.when('One').reply({ refusal: 'I will not.' })
  const { choices } = await reply({})
  expect(choices[0]!.message).toEqual({
    role: 'assistant',
    content: null,
    refusal: 'I will not.',
    annotations: [],
  })
  expect(choices[0]!.finish_reason).toBe('stop')
  const chunks = await chunksOf({})
  const said = chunks.map(({ choices }) => choices[0]!.delta)
  expect(said.slice(1, -1).map(delta => Object.keys(delta))).toEqual([
    ['refusal'],
    ['refusal'],
    ['refusal'],
    ['refusal'],
  ])
  expect(said.map(({ refusal }) => refusal ?? '').join('')).toBe('I will not.')
  expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
})

test('reasoning is counted as output and not told', async () => {
  const messages = user('Rivers.')
  const { choices, usage } = await reply({ model: 'o4-mini', messages })
  expect(usage!.completion_tokens_details!.reasoning_tokens).toBe(10)
  expect(usage!.completion_tokens).toBe(15)
  expect(Object.keys(choices[0]!.message)).toEqual(['role', 'content', 'refusal', 'annotations'])
  const harder = await reply({ model: 'o4-mini', messages, reasoning_effort: 'high' })
  expect(harder.usage!.completion_tokens_details!.reasoning_tokens).toBe(20)
  const chunks = await chunksOf({ model: 'o4-mini', messages })
  expect(chunks).toHaveLength(7) // its role, five tokens, its end
})

test('a long prompt that comes again was cached, in steps of 128 tokens', async () => {
  const messages = [{ role: 'system' as const, content: 'word '.repeat(1500) }, ...echo('One two')]
  const cached = async () => {
    const { prompt_tokens, prompt_tokens_details } = (await reply({ messages })).usage!
    return [prompt_tokens, prompt_tokens_details!.cached_tokens!]
  }
  const [, first] = await cached()
  const [promptTokens, second] = (await cached()) as [number, number]
  expect(first).toBe(0)
  expect(second % 128).toBe(0)
  expect(promptTokens - second).toBeLessThan(256)
  const short = await reply({})
  expect(short.usage!.prompt_tokens_details!.cached_tokens).toBe(0)
})

test.each([
  [undefined, 'default'],
  ['auto', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
] as const)('the tier %s is answered as %s, in every chunk', async (service_tier, told) => {
  const asked = service_tier ? { service_tier } : {}
  expect((await reply(asked)).service_tier).toBe(told)
  const chunks = await chunksOf(asked)
  expect(new Set(chunks.map(({ service_tier }) => service_tier))).toEqual(new Set([told]))
})

test('chunks of every kind are padded to one length modulo 16, unless told not to', async () => {
  const bodies = [
    {},
    { logprobs: true },
    { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'required' },
    { stream_options: { include_usage: true } },
  ]
  for (const more of bodies) {
    for (const data of await eventsOf(more)) expect(data.length % 16, data).toBe(1)
  }
  const plain = await eventsOf({ ...bodies[2], stream_options: { include_obfuscation: false } })
  expect(plain.filter(data => data.includes('obfuscation'))).toEqual([])
})

/** The data of each event, without the mark at the end. */
async function eventsOf(more: object): Promise<string[]> {
  const response = await fetch(`${mock.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: echo('One two'), stream: true, ...more }),
  })
  const events: string[] = []
  createSseReader(({ data }) => events.push(data)).feed(Buffer.from(await response.arrayBuffer()))
  expect(events.pop()).toBe('[DONE]')
  return events
}

test('of a prediction those tokens are accepted that the answer has; the others are paid for', async () => {
  const messages = echo('One two three four')
  const predicted = async (content: string) => {
    const { usage } = await reply({ messages, prediction: { type: 'content', content } })
    const details = usage!.completion_tokens_details!
    const { accepted_prediction_tokens: accepted, rejected_prediction_tokens: rejected } = details
    return [usage!.completion_tokens, accepted, rejected]
  }
  expect(await predicted('One two three four')).toEqual([4, 4, 0])
  expect(await predicted('One two five four')).toEqual([5, 3, 1])
  expect(await predicted('Nothing of it.')).toEqual([8, 0, 4])
  const parts = [{ type: 'text' as const, text: 'One two' }]
  const chunks = await chunksOf({
    messages,
    prediction: { type: 'content', content: parts },
    stream_options: { include_usage: true },
  })
  expect(chunks.at(-1)!.usage!.completion_tokens_details).toMatchObject({
    accepted_prediction_tokens: 2,
    rejected_prediction_tokens: 0,
  })
})

const spoken = {
  model: 'gpt-audio',
  modalities: ['text' as const, 'audio' as const],
  messages: echo('Good morning, world.'),
}

test('a spoken answer has its sound and its transcript in place of content', async () => {
  const completion = await reply({ ...spoken, audio: { voice: 'alloy', format: 'wav' } })
  const { message } = completion.choices[0]!
  const { id, data, expires_at, transcript } = message.audio!
  expect(message.content).toBeNull()
  expect(id).toMatch(/^audio_[0-9a-f]{32}$/)
  expect([transcript, expires_at]).toEqual(['Good morning, world.', completion.created + 3600])
  const file = Buffer.from(data, 'base64')
  expect([file.toString('latin1', 0, 4), file.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WAVE'])
  const { completion_tokens, completion_tokens_details } = completion.usage!
  const { audio_tokens } = completion_tokens_details!
  expect(audio_tokens).toBeGreaterThan(20)
  expect(completion_tokens).toBe(5 + audio_tokens!)
})

test('a spoken stream tells its transcript in choices, its sound beside them, and ends with its expiry', async () => {
  const body = { ...spoken, audio: { voice: 'alloy' as const, format: 'pcm16' as const } }
  const chunks: any[] = await chunksOf({ ...body, stream_options: { include_usage: true } })
  const whole = await reply(body)
  const { audio } = whole.choices[0]!.message

  expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: null, refusal: null })
  const sound = chunks.filter(chunk => !('choices' in chunk))
  expect(sound.length).toBeGreaterThan(10)
  expect(sound.every(({ delta }) => Object.keys(delta.audio).join() === 'data')).toBe(true)
  const bytes = Buffer.concat(sound.map(({ delta }) => Buffer.from(delta.audio.data, 'base64')))
  expect(bytes.toString('base64')).toBe(audio!.data)

  const deltas = chunks.flatMap(({ choices }) => choices?.[0] ?? [])
  const told = deltas.filter(({ delta }) => delta.audio?.transcript !== undefined)
  expect(told.map(({ delta }) => delta.audio.transcript).join('')).toBe('Good morning, world.')
  expect(new Set(told.map(({ delta }) => delta.audio.id))).toEqual(new Set([audio!.id]))
  expect(deltas.some(({ finish_reason }) => finish_reason === 'stop')).toBe(true)

  const [usage, end] = chunks.slice(-2)
  expect([usage.choices, usage.usage]).toEqual([[], whole.usage])
  expect(end.choices).toEqual([{ index: 0, delta: { audio: { expires_at: audio!.expires_at } } }])
})
