import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ChatRequest, ClientError, createClient, type Frame } from '../../client/index.ts'
import type { GivenClientOptions } from '../../client/options.ts'
import { streamStructured } from '../../client/structured.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { answer, events, startScriptedServer } from '../helpers/scripted-server.ts'
import { shareTime } from '../helpers/shared-time.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
const WORDS = 'One two three four five six seven eight.'
const apis = ['chat', 'responses'] as const
const transports = ['wire', 'sdk'] as const
const ways = transports.flatMap(transport => apis.map(api => ({ transport, api })))

const get_weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

/** A quick server and the four ways to ask it, all closed at the end. */
async function openMock(options: Parameters<typeof createMockServer>[0] = {}) {
  const mock = await createMockServer({ port: 0, seed: 1, ttft: '0ms', itl: '0ms', ...options })
  afterAll(() => mock.close())
  return mock
}

function open(url: string, options: GivenClientOptions) {
  const client = createClient({ url, baseDelay: '1ms', maxAttempts: 1, ...options })
  afterAll(() => client.close())
  return client
}

async function readFrames(stream: AsyncIterable<Frame>) {
  const frames: Frame[] = []
  let error: unknown
  try {
    for await (const frame of stream) frames.push(frame)
  } catch (thrown) {
    error = thrown
  }
  return { frames, error }
}

/** Ids are made anew for every answer. */
const withoutIds = (frames: readonly Frame[]) =>
  frames.map(frame => (frame.kind === 'tool_call' ? { ...frame, id: typeof frame.id } : frame))

async function askAll(mock: MockServer, request: ChatRequest) {
  const all = []
  for (const way of ways) {
    const stream = open(mock.url, way).stream(request)
    const { frames, error } = await readFrames(stream)
    const { text, refusal, choices, toolCalls, how, finishReason, usage, cost, counted } =
      await stream.result
    all.push({
      frames: withoutIds(frames),
      error,
      text,
      refusal,
      reasoning: choices.map(({ reasoning }) => reasoning),
      calls: toolCalls.map(({ name, arguments: text }) => ({ name, text })),
      how,
      finishReason,
      usage,
      cost,
      counted,
    })
  }
  return all
}

