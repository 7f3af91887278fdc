/**
 * What an OpenAI-compatible endpoint promises, with the `openai` package as the judge.
 *
 * Runs against our mock always (mock.test.ts), and can run against a real endpoint: a difference is a
 * drift of one of the two.
 */
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { encodingFor } from '../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../protocol/tokens/tokenizer.ts'

export interface Endpoint {
  /** With /v1. */
  readonly baseURL: string
  readonly apiKey: string
  readonly model?: string
  /** A key that the endpoint refuses; without one that test is left out. */
  readonly wrongKey?: string
}

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk

const ask = [{ role: 'user' as const, content: 'Say something about rivers in a few words.' }]

function echo(text: string) {
  return [{ role: 'user' as const, content: `Reply with exactly this text: ${text}` }]
}

/** What `action` is refused with. */
export async function refusalOf(action: () => PromiseLike<unknown>) {
  try {
    await action()
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error
    throw error
  }
  throw new Error('It was answered.')
}

export function addContract({ baseURL, apiKey, model = 'gpt-4o-mini', wrongKey }: Endpoint): void {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
  const completions = client.chat.completions
  type Body = Partial<OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming>

  async function chunksOf(body: Body): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    const request = { model, messages: ask, ...body, stream: true as const }
    for await (const chunk of await completions.create(request)) chunks.push(chunk)
    return chunks
  }

  function contentOf(chunks: readonly Chunk[], index = 0): string {
    const choices = chunks.flatMap(chunk => chunk.choices)
    return choices
      .filter(choice => choice.index === index)
      .map(choice => choice.delta.content ?? '')
      .join('')
  }

  async function countOf(text: string): Promise<number> {
    return (await loadTokenizer(encodingFor(model).encoding)).count(text)
  }

  test('a stream says its role, then content, then why it ended, and nothing after', async () => {
    const chunks = await chunksOf({})
    const choices = chunks.map(chunk => chunk.choices[0]!)
    expect(choices[0]!.delta).toEqual({ role: 'assistant', content: '', refusal: null })
    const middle = choices.slice(1, -1)
    expect(middle.map(({ delta }) => Object.keys(delta).join())).toEqual(
      middle.map(() => 'content'),
    )
    expect(middle.every(({ delta }) => delta.content !== '')).toBe(true)
    expect(choices.at(-1)).toEqual({
      index: 0,
      delta: {},
      logprobs: null,
      finish_reason: 'stop',
    })
    expect(choices.slice(0, -1).every(choice => choice.finish_reason === null)).toBe(true)
    expect(chunks.some(chunk => 'usage' in chunk)).toBe(false)
  })

  test('id, created and model stay the same through a stream', async () => {
    const chunks = await chunksOf({})
    const heads = chunks.map(({ id, created, model: name, object }) => [id, created, name, object])
    expect(new Set(heads.map(head => head.join())).size).toBe(1)
    expect(chunks[0]!.id).toMatch(/^chatcmpl-\w{29}$/)
    expect(chunks[0]!.object).toBe('chat.completion.chunk')
    expect(chunks[0]!.model.startsWith(model)).toBe(true)
  })

  test('asked for usage, the last chunk has it and no choices; it equals the count', async () => {
    const chunks = await chunksOf({ stream_options: { include_usage: true } } as Body)
    const last = chunks.at(-1)!
    expect(last.choices).toEqual([])
    expect(chunks.slice(0, -1).every(chunk => chunk.usage === null)).toBe(true)
    const counted = await countOf(contentOf(chunks))
    expect(last.usage!.completion_tokens).toBe(counted)
    expect(last.usage!.total_tokens).toBe(last.usage!.prompt_tokens + counted)
  })

  test('max_tokens ends a reply with length after as many tokens', async () => {
    const { choices, usage } = await completions.create({ model, messages: ask, max_tokens: 3 })
    expect(choices[0]!.finish_reason).toBe('length')
    expect(usage!.completion_tokens).toBe(3)
    expect(await countOf(choices[0]!.message.content!)).toBe(3)
    const chunks = await chunksOf({ max_completion_tokens: 3 })
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('length')
    expect(await countOf(contentOf(chunks))).toBe(3)
  })

  test('a reply ends before its stop text', async () => {
    const messages = echo('one two three four')
    const chunks = await chunksOf({ messages, stop: [' three'] })
    expect(contentOf(chunks)).toBe('one two')
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    const { choices } = await completions.create({ model, messages, stop: ' three' })
    expect([choices[0]!.message.content, choices[0]!.finish_reason]).toEqual(['one two', 'stop'])
  })

  test('a stop inside a token ends the reply all the same', async () => {
    const chunks = await chunksOf({ messages: echo('strawberry'), stop: ['y'] })
    expect(contentOf(chunks)).toBe('strawberr')
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
  })

  test('n choices come with an index each, one role and one finish each', async () => {
    const chunks = await chunksOf({ n: 2 })
    for (const index of [0, 1]) {
      const own = chunks.flatMap(chunk => chunk.choices).filter(choice => choice.index === index)
      expect(own.filter(({ delta }) => delta.role === 'assistant')).toHaveLength(1)
      expect(own.filter(choice => choice.finish_reason !== null)).toHaveLength(1)
      expect(await countOf(contentOf(chunks, index))).toBe(own.length - 2)
    }
    const { choices, usage } = await completions.create({ model, messages: ask, n: 2 })
    expect(choices.map(({ index }) => index)).toEqual([0, 1])
    const counts = await Promise.all(choices.map(({ message }) => countOf(message.content!)))
    expect(usage!.completion_tokens).toBe(counts[0]! + counts[1]!)
  })

  test('streamed or not, the same request has the same reply', async () => {
    const messages = echo('日本語 and "quotes",\n\ttabs and 🚀👩‍👩‍👧‍👦.')
    const body = { messages, temperature: 0, seed: 7 }
    const { choices } = await completions.create({ model, ...body })
    expect(choices[0]!.message.content).toBe(messages[0]!.content.split(': ')[1])
    expect(contentOf(await chunksOf(body))).toBe(choices[0]!.message.content)
  })

  test('a completion has the message, its end and its usage', async () => {
    const completion = await completions.create({ model, messages: ask })
    expect(completion.object).toBe('chat.completion')
    const [choice] = completion.choices
    expect([choice!.index, choice!.finish_reason, choice!.logprobs]).toEqual([0, 'stop', null])
    expect(choice!.message).toMatchObject({ role: 'assistant', refusal: null })
    const { prompt_tokens, completion_tokens, total_tokens } = completion.usage!
    expect(completion_tokens).toBe(await countOf(choice!.message.content!))
    // 3 for the reply's start, 3 for the message, its role and its words
    expect(prompt_tokens).toBe(3 + 3 + 1 + (await countOf(ask[0]!.content)))
    expect(total_tokens).toBe(prompt_tokens + completion_tokens)
  })

  test("the SDK's own stream helper puts the whole completion together", async () => {
    const runner = completions.stream({ model, messages: echo('Hello there.') })
    const { choices } = await runner.finalChatCompletion()
    expect([choices[0]!.message.content, choices[0]!.finish_reason]).toEqual([
      'Hello there.',
      'stop',
    ])
  })

  test('obfuscation can be turned off', async () => {
    const plain = { stream_options: { include_obfuscation: false } } as Body
    expect((await chunksOf({})).every(chunk => 'obfuscation' in chunk)).toBe(true)
    expect((await chunksOf(plain)).some(chunk => 'obfuscation' in chunk)).toBe(false)
  })

  test('every answer carries its request id', async () => {
    const completion = await completions.create({ model, messages: ask, max_tokens: 1 })
    expect(completion._request_id).toMatch(/^req_[0-9a-f]{32}$/)
    const { response, request_id } = await completions
      .create({ model, messages: ask, max_tokens: 1, stream: true })
      .withResponse()
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect(request_id).not.toBe(completion._request_id)
    const error = await refusalOf(() => completions.create({ model, messages: [] }))
    expect(error.requestID).toMatch(/^req_[0-9a-f]{32}$/)
  })

  test('a request that is wrong is a BadRequestError with param and code', async () => {
    const error = await refusalOf(() => completions.create({ model, messages: [] }))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect({ ...error, message: error.message }).toMatchObject({
      status: 400,
      message:
        "400 Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      type: 'invalid_request_error',
      param: 'messages',
      code: 'empty_array',
    })
  })

  test('a wrong request for a stream is refused before the stream', async () => {
    const error = await refusalOf(() =>
      completions.create({ model, messages: ask, stream: true, temperature: 3 }),
    )
    expect([error.status, error.message]).toEqual([
      400,
      "400 Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
    ])
  })

  test.skipIf(wrongKey === undefined)('a wrong key is an AuthenticationError', async () => {
    const stranger = new OpenAI({ baseURL, apiKey: wrongKey!, maxRetries: 0 })
    const error = await refusalOf(() => stranger.models.list())
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    const shown = `${wrongKey!.slice(0, 8)}${'*'.repeat(wrongKey!.length - 12)}${wrongKey!.slice(-4)}`
    expect([error.message, error.code]).toEqual([
      `401 Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      'invalid_api_key',
    ])
  })

  test('an unknown model is a NotFoundError', async () => {
    const name = 'no-such-model'
    const chat = await refusalOf(() => completions.create({ model: name, messages: ask }))
    expect(chat).toBeInstanceOf(OpenAI.NotFoundError)
    expect([chat.message, chat.code]).toEqual([
      '404 The model `no-such-model` does not exist or you do not have access to it.',
      'model_not_found',
    ])
    const retrieved = await refusalOf(() => client.models.retrieve(name))
    expect([retrieved.message, retrieved.param]).toEqual([
      "404 The model 'no-such-model' does not exist",
      'model',
    ])
  })

  test('an unknown path is a NotFoundError', async () => {
    const error = await refusalOf(() => client.post('/nothing/here', { body: {} }))
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error.message).toBe('404 Invalid URL (POST /v1/nothing/here)')
  })

  test('models are listed and retrieved', async () => {
    const listed = await client.models.list()
    const entry = listed.data.find(({ id }) => id === model)!
    expect(entry).toMatchObject({ id: model, object: 'model', owned_by: 'system' })
    expect(Number.isInteger(entry.created)).toBe(true)
    expect(await client.models.retrieve(model)).toMatchObject(entry)
  })
}
