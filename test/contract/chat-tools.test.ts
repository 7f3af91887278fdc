/** Tools in chat completions, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'

type Create = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming
type Call = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall

const mock = await createMockServer({ ttft: 0, itl: 0, tokens: 5, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const { completions } = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 }).chat
const model = 'gpt-4o-mini'
const question = { role: 'user' as const, content: 'What is the weather, and what time is it?' }

function tool(name: string, description = ''): OpenAI.Chat.Completions.ChatCompletionFunctionTool {
  const parameters = {
    type: 'object',
    properties: { city: { enum: ['Oslo'] } },
    required: ['city'],
  }
  return { type: 'function', function: { name, description, parameters } }
}
const tools = [tool('get_weather'), tool('get_time'), tool('book_flight')]

async function reply(more: Partial<Create> = {}) {
  const { choices, usage } = await completions.create({ model, messages: [question], ...more })
  return { ...choices[0]!, usage }
}

async function names(more: Partial<Create>): Promise<string[]> {
  const { message } = await reply({ tools, ...more })
  return (message.tool_calls ?? []).map(call => (call as Call).function.name)
}

test('a call has an id, a name and arguments of its schema, and ends the reply', async () => {
  const { message, finish_reason, usage } = await reply({ tools: [tool('get_weather')] })
  const [call] = message.tool_calls as Call[]
  expect(call!.id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  expect(message).toEqual({
    role: 'assistant',
    content: null,
    tool_calls: [
      {
        id: call!.id,
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
      },
    ],
    refusal: null,
    annotations: [],
  })
  expect(finish_reason).toBe('tool_calls')
  expect(usage!.completion_tokens).toBe(6)
})

test('parallel calls come in pieces, each under its index', async () => {
  const body = { model, messages: [question], tools }
  const deltas = []
  for await (const { choices } of await completions.create({ ...body, stream: true })) {
    deltas.push(choices[0]!)
  }
  expect(deltas[0]!.delta).toEqual({ role: 'assistant', content: null, refusal: null })
  const pieces = deltas.flatMap(({ delta }) => delta.tool_calls ?? [])
  const openings = pieces.filter(({ id }) => id !== undefined)
  expect(openings).toEqual([
    {
      index: 0,
      id: openings[0]!.id,
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    },
    {
      index: 1,
      id: openings[1]!.id,
      type: 'function',
      function: { name: 'get_time', arguments: '' },
    },
  ])
  expect(openings[0]!.id).not.toBe(openings[1]!.id)
  const rest = pieces.filter(({ id }) => id === undefined)
  expect(new Set(rest.map(piece => Object.keys(piece).join()))).toEqual(new Set(['index,function']))
  const said = [0, 1].map(index =>
    rest
      .filter(piece => piece.index === index)
      .map(piece => piece.function!.arguments)
      .join(''),
  )
  expect(said).toEqual(['{"city":"Oslo"}', '{"city":"Oslo"}'])
  expect(deltas.at(-1)).toMatchObject({ delta: {}, finish_reason: 'tool_calls' })

  const { message } = await reply({ tools })
  expect(message.tool_calls!.map(({ id }) => id)).toEqual(openings.map(({ id }) => id))
})

test("the SDK's own helper puts streamed calls together", async () => {
  const runner = completions.stream({ model, messages: [question], tools })
  const { message, finish_reason } = (await runner.finalChatCompletion()).choices[0]!
  expect(finish_reason).toBe('tool_calls')
  expect(
    (message.tool_calls as Call[]).map(({ function: { name, arguments: said } }) => [name, said]),
  ).toEqual([
    ['get_weather', '{"city":"Oslo"}'],
    ['get_time', '{"city":"Oslo"}'],
  ])
})

test("the SDK's own runner calls, hands over results, and gets its answer", async () => {
  const asked: string[] = []
  const runner = completions.runTools({
    model,
    messages: [question],
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: '',
          parameters: tool('').function.parameters!,
          parse: JSON.parse,
          function: ({ city }: { city: string }) => {
            asked.push(city)
            return 'Rain.'
          },
        },
      },
    ],
  })
  expect(await runner.finalContent()).not.toBe('')
  expect(asked).toEqual(['Oslo'])
})

test.each<[Partial<Create>, string[]]>([
  [{}, ['get_weather', 'get_time']],
  [{ tool_choice: 'auto' }, ['get_weather', 'get_time']],
  [{ parallel_tool_calls: false }, ['get_weather']],
  [{ tool_choice: 'none' }, []],
  [{ tool_choice: 'required', parallel_tool_calls: false }, ['get_weather']],
  [{ tool_choice: { type: 'function', function: { name: 'book_flight' } } }, ['book_flight']],
  [
    {
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [{ type: 'function', function: { name: 'get_time' } }],
        },
      },
    },
    ['get_time'],
  ],
])('of what %j lets be called %j is', async (more, expected) => {
  expect(await names(more)).toEqual(expected)
})

test('a tool that must be called is called after a result as well, one that may is not', async () => {
  const called = (await reply({ tools, parallel_tool_calls: false })).message
  const result = {
    role: 'tool' as const,
    tool_call_id: called.tool_calls![0]!.id,
    content: 'Rain.',
  }
  const messages = [question, called, result]
  expect(await names({ messages })).toEqual([])
  expect(await names({ messages, tool_choice: 'required', parallel_tool_calls: false })).toEqual([
    'get_weather',
  ])
})

test('a named tool alone is called when it fits nothing that was said', async () => {
  const messages = [{ role: 'user' as const, content: 'Hello.' }]
  expect(await names({ messages })).toEqual(['get_weather'])
})

test('arguments that the prompt spells out are the arguments', async () => {
  const content = 'Call search with query "blue whales".'
  const parameters = {
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  }
  const { message } = await reply({
    messages: [{ role: 'user', content }],
    tools: [{ type: 'function', function: { name: 'search', parameters } }],
  })
  expect((message.tool_calls as Call[])[0]!.function.arguments).toBe('{"query":"blue whales"}')
})

test('a custom tool is called with free text, streamed and not', async () => {
  const custom = { type: 'custom' as const, custom: { name: 'shell' } }
  const { message, finish_reason } = await reply({ tools: [custom] })
  const [call] = message.tool_calls!
  expect(call).toMatchObject({ type: 'custom', custom: { name: 'shell' } })
  const { input } = (call as OpenAI.Chat.Completions.ChatCompletionMessageCustomToolCall).custom
  expect([input === '', finish_reason]).toEqual([false, 'tool_calls'])

  const pieces: unknown[] = []
  const body = { model, messages: [question], tools: [custom], stream: true as const }
  for await (const { choices } of await completions.create(body)) {
    pieces.push(...(choices[0]!.delta.tool_calls ?? []))
  }
  expect(pieces[0]).toEqual({
    index: 0,
    id: call!.id,
    type: 'custom',
    custom: { name: 'shell', input: '' },
  })
  const said = (pieces.slice(1) as { custom: { input: string } }[]).map(
    ({ custom }) => custom.input,
  )
  expect(said.join('')).toBe(input)
})

test('functions of the time before tools are called as function_call', async () => {
  const { message, finish_reason } = await reply({ functions: [tool('get_weather').function] })
  expect(message.function_call).toEqual({ name: 'get_weather', arguments: '{"city":"Oslo"}' })
  expect(['tool_calls' in message, finish_reason]).toEqual([false, 'function_call'])
})

test('calls that a fixture makes stand beside its text, and count', async () => {
  const calls = [{ name: 'get_weather', arguments: { city: 'Rome' } }, { name: 'unheard_of' }]
  mock.when('weather').reply({ text: 'Let me see.', calls })
  const { message, usage } = await reply({ tools })
  expect(message.content).toBe('Let me see.')
  expect((message.tool_calls as Call[]).map(({ function: called }) => called)).toEqual([
    { name: 'get_weather', arguments: '{"city":"Rome"}' },
    { name: 'unheard_of', arguments: '{}' },
  ])
  expect(usage!.completion_tokens).toBeGreaterThan(8)
})

test('arguments are cut at the most tokens, and the reply says so', async () => {
  const { message, finish_reason } = await reply({ tools: [tools[0]!], max_completion_tokens: 2 })
  expect([(message.tool_calls as Call[])[0]!.function.arguments, finish_reason]).toEqual([
    '{"city',
    'length',
  ])
})