describe('the same answer over both APIs and both transports', () => {
  test('gives the same frames, usage, cost and count', async () => {
    const mock = await openMock()
    mock.when().reply('Grüße 👋 from here.')
    const [first, ...others] = await askAll(mock, { messages })
    expect(first).toMatchObject({ text: 'Grüße 👋 from here.', how: 'complete', error: undefined })
    expect(first?.frames.at(-2)).toMatchObject({ kind: 'usage' })
    expect(first?.frames.at(-1)).toMatchObject({ kind: 'end', finishReason: 'stop' })
    expect(first?.counted).toMatchObject({ drift: 1 })
    expect(first?.cost?.nanoDollars).toBeGreaterThan(0)
    for (const other of others) expect(other).toEqual(first)
    expect(mock.requests().map(({ path }) => path)).toEqual([
      '/v1/chat/completions',
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/responses',
    ])
  })

  test('gives the same pieces of tool calls, two of them at once', async () => {
    const mock = await openMock()
    const calls = ['Oslo', 'Turin'].map(city => ({ name: 'get_weather', arguments: { city } }))
    mock.when().reply({ calls })
    const [first, ...others] = await askAll(mock, { messages, extra: { tools: [get_weather] } })
    expect(first).toMatchObject({ how: 'tool_calls', finishReason: 'tool_calls', error: undefined })
    expect(first?.calls).toEqual([
      { name: 'get_weather', text: '{"city":"Oslo"}' },
      { name: 'get_weather', text: '{"city":"Turin"}' },
    ])
    expect(first?.frames[0]).toMatchObject({ kind: 'tool_call', index: 0, id: 'string' })
    for (const other of others) expect(other).toEqual(first)
  })

  test('gives the same refusal', async () => {
    const mock = await openMock()
    mock.when().reply({ refusal: 'I will not say that.' })
    const [first, ...others] = await askAll(mock, { messages })
    expect(first).toMatchObject({ refusal: 'I will not say that.', text: '', how: 'complete' })
    for (const other of others) expect(other).toEqual(first)
  })

  test.each(transports)('gives the same reasoning where servers show it: %s', async transport => {
    const read = []
    for (const [api, dialect] of [
      ['chat', 'vllm'],
      ['responses', 'lmstudio'],
    ] as const) {
      const mock = await openMock({ dialect })
      mock.when().reply({ reasoning: 'First this.\n\nThen that.', text: 'So.' })
      const stream = open(mock.url, { transport, api }).stream({ messages, model: 'gpt-oss-20b' })
      const { frames } = await readFrames(stream)
      expect((await stream.result).choices[0]?.reasoning).toBe('First this.\n\nThen that.')
      read.push(frames.filter(({ kind }) => kind !== 'usage'))
    }
    expect(read[0]?.[0]).toMatchObject({ kind: 'reasoning', text: 'First' })
    expect(read[1]).toEqual(read[0])
  })

  test('gives the same calls from a server that tells the arguments of a response in one piece', async () => {
    const mock = await openMock({ dialect: 'lmstudio' })
    const calls = ['Oslo', 'Turin'].map(city => ({ name: 'get_weather', arguments: { city } }))
    mock.when().reply({ calls })
    const [first, ...others] = await askAll(mock, { messages, extra: { tools: [get_weather] } })
    expect(first?.calls).toHaveLength(2)
    for (const { calls, how } of others) {
      expect({ calls, how }).toEqual({ calls: first?.calls, how: 'tool_calls' })
    }
  })

  test('ends alike where the tokens end or a filter cuts in, and cached and hidden tokens are told', async () => {
    const mock = await openMock()
    for (const finishReason of ['length', 'content_filter'] as const) {
      const told = { promptTokens: 90, cachedTokens: 64, outputTokens: 50, reasoningTokens: 30 }
      mock.when().reply({ text: 'Cut off', finishReason, usage: told })
      const [first, ...others] = await askAll(mock, { messages, model: 'gpt-5' })
      expect(first).toMatchObject({ how: finishReason, finishReason, error: undefined })
      expect(first?.usage).toEqual({
        inputTokens: 90,
        cachedInputTokens: 64,
        outputTokens: 50,
        reasoningTokens: 30,
        source: 'api',
      })
      for (const other of others) expect(other).toEqual(first)
    }
  })

  test('whatever is said, in pieces or in one', async () => {
    const mock = await openMock()
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    const value = fc.string({ unit: 'grapheme', maxLength: 20 })
    const calls = fc.array(
      value.map(city => ({ name: 'get_weather', arguments: { city } })),
      { minLength: 1, maxLength: 3 },
    )
    const said = fc.oneof(
      text.map(text => ({ text })),
      calls.map(calls => ({ calls })),
      fc.record({ text, calls }),
      text.map(refusal => ({ refusal })),
    )
    const turn = fc.record({
      role: fc.constantFrom('user', 'assistant', 'system', 'developer'),
      content: fc.oneof(
        text,
        text.map(text => [{ type: 'text', text }]),
      ),
    })
    const request = fc.record(
      {
        messages: fc.array(turn, { maxLength: 3 }).map(turns => [...turns, ...messages]),
        stream: fc.boolean(),
        maxTokens: fc.integer({ min: 16, max: 100 }),
        temperature: fc.constantFrom(0, 0.5, 1),
        extra: fc.constant({ tools: [get_weather], top_p: 0.9 }),
      },
      { requiredKeys: ['messages'] },
    )
    const clients = ways.map(way => open(mock.url, way))
    await fc.assert(
      fc.asyncProperty(said, request, async (reply, asked) => {
        // Braces are the fixtures' own.
        fc.pre(!JSON.stringify(reply).includes('{{'))
        const { remove } = mock.when().reply(reply)
        const all = await Promise.all(clients.map(client => client.complete(asked)))
        remove()
        const told = all.map(({ text, refusal, toolCalls, how, usage, counted }) => ({
          text,
          refusal,
          calls: toolCalls.map(({ name, arguments: text }) => [name, text]),
          how,
          usage,
          counted,
        }))
        if ('text' in reply && told[0]?.how !== 'length') expect(told[0]?.text).toBe(reply.text)
        for (const other of told) expect(other).toEqual(told[0])
      }),
      { numRuns: 25 },
    )
  })
})

