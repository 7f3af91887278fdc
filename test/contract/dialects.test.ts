/** The real `openai` client against every dialect: what it reads, what it loses and where it throws. */
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, describe, expect, test } from 'vitest'
import { type DialectName, dialectNames } from '../../mock-server/dialects/index.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { chatBody, postChat } from '../helpers/read-stream.ts'

const apiKey = 'sk-dialects-0123456789'
const options = {
  apiKey,
  ttft: 0,
  itl: 0,
  tokens: 5,
  reasoning: 3,
  seed: 1,
  logLevel: 'error',
} as const

const mocks = new Map<DialectName, MockServer>()
for (const dialect of dialectNames)
  mocks.set(dialect, await createMockServer({ ...options, dialect }))
afterAll(() => Promise.all([...mocks.values()].map(mock => mock.close())))

const clientOf = (dialect: DialectName, key: string = apiKey) =>
  new OpenAI({ baseURL: mocks.get(dialect)!.url, apiKey: key, maxRetries: 0 })

const model = 'm-large'
const messages = [{ role: 'user' as const, content: 'Look up the weather in Oslo.' }]
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]

const text = { model, messages } as const
const usage = { ...text, stream_options: { include_usage: true } } as const
const tool = { ...text, tools, tool_choice: 'required' } as const
const reasoning = { ...text, reasoning_effort: 'medium' } as const

type Asked = Omit<OpenAI.ChatCompletionCreateParamsStreaming, 'stream'>

/** As a careful application reads a stream. */
async function readCarefully(dialect: DialectName, asked: Asked) {
  const stream = await clientOf(dialect).chat.completions.create({ ...asked, stream: true })
  let said = ''
  let args = ''
  let total: number | undefined
  for await (const { choices, usage } of stream) {
    const delta = choices[0]?.delta
    if (typeof delta?.content === 'string') said += delta.content
    for (const call of delta?.tool_calls ?? []) args += call.function?.arguments ?? ''
    total = usage?.total_tokens ?? total
  }
  return { said, args, total }
}

/** As the examples of many tutorials do. */
async function readNaively(dialect: DialectName, asked: Asked): Promise<string> {
  const stream = await clientOf(dialect).chat.completions.create({ ...asked, stream: true })
  let said = ''
  for await (const chunk of stream) said += chunk.choices[0]!.delta.content ?? ''
  return said
}

/** The client's own helper. */
async function readByHelper(dialect: DialectName, asked: Asked) {
  const { choices } = await clientOf(dialect).chat.completions.stream(asked).finalChatCompletion()
  const { content, tool_calls } = choices[0]!.message
  return tool_calls ? `${tool_calls.length} calls` : content
}

const openai = await readCarefully('openai', usage)

test('OpenAI itself says five tokens', () => {
  expect(openai.said.length).toBeGreaterThan(10)
  expect(openai.total).toBeGreaterThan(5)
})

describe.each(dialectNames)('%s', dialect => {
  test('the same text is read by whoever looks before he reads', async () => {
    expect((await readCarefully(dialect, text)).said).toBe(openai.said)
    const whole = await clientOf(dialect).chat.completions.create(text)
    expect(whole.choices[0]!.message.content).toBe(openai.said)
    expect(whole.usage!.total_tokens).toBe(openai.total)
  })

  test('usage comes where it was asked for', async () => {
    expect((await readCarefully(dialect, usage)).total).toBe(openai.total)
  })

  test('the same call is read, and can be sent back with its result', async () => {
    const { args } = await readCarefully(dialect, { ...tool, reasoning_effort: 'medium' })
    expect(JSON.parse(args)).toEqual({ city: expect.any(String) })
    const asked = { ...tool, reasoning_effort: 'medium' } as const
    expect(args).toBe((await readCarefully('openai', asked)).args)

    const whole = await clientOf(dialect).chat.completions.create(asked)
    const { message, finish_reason } = whole.choices[0]!
    expect(finish_reason).toBe('tool_calls')
    const [call] = message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[]
    expect(call!.function).toEqual({ name: 'weather', arguments: args })
    const result = { role: 'tool' as const, tool_call_id: call!.id, content: '12 degrees' }
    const turns = [...messages, message, result]
    const answer = await clientOf(dialect).chat.completions.create({
      ...text,
      messages: turns,
      tools,
    })
    expect(answer.choices[0]!.finish_reason).toBe('stop')
  })

  test('what it said can be sent back', async () => {
    const asked = { ...text, reasoning_effort: 'medium' } as const
    const { choices } = await clientOf(dialect).chat.completions.create(asked)
    const turns = [...messages, choices[0]!.message, ...messages]
    const answer = await clientOf(dialect).chat.completions.create({ ...text, messages: turns })
    expect(answer.choices[0]!.finish_reason).toBe('stop')
  })

  test('models are listed and looked up', async () => {
    const list = await clientOf(dialect).models.list()
    expect(list.data.map(({ id }) => id)).toContain('gpt-4o-mini')
    expect((await clientOf(dialect).models.retrieve('gpt-4o-mini')).id).toBe('gpt-4o-mini')
  })

  test('what is refused is an APIError with the id of its request', async () => {
    const wrong = clientOf(dialect, 'sk-stranger-9876543210').chat.completions.create(text)
    const error = await wrong.then(
      () => undefined,
      (error: InstanceType<typeof OpenAI.APIError>) => error,
    )
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error!.status).toBe(dialect === 'xai' ? 400 : 401)
    expect(error!.requestID).toMatch(/^req_[0-9a-f]{32}$/)
  })
})

