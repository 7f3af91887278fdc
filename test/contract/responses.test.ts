/** The Responses API, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, describe, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { refusalOf } from './openai.contract.ts'

type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming
type Event = OpenAI.Responses.ResponseStreamEvent

const model = 'gpt-4o-mini'
const quick = { ttft: 0, itl: 0, tokens: 12, reasoning: 6, seed: 1, logLevel: 'error' } as const
const mock = await createMockServer(quick)
afterAll(() => mock.close())
const client = clientOf(mock)
const { responses } = client

function clientOf({ url }: { url: string }): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 })
}

function create(params: Params, of = client) {
  return of.responses.create({ model, ...params })
}

async function eventsOf(params: Omit<Params, 'stream'>, of = client): Promise<Event[]> {
  return read(await of.responses.create({ model, ...params, stream: true }))
}

async function read(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = []
  for await (const event of stream) events.push(event)
  return events
}

const numbersOf = (events: readonly Event[]) => events.map(event => event.sequence_number)
/** What differs between two answers to the same request. */
const withoutIds = (value: unknown) =>
  JSON.parse(JSON.stringify(value).replace(/"(id|call_id|item_id)":"[^"]*"/g, '"$1":""'))

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: schema,
  strict: true,
} as const

describe('a stream ends in the object that is answered without one', () => {
  test.each<[string, Params]>([
    ['text', { input: 'Tell me about rivers.' }],
    ['a call', { input: 'The weather in Rome?', tools: [weather] }],
    [
      'reasoning',
      { model: 'gpt-5.1', input: 'Think.', reasoning: { effort: 'low', summary: 'auto' } },
    ],
    [
      'a cut text',
      {
        input: 'Tell me about rivers.',
        max_output_tokens: 16,
        text: {
          format: {
            type: 'json_schema',
            name: 'a',
            schema: {
              type: 'object',
              properties: { a: { type: 'string', minLength: 300 } },
              required: ['a'],
            },
          },
        },
      },
    ],
    [
      'JSON',
      {
        input: 'Say it in JSON.',
        text: { format: { type: 'json_schema', name: 'place', schema } },
      },
    ],
    ['a search', { input: 'Find rivers.', tools: [{ type: 'web_search' }] }],
    [
      'log probabilities',
      { input: 'Rivers?', include: ['message.output_text.logprobs'], top_logprobs: 2 },
    ],
  ])('%s', async (_, params) => {
    const whole = await create(params)
    const events = await eventsOf(params)
    const last = events.at(-1) as { response: OpenAI.Responses.Response }
    expect(numbersOf(events)).toEqual(events.map((_, i) => i))
    const { output_text: __, ...object } = whole
    expect(withoutIds(last.response)).toEqual(withoutIds(object))
    expect(whole.usage!.output_tokens).toBeGreaterThan(0)
  })
})

test("the SDK's own reading of a stream is the final response", async () => {
  const stream = responses.stream({ model, input: 'The weather in Rome?', tools: [weather] })
  const final = await stream.finalResponse()
  const stored = await responses.retrieve(final.id)
  expect(final.output).toMatchObject(stored.output)
  expect(final.output).toMatchObject([
    { type: 'function_call', name: 'get_weather', status: 'completed' },
  ])
})