describe.each(transports)('responses over the %s transport', transport => {
  const way = { api: 'responses', transport } as const

  test.each<[string, Partial<Awaited<ReturnType<typeof askFaulty>>>]>([
    ['error-event', { how: 'error', kind: 'server', code: 'server_error' }],
    ['error-event-flat', { how: 'error', kind: 'server', code: 'server_error' }],
    ['error-event-named', { how: 'error', kind: 'server' }],
    ['response-failed', { how: 'error', kind: 'server', code: 'server_error' }],
    ['truncate', { how: 'truncated', kind: 'truncated' }],
    ['no-finish-reason', { how: 'truncated', kind: 'truncated' }],
    ['close-mid-stream', { how: 'truncated' }],
    ['reset-mid-stream', { how: 'truncated', kind: 'connection' }],
    ['stall@for=20s', { how: 'stalled', kind: 'timeout' }],
    ['malformed-json', { how: 'error', kind: 'bad-stream' }],
    ['error-200', { how: 'error', kind: 'server', text: '' }],
    ['html-200', { how: 'error', kind: 'bad-stream' }],
    ['rate-limit', { how: 'error', kind: 'rate-limited', code: 'rate_limit_exceeded' }],
    ['insufficient-quota', { how: 'error', kind: 'quota', code: 'insufficient_quota' }],
    ['open-after-done', { how: 'complete' }],
    ['no-last-chunk', { how: 'complete' }],
    ['duplicate-event', { how: 'complete', text: WORDS }],
    ['ping-event', { how: 'complete', text: WORDS }],
    ['unknown-event', { how: 'complete', text: WORDS }],
    ['empty-data', { how: 'complete', text: WORDS }],
    ['no-final-blank-line', { how: 'complete', text: WORDS }],
    ['byte-by-byte', { how: 'complete', text: WORDS }],
    ['crlf', { how: 'complete', text: WORDS }],
    ['line-separator', { how: 'complete' }],
    ['done-twice', { how: 'complete', text: WORDS }],
    ['gzip', { how: 'complete', text: WORDS }],
  ])('the fault %s ends as %o', async (fault, expected) => {
    expect(await askFaulty(fault)).toMatchObject(expected)
  })

  async function askFaulty(fault: string) {
    const mock = await openMock()
    mock.when().reply(WORDS)
    const client = open(mock.url, { ...way, idleTimeout: '300ms' })
    const stream = client.stream({ messages, headers: { 'x-tokadence-fault': fault } })
    const { error } = await readFrames(stream)
    const { how, text, failure, usage } = await stream.result
    expect(error instanceof ClientError).toBe(failure !== undefined)
    if (text !== '') expect(usage?.outputTokens).toBeGreaterThan(0)
    return { how, text, kind: failure?.kind, code: failure && 'code' in failure && failure.code }
  }

  test('a refusal before the first word is tried again, one after it by choice', async () => {
    const mock = await openMock()
    const client = open(mock.url, { ...way, maxAttempts: 3, whenCut: 'restart' })
    for (const fault of ['http-500', 'error-event']) {
      mock.when().replyOnce({ text: WORDS, fault }).reply(WORDS)
      const { attempts, text, how } = await client.complete({ messages })
      expect(attempts.map(({ failure }) => failure?.kind)).toEqual(['server', undefined])
      expect({ text, how }).toEqual({ text: WORDS, how: 'complete' })
    }
  })

  test.each([
    ['openai', { reasoning: { effort: 'low', summary: 'auto' } }],
    ['open-responses', {}],
  ] as const)('reasoning comes as %s tells it, paragraph by paragraph', async (dialect, extra) => {
    const mock = await openMock({ dialect })
    mock.when().reply({ reasoning: 'First this.\n\nThen that.', text: 'So.' })
    const client = open(mock.url, { ...way, model: 'gpt-5' })
    for (const stream of [true, false]) {
      const { choices, text } = await client.complete({ messages, stream, extra })
      expect(choices[0]?.reasoning).toBe('First this.\n\nThen that.')
      expect(text).toBe('So.')
    }
  })

  test('what was cut is gone on with: the words so far are the last message of the input', async () => {
    const mock = await openMock()
    mock.when({ turn: 1 }).reply({ text: WORDS, fault: 'truncate@token=3' })
    mock.when({ turn: 2 }).reply(' and the rest.')
    const client = open(mock.url, { ...way, maxAttempts: 2, whenCut: 'continue' })
    const { text, usage } = await client.complete({ messages })
    expect(text).toMatch(/^One two three and the rest\.$/)
    expect(usage).toMatchObject({ source: 'estimate' })
  })

  test('leaving the loop ends the work at the server', async () => {
    const mock = await openMock({ itl: '5ms' })
    mock.when().reply('word '.repeat(500))
    const client = open(mock.url, way)
    const stream = client.stream({ messages })
    for await (const frame of stream) if (frame.kind === 'content') break
    const { how, usage } = await stream.result
    expect(how).toBe('aborted')
    expect(usage).toMatchObject({ source: 'estimate' })
    await expect.poll(() => mock.requests()[0]?.done?.outcome).toBe('hung-up')
  })

  test('a budget stops the stream where it ends', async () => {
    // On a clock of its own: a busy machine would have many tokens come in one read.
    const mock = await openMock({ itl: '1ms', clock: 'manual' })
    mock.when().reply('word '.repeat(3000))
    const client = open(mock.url, way)
    const stream = client.stream({ messages }, { maxCost: 0.0002 })
    const reading = readFrames(stream)
    await shareTime(mock).runUntil(reading, 3000)
    const { error } = await reading
    expect(error).toMatchObject({ failure: { kind: 'budget', which: 'call' } })
    const { cost } = await stream.result
    // What came in the same read as the last token that could be paid is counted too.
    expect(cost?.nanoDollars).toBeLessThan(220_000)
    expect(cost?.nanoDollars).toBeGreaterThan(80_000)
  })

  test('a socket that stays open after the last event does not keep the answer open', async () => {
    const completed = event('response.completed', { response: { output: [said] } })
    const server = await startScriptedServer(events([completed], { end: false }))
    const client = open(server.url, { ...way, idleTimeout: 0, totalTimeout: 0 })
    expect(await client.complete({ messages })).toMatchObject({ text: 'All.', how: 'complete' })
    await client.close()
    await server[Symbol.asyncDispose]()
  })

  test('a response that fails is paid for, if it says what it has cost', async () => {
    const usage = { input_tokens: 9, output_tokens: 40 }
    const error = { code: 'server_error', message: 'Oh no' }
    const server = await startScriptedServer(
      events([
        event('response.output_text.delta', { delta: 'Hel' }),
        event('response.failed', { response: { status: 'failed', error, usage } }),
      ]),
    )
    const client = open(server.url, way)
    const stream = client.stream({ messages })
    const { frames } = await readFrames(stream)
    expect(frames.map(({ kind }) => kind)).toEqual(['content', 'usage', 'end'])
    expect(await stream.result).toMatchObject({
      how: 'error',
      text: 'Hel',
      failure: { kind: 'server', ...error },
      usage: { inputTokens: 9, outputTokens: 40, source: 'api' },
      cost: { nanoDollars: 9 * 150 + 40 * 600 },
    })
    await client.close()
    await server[Symbol.asyncDispose]()
  })

  test('one connection serves answer after answer', async () => {
    const server = await startScriptedServer(
      events([event('response.completed', { response: { status: 'completed', output: [said] } })]),
    )
    const client = open(server.url, way)
    for (let i = 0; i < 3; i++) {
      expect((await client.complete({ messages })).text).toBe('All.')
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(server.connections).toBe(1)
    await client.close()
    await server[Symbol.asyncDispose]()
  })

  test('the same words, tools and format are put as this API wants them', async () => {
    const whole = { object: 'response', id: 'resp_1', status: 'completed', output: [said] }
    const server = await startScriptedServer(answer(200, JSON.stringify(whole)))
    const client = open(server.url, way)
    const result = await client.complete({
      messages,
      stream: false,
      maxTokens: 70,
      extra: { tools: [get_weather], response_format: { type: 'json_object' } },
    })
    expect(result).toMatchObject({ text: 'All.', id: 'resp_1', how: 'complete' })
    const [request] = server.received
    expect(request?.path).toBe('/v1/responses')
    expect(request?.body).toEqual({
      model: 'gpt-4o-mini',
      input: messages,
      max_output_tokens: 70,
      store: false,
      tools: [{ type: 'function', strict: false, ...get_weather.function }],
      text: { format: { type: 'json_object' } },
    })
    await client.close()
    await server[Symbol.asyncDispose]()
  })

  test('a structured answer grows and is whole', async () => {
    const mock = await openMock()
    mock.when().reply({ text: { name: 'Ada', born: 1815 } })
    const client = open(mock.url, way)
    const { value } = await streamStructured(client, {
      messages: [{ role: 'user', content: 'Answer in JSON.' }],
    }).whole
    expect(value).toEqual({ name: 'Ada', born: 1815 })
  })
})

test('a request may name an API of its own', async () => {
  const mock = await openMock()
  const client = open(mock.url, {})
  await client.complete({ messages, api: 'responses', maxTokens: 16 })
  await client.complete({ messages, maxTokens: 16 })
  expect(mock.requests().map(({ path }) => path)).toEqual(['/v1/responses', '/v1/chat/completions'])
})

const said = {
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'All.', annotations: [] }],
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...fields })}\n\n`
}