const breaks = "TypeError: Cannot read properties of undefined (reading 'delta')"
/** What other ways of reading make of it: usually, and in some dialects. */
const outcomes: readonly (readonly [
  string,
  (dialect: DialectName) => Promise<string | null>,
  usually: string,
  but: Partial<Record<DialectName, string>>,
])[] = [
  [
    'a loop that does not look, usage not asked for',
    dialect => readNaively(dialect, text),
    openai.said,
    { azure: breaks, 'azure-async': breaks, llamacpp: breaks, openrouter: breaks },
  ],
  [
    'a loop that does not look, usage asked for',
    dialect => readNaively(dialect, usage),
    breaks,
    { groq: openai.said, mistral: openai.said, deepseek: openai.said },
  ],
  [
    'a loop that does not look, with reasoning',
    dialect => readNaively(dialect, reasoning),
    openai.said,
    {
      azure: breaks,
      'azure-async': breaks,
      llamacpp: breaks,
      openrouter: breaks,
      mistral: `${'[object Object]'.repeat(3)}${openai.said}`,
    },
  ],
  ['the helper, usage not asked for', dialect => readByHelper(dialect, text), openai.said, {}],
  ['the helper, usage asked for', dialect => readByHelper(dialect, usage), openai.said, {}],
  [
    'the helper, with reasoning',
    dialect => readByHelper(dialect, reasoning),
    openai.said,
    { mistral: `${'[object Object]'.repeat(3)}${openai.said}` },
  ],
  [
    'the helper, with a call',
    dialect => readByHelper(dialect, tool),
    '1 calls',
    {
      mistral: '0 calls',
      'anthropic-compat': "Error: Cannot read properties of undefined (reading 'type')",
    },
  ],
]

test.each(outcomes)('%s', async (_, read, usually, but) => {
  const found = await Promise.all(
    dialectNames.map(async dialect => [
      dialect,
      await read(dialect).catch((error: Error) => `${error.name}: ${error.message}`),
    ]),
  )
  const expected = dialectNames.map(dialect => [dialect, but[dialect] ?? usually])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
})

test('reasoning is told under the name that each has for it, the same words in all', async () => {
  const told = await Promise.all(
    dialectNames.map(async dialect => {
      const stream = await clientOf(dialect).chat.completions.create({ ...reasoning, stream: true })
      const fields = new Map<string, string>()
      for await (const { choices } of stream) {
        for (const [field, value] of Object.entries(choices[0]?.delta ?? {})) {
          if (field.startsWith('reasoning') && typeof value === 'string') {
            fields.set(field, (fields.get(field) ?? '') + value)
          }
        }
      }
      return [dialect, Object.fromEntries(fields)]
    }),
  )
  const [words] = Object.values(Object.fromEntries(told).vllm as Record<string, string>)
  expect(words).toMatch(/^\S+ .+/)
  expect(Object.fromEntries(told)).toEqual({
    openai: {},
    azure: {},
    'azure-async': {},
    vllm: { reasoning: words },
    ollama: { reasoning: words },
    llamacpp: { reasoning_content: words },
    groq: { reasoning: words },
    mistral: {},
    deepseek: { reasoning_content: words },
    xai: { reasoning_content: words },
    openrouter: { reasoning: words },
    'anthropic-compat': {},
    lmstudio: {},
    'open-responses': {},
  })
})