test('on the wire each event has its name, and nothing follows the last', async () => {
  const response = await fetch(`${mock.url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'Hello.', stream: true }),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('x-ratelimit-limit-requests')).toMatch(/^\d+$/)
  const blocks = (await response.text()).split('\n\n')
  expect(blocks.pop()).toBe('')
  for (const block of blocks) {
    const [, name, data] = /^event: ([\w.]+)\ndata: ([^\n]+)$/.exec(block)!
    expect(JSON.parse(data!).type).toBe(name)
  }
  expect(blocks[0]).toMatch(/^event: response\.created\n/)
  expect(blocks.at(-1)).toMatch(/^event: response\.completed\n/)
})

test('the open dialect ends with [DONE], and tells reasoning word for word', async () => {
  await using open = await createMockServer({ ...quick, dialect: 'open-responses' })
  const response = await fetch(`${open.url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', input: 'Think.', stream: true, max_output_tokens: 12 }),
  })
  const body = await response.text()
  expect(body).toContain('event: response.reasoning.delta\n')
  expect(body.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
})

test('a tool is called, and its result answered in words', async () => {
  const first = await create({ input: 'The weather in Rome?', tools: [weather] })
  const [call] = first.output as OpenAI.Responses.ResponseFunctionToolCall[]
  expect(Object.keys(JSON.parse(call!.arguments))).toEqual(['city'])
  const answer = { type: 'function_call_output', call_id: call!.call_id, output: '20 °C' } as const
  const previous_response_id = first.id
  const second = await create({ previous_response_id, input: [answer], tools: [weather] })
  expect(second.output.map(({ type }) => type)).toEqual(['message'])
  expect(second.previous_response_id).toBe(first.id)
  expect(second.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens)
  const refused = await refusalOf(() => create({ previous_response_id, input: 'Well?' }))
  expect(refused.message).toBe(`400 No tool output found for function call ${call!.call_id}.`)
})

test('what the caller runs is a call of its own kind', async () => {
  const { output } = await create({ input: 'List the files.', tools: [{ type: 'shell' }] })
  expect(output).toMatchObject([{ type: 'shell_call', action: { commands: ['ls -la'] } }])
})

test('an MCP tool is listed, approved, and then called', async () => {
  const tools = [{ type: 'mcp', server_label: 'docs', server_url: 'http://127.0.0.1/' } as const]
  const first = await create({ input: 'Look it up.', tools })
  expect(first.output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_approval_request'])
  const input = [
    {
      type: 'mcp_approval_response',
      approve: true,
      approval_request_id: first.output[1]!.id!,
    } as const,
  ]
  const second = await create({ previous_response_id: first.id, input, tools })
  expect(second.output.map(({ type }) => type)).toEqual(['mcp_call', 'message'])
})

test('the most output tokens are kept to, and the response is incomplete', async () => {
  await using long = await createMockServer({ ...quick, tokens: 100 })
  const { status, incomplete_details, usage } = await create(
    { input: 'Tell me about rivers.', max_output_tokens: 20 },
    clientOf(long),
  )
  expect([status, incomplete_details, usage!.output_tokens]).toEqual([
    'incomplete',
    { reason: 'max_output_tokens' },
    20,
  ])
})

describe('stored responses', () => {
  test('are read, and deleted', async () => {
    const made = await create({ input: 'Hello.', metadata: { a: 'b' } })
    expect(await responses.retrieve(made.id)).toEqual(made)
    await responses.delete(made.id)
    const refused = await refusalOf(() => responses.retrieve(made.id))
    expect([refused.status, refused.message]).toEqual([
      404,
      `404 Response with id '${made.id}' not found.`,
    ])
    expect((await refusalOf(() => responses.delete(made.id))).status).toBe(404)
  })

  test('are not those that were not to be stored', async () => {
    const { id } = await create({ input: 'Hello.', store: false })
    expect((await refusalOf(() => responses.retrieve(id))).status).toBe(404)
    const refused = await refusalOf(() => create({ input: 'Go on.', previous_response_id: id }))
    expect([refused.status, refused.code, refused.param, refused.message]).toEqual([
      400,
      'previous_response_not_found',
      'previous_response_id',
      `400 Previous response with id '${id}' not found.`,
    ])
  })

  test('each have an id of their own, also of the same request', async () => {
    await using slow = await createMockServer({ ...quick, ttft: '30ms' })
    const of = clientOf(slow)
    const made = await Promise.all([1, 2, 3].map(() => create({ input: 'The same.' }, of)))
    expect(new Set(made.map(({ id }) => id)).size).toBe(3)
    expect(new Set(made.map(({ output_text }) => output_text)).size).toBe(1)
  })

  test('tell their input, page by page', async () => {
    const input = ['One', 'Two', 'Three'].map(content => ({ role: 'user' as const, content }))
    const { id } = await create({ input })
    const texts: string[] = []
    for await (const item of responses.inputItems.list(id, { limit: 2, order: 'asc' })) {
      const { content } = item as OpenAI.Responses.ResponseInputMessageItem
      texts.push((content[0] as OpenAI.Responses.ResponseInputText).text)
    }
    expect(texts).toEqual(['One', 'Two', 'Three'])
    const { data } = await responses.inputItems.list(id, { limit: 1 })
    expect(data[0]).toMatchObject({ id: expect.stringMatching(/^msg_[0-9a-f]{48}$/), role: 'user' })
  })

  test('are told once more as they were', async () => {
    const events = await eventsOf({ input: 'Hello.' })
    const { id } = (events[0] as { response: { id: string } }).response
    expect(await read(await responses.retrieve(id, { stream: true }))).toEqual(events)
    const rest = await read(await responses.retrieve(id, { stream: true, starting_after: 5 }))
    expect(rest).toEqual(events.slice(6))
    const whole = await create({ input: 'Hello again.' })
    const told = await read(await responses.retrieve(whole.id, { stream: true }))
    expect((told.at(-1) as { response: unknown }).response).toMatchObject({ output: whole.output })
  })
})

describe('in the background', () => {
  const slow = createMockServer({ ...quick, ttft: '60ms', itl: '15ms', tokens: 20 })
  afterAll(async () => (await slow).close())

  test('a response is queued, goes on without its connection, and is complete', async () => {
    const of = clientOf(await slow)
    const { id, status, output } = await create({ input: 'Hello.', background: true }, of)
    expect([status, output]).toEqual(['queued', []])
    const seen = new Set<string>()
    const done = await eventually(async () => {
      const now = await of.responses.retrieve(id)
      seen.add(now.status!)
      return now.status === 'completed' ? now : undefined
    })
    expect([...seen].filter(status => status !== 'queued')).toEqual(['in_progress', 'completed'])
    expect([done.background, done.usage!.output_tokens]).toEqual([true, 20])
  })

  test('a stream that was left is taken up again where it was, live and afterwards', async () => {
    const of = clientOf(await slow)
    const stream = await of.responses.create({
      model,
      input: 'Hi.',
      background: true,
      stream: true,
    })
    const begun: Event[] = []
    for await (const event of stream) {
      begun.push(event)
      if (event.type === 'response.output_text.delta') break
    }
    const { id } = (begun[0] as { response: { id: string } }).response
    const starting_after = begun.at(-1)!.sequence_number
    const live = await read(await of.responses.retrieve(id, { stream: true, starting_after }))
    const whole = await read(await of.responses.retrieve(id, { stream: true }))
    expect([...begun, ...live]).toEqual(whole)
    expect(whole.slice(0, 3).map(({ type }) => type)).toEqual([
      'response.created',
      'response.queued',
      'response.in_progress',
    ])
  })

  test('a response can be cancelled, once and again', async () => {
    const of = clientOf(await slow)
    const { id } = await create({ input: 'Hello.', background: true }, of)
    const tail = read(await of.responses.retrieve(id, { stream: true }))
    expect((await of.responses.cancel(id)).status).toBe('cancelled')
    expect((await of.responses.cancel(id)).status).toBe('cancelled')
    expect((await of.responses.retrieve(id)).status).toBe('cancelled')
    expect((await tail).map(({ type }) => type)).not.toContain('response.completed')
  })

  test('what it holds of the limits is held until it is over', async () => {
    await using limited = await createMockServer({ ...quick, ttft: '150ms', maxConcurrent: 1 })
    const of = clientOf(limited)
    const { id } = await create({ input: 'Hello.', background: true }, of)
    expect((await refusalOf(() => create({ input: 'Hello?' }, of))).status).toBe(429)
    await eventually(async () =>
      (await of.responses.retrieve(id)).status === 'completed' ? true : undefined,
    )
    expect((await create({ input: 'Hello?' }, of)).status).toBe('completed')
  })

  test('others cannot be cancelled, and end with their connection', async () => {
    const of = clientOf(await slow)
    const stream = await of.responses.create({ model, input: 'Hi.', stream: true })
    let id = ''
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      else if (event.type === 'response.output_text.delta') break
    }
    const refused = await refusalOf(() => of.responses.cancel(id))
    expect(refused.message).toBe('400 Cannot cancel a synchronous response.')
    const left = await eventually(async () => {
      const now = await of.responses.retrieve(id)
      return now.status === 'in_progress' ? undefined : now
    })
    expect([left.status, left.output]).toEqual(['cancelled', []])
  })
})

test('a reader that does not keep up loses nothing, and holds nothing up', async () => {
  await using large = await createMockServer({ ...quick, tokens: 1000 })
  const of = clientOf(large)
  const stream = await of.responses.create({
    model,
    input: 'Much.',
    stream: true,
    background: true,
  })
  const events = stream[Symbol.asyncIterator]()
  const first = await events.next()
  const { id } = (first.value as { response: { id: string } }).response
  await eventually(async () =>
    (await of.responses.retrieve(id)).status === 'completed' ? true : undefined,
  )
  let number = 0
  let deltas = 0
  for await (const event of { [Symbol.asyncIterator]: () => events }) {
    expect(event.sequence_number).toBe(++number)
    if (event.type === 'response.output_text.delta') deltas++
  }
  expect(deltas).toBe(1000)
})

test('what a reader does not take is not kept for it', async () => {
  // The first two events repeat it, and are more than the sockets hold.
  const prompt = { id: 'pmpt_1', variables: { long: 'x'.repeat(2 ** 23) } }
  await using fresh = await createMockServer(quick)
  const stalled = await fetch(`${fresh.url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'Much.', stream: true, prompt }),
  })
  await eventually(async () => {
    const metrics = await (await fetch(`${fresh.origin}/metrics`)).text()
    return /^tokadence_mock_streams_active 0$/m.test(metrics) || undefined
  })
  const [entry] = fresh.requests()
  expect([entry!.done.outcome, entry!.done.chunks]).toEqual(['open', 0])
  await stalled.body!.cancel()
})

test('the journal and the pace are those of any stream', async () => {
  await using fresh = await createMockServer({ ...quick, ttft: '4ms', itl: '1ms', tokens: 5 })
  await eventsOf({ input: 'Hello.' }, clientOf(fresh))
  const [entry] = fresh.requests()
  expect(entry).toMatchObject({
    path: '/v1/responses',
    model,
    stream: true,
    intended: { outputTokens: 5, dueMs: [4, 5, 6, 7, 8] },
    done: { outcome: 'ok', status: 200, chunks: 5 },
  })
  expect(entry!.done.firstTokenMs).toBeGreaterThanOrEqual(4)
  const metrics = await (await fetch(`${fresh.origin}/metrics`)).text()
  expect(metrics).toMatch(/tokadence_mock_requests_total\{endpoint="responses",status="200"\} 1\n/)
  expect(metrics).toMatch(/tokadence_mock_tokens_total\{kind="output"\} 5\n/)
})

describe('refusals', () => {
  test('a prompt beyond the window is refused; a stream has begun by then and fails', async () => {
    const input = 'word '.repeat(8300)
    const refused = await refusalOf(() => create({ model: 'gpt-4', input }))
    expect([refused.status, refused.code, refused.param]).toEqual([
      400,
      'context_length_exceeded',
      'input',
    ])
    expect((await create({ model: 'gpt-4', input, truncation: 'auto' })).status).toBe('completed')
    const failed = await refusalOf(() => eventsOf({ model: 'gpt-4', input }))
    expect([failed.status, failed.code]).toEqual([undefined, 'context_length_exceeded'])
  })

  test('a model that is not served', async () => {
    await using few = await createMockServer({ ...quick, models: ['gpt-4o'] })
    const refused = await refusalOf(() => create({ input: 'Hello.' }, clientOf(few)))
    expect([refused.status, refused.code, refused.message]).toEqual([
      400,
      'model_not_found',
      "400 The requested model 'gpt-4o-mini' does not exist.",
    ])
  })

  test('a reference to an item that nobody kept', async () => {
    const input = [{ type: 'item_reference', id: 'msg_1' } as const]
    const refused = await refusalOf(() => create({ input }))
    expect([refused.status, refused.param]).toEqual([404, 'input'])
  })
})

test('an item that was kept can be referred to', async () => {
  const { output } = await create({ input: 'Hello.' })
  const input = [
    { type: 'item_reference', id: output[0]!.id! } as const,
    { role: 'user', content: 'And?' } as const,
  ]
  const { id } = await create({ input })
  const { data } = await responses.inputItems.list(id)
  expect(data.map(item => (item as { role?: string }).role)).toEqual(['user', 'assistant'])
})

test('tokens of an input are counted as they are billed', async () => {
  const params = {
    model,
    input: 'Tell me about rivers.',
    instructions: 'Be brief.',
    tools: [weather],
  }
  const { input_tokens } = await responses.inputTokens.count(params)
  expect((await create(params)).usage!.input_tokens).toBe(input_tokens)
})

test('a compaction stands for what was said', async () => {
  const first = await create({ input: 'My name is Ada.' })
  const made = await responses.compact({ model, previous_response_id: first.id })
  expect(made.object).toBe('response.compaction')
  expect(made.output.map(({ type }) => type)).toEqual(['message', 'compaction'])
  const input = [
    ...made.output,
    { role: 'user', content: 'Go on.' },
  ] as OpenAI.Responses.ResponseInput
  expect((await create({ input })).status).toBe('completed')
  const refused = await refusalOf(() => client.post('/responses/compact', { body: {} }))
  expect([refused.status, refused.param]).toEqual([400, 'model'])
})

describe('conversations', () => {
  const { conversations } = client

  test('hold items, which are added, listed, read and removed', async () => {
    const items = [{ role: 'user', content: 'One.' } as const]
    const { id, metadata } = await conversations.create({ items, metadata: { a: 'b' } })
    expect([id, metadata]).toEqual([expect.stringMatching(/^conv_[0-9a-f]{48}$/), { a: 'b' }])
    const added = await conversations.items.create(id, {
      items: [{ role: 'user', content: 'Two.' }],
    })
    const second = added.data[0]!.id!
    const listed = await conversations.items.list(id, { order: 'asc' })
    expect(listed.data.map(item => item.id)).toEqual([expect.any(String), second])
    expect(await conversations.items.retrieve(second, { conversation_id: id })).toMatchObject({
      content: [{ type: 'input_text', text: 'Two.' }],
    })
    await conversations.items.delete(second, { conversation_id: id })
    const refused = await refusalOf(() =>
      conversations.items.retrieve(second, { conversation_id: id }),
    )
    expect(refused.status).toBe(404)
    expect((await conversations.update(id, { metadata: { c: 'd' } })).metadata).toEqual({ c: 'd' })
    expect(await conversations.delete(id)).toEqual({
      id,
      object: 'conversation.deleted',
      deleted: true,
    })
    expect((await refusalOf(() => conversations.retrieve(id))).message).toBe(
      `404 Conversation with id '${id}' not found.`,
    )
  })

  test('grow with each response, streamed or not', async () => {
    const { id } = await conversations.create()
    const first = await create({ input: 'One.', conversation: id })
    await eventsOf({ input: 'Two.', conversation: { id } })
    const { data } = await conversations.items.list(id, { order: 'asc' })
    expect(data.map(item => (item as { role: string }).role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ])
    expect(data[1]!.id).toBe(first.output[0]!.id)
    const third = await create({ input: 'Three.', conversation: id })
    expect(third.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens + 20)
    expect(third.conversation).toEqual({ id })
    const refused = await refusalOf(() => create({ input: 'x', conversation: 'conv_none' }))
    expect([refused.status, refused.message]).toEqual([
      404,
      "404 Conversation with id 'conv_none' not found.",
    ])
  })

  test('take at most 20 items at once', async () => {
    const items = Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' }) as const)
    const refused = await refusalOf(() => conversations.create({ items }))
    expect([refused.param, refused.code]).toEqual(['items', 'array_above_max_length'])
  })
})

test('lenient, every id is known and an empty body is enough', async () => {
  await using lenient = await createMockServer({ ...quick, lenient: true })
  const of = clientOf(lenient)
  expect((await of.responses.create({})).status).toBe('completed')
  expect((await of.responses.retrieve('resp_x')).id).toBe('resp_x')
  expect((await read(await of.responses.retrieve('x', { stream: true }))).at(-1)!.type).toBe(
    'response.completed',
  )
  expect((await of.responses.cancel('x')).object).toBe('response')
  await of.responses.delete('x')
  expect((await of.responses.inputItems.list('x')).data).toEqual([])
  expect((await of.responses.inputTokens.count()).object).toBe('response.input_tokens')
  expect((await of.conversations.retrieve('conv_x')).id).toBe('conv_x')
  expect((await of.conversations.items.retrieve('y', { conversation_id: 'x' })).id).toBe('y')
})