test('a careful reader of azure-async meets a choice without a delta', async () => {
  const stream = await clientOf('azure-async').chat.completions.create({ ...text, stream: true })
  const last: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) last.push(chunk)
  const { choices } = last.at(-1)!
  expect(choices[0]).toMatchObject({
    index: 0,
    content_filter_offsets: { end_offset: openai.said.length },
  })
  expect('delta' in choices[0]!).toBe(false)
})

test("vllm's first piece of a call has no arguments, so that adding them up needs care", async () => {
  const stream = await clientOf('vllm').chat.completions.create({ ...tool, stream: true })
  let args = ''
  for await (const { choices } of stream) {
    for (const call of choices[0]!.delta.tool_calls ?? []) args += call.function!.arguments
  }
  expect(args).toMatch(/^undefined\{"city":/)
})

test('of two choices, ollama gives one and anthropic-compat none', async () => {
  const found = await Promise.all(
    dialectNames.map(async dialect => [
      dialect,
      await clientOf(dialect)
        .chat.completions.create({ ...text, n: 2 })
        .then(
          ({ choices }) => choices.length,
          ({ message }: Error) => message,
        ),
    ]),
  )
  const expected = Object.fromEntries(dialectNames.map(dialect => [dialect, 2 as unknown]))
  expected.ollama = 1
  expected['anthropic-compat'] = '400 n: only one choice is supported.'
  expect(Object.fromEntries(found)).toEqual(expected)
})

test('parameters of its own are accepted where the provider does so, else refused by name', async () => {
  const own = { ...text, top_k: 40 }
  const found = await Promise.all(
    dialectNames.map(async dialect => [
      dialect,
      await clientOf(dialect)
        .chat.completions.create(own)
        .then(
          () => 'accepted',
          ({ message }: Error) => message,
        ),
    ]),
  )
  const refused = "400 Unknown parameter: 'top_k'."
  expect(Object.fromEntries(found)).toEqual({
    openai: refused,
    azure: refused,
    'azure-async': refused,
    vllm: 'accepted',
    ollama: 'accepted',
    llamacpp: 'accepted',
    groq: refused,
    // The client looks for `error`, and there is none.
    mistral: '400 status code (no body)',
    deepseek: refused,
    xai: `400 "Unknown parameter: 'top_k'."`,
    openrouter: 'accepted',
    'anthropic-compat': 'accepted',
    lmstudio: refused,
    'open-responses': refused,
  })
})

/** The answer as it came. */
async function post(dialect: DialectName, more: object) {
  const headers = { authorization: `Bearer ${apiKey}` }
  const { url } = mocks.get(dialect)!
  const answer = await postChat(url, JSON.stringify({ ...text, ...more }), { headers })
  return { headers: answer.headers, body: await answer.text() }
}

test("a stream's content type and the comment before it", async () => {
  const found = await Promise.all(
    dialectNames.map(async dialect => {
      const { headers, body } = await post(dialect, { stream: true })
      const [first] = body.split('\n\n')
      return [dialect, headers.get('content-type'), first!.startsWith(':') ? first : '']
    }),
  )
  const type = 'text/event-stream'
  const said: Partial<Record<DialectName, readonly [string, string]>> = {
    ollama: [type, ''],
    llamacpp: [type, ''],
    deepseek: [`${type}; charset=utf-8`, ': keep-alive'],
    openrouter: [`${type}; charset=utf-8`, ': OPENROUTER PROCESSING'],
  }
  expect(found).toEqual(
    dialectNames.map(dialect => [dialect, ...(said[dialect] ?? [`${type}; charset=utf-8`, ''])]),
  )
})

test('empty lines stand before what deepseek answers whole', async () => {
  const { body } = await post('deepseek', {})
  expect(body.slice(0, 3)).toBe('\n\n{')
  expect(JSON.parse(body).choices[0].message.content).toBe(openai.said)
})

test('openrouter names the generation in a header, streamed or not', async () => {
  const whole = await post('openrouter', {})
  const { id } = JSON.parse(whole.body)
  expect(id).toMatch(/^gen-\d{10}-\w{20}$/)
  expect(whole.headers.get('x-generation-id')).toBe(id)
  expect((await post('openrouter', { stream: true })).headers.get('x-generation-id')).toBe(id)
})

test("OpenAI's headers are OpenAI's alone", async () => {
  const owners = await Promise.all(
    dialectNames.map(async dialect => {
      const { headers } = await post(dialect, {})
      return headers.has('openai-version') ? dialect : undefined
    }),
  )
  expect(owners.filter(dialect => dialect !== undefined)).toEqual([
    'openai',
    'lmstudio',
    'open-responses',
  ])
})

test.each([
  ['openai', ['function_call_arguments']],
  ['open-responses', ['reasoning', 'function_call_arguments', '[DONE]']],
  ['lmstudio', ['reasoning_text', '[DONE]']],
] as const)('the deltas and the end of a response in %s', async (dialect, told) => {
  const name = 'weather'
  const asked = {
    model,
    stream: true,
    input: 'Look up the weather in Oslo.',
    reasoning: { effort: 'medium' },
    tools: [{ type: 'function', ...tools[0]!.function, strict: false }],
    tool_choice: { type: 'function', name },
  }
  const answer = await fetch(`${mocks.get(dialect)!.url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  })
  const body = await answer.text()
  const deltas = new Set(
    [...body.matchAll(/^event: response\.(\w+)\.delta$/gm)].map(([, of]) => of),
  )
  const end = body.endsWith('\n\ndata: [DONE]\n\n') ? ['[DONE]'] : []
  expect([...deltas, ...end]).toEqual(told)
  const [, completed] = /^event: response\.completed\ndata: (.+)$/m.exec(body)!
  expect(JSON.parse(completed!).response.output.at(-1)).toMatchObject({
    type: 'function_call',
    name,
  })
})

test("another dialect in the same process changes no byte of OpenAI's", async () => {
  await using plain = await createMockServer({
    ttft: 0,
    itl: 0,
    tokens: 8,
    seed: 1,
    logLevel: 'error',
  })
  const body = chatBody('Tell me about rivers.', {
    stream: true,
    stream_options: { include_usage: true },
  })
  const others = dialectNames.map(dialect => post(dialect, { stream: true }))
  const stream = await (await postChat(plain.url, body)).text()
  const whole = await (await postChat(plain.url, chatBody('Tell me about rivers.'))).text()
  await Promise.all(others)
  await expect(stream).toMatchFileSnapshot('../fixtures/wire/chat-stream.txt')
  await expect(`${whole}\n`).toMatchFileSnapshot('../fixtures/wire/chat-completion.json')
  const again = await (await postChat(plain.url, body)).text()
  expect(again).toBe(stream)
})

describe.each(['openai', 'azure'] as const)("Azure's client against %s", dialect => {
  const apiVersion = '2024-10-21'
  const { origin } = mocks.get(dialect)!
  const azure = (key: string, deployment?: string) =>
    new AzureOpenAI({ endpoint: origin, apiKey: key, apiVersion, deployment, maxRetries: 0 })

  test('the path names the deployment, the header the key', async () => {
    const { choices, model } = await azure(apiKey, 'my gpt').chat.completions.create({
      ...text,
      model: '',
    })
    expect([choices[0]!.finish_reason, model]).toEqual(['stop', 'my gpt'])
    const { data } = await azure(apiKey).models.list()
    expect(data.map(({ id }) => id)).toContain('gpt-4o-mini')
  })

  test('the new paths are served too', async () => {
    const client = new OpenAI({ baseURL: `${origin}/openai/v1`, apiKey, maxRetries: 0 })
    const { choices } = await client.chat.completions.create(text)
    expect(choices[0]!.message.content).toBe(openai.said)
  })

  test('a wrong key is refused', async () => {
    const refused = azure('sk-stranger-9876543210', 'my-gpt').chat.completions.create(text)
    await expect(refused).rejects.toMatchObject({
      status: 401,
      code: dialect === 'azure' ? '401' : 'invalid_api_key',
    })
  })
})
