/* biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into as JSON */
/** Streamed or not, the same request has the same answer: every endpoint that generates, generated requests. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { createSseReader } from '../../protocol/sse.ts'

const mock = await createMockServer({
  ttft: 0,
  itl: 0,
  tokens: 'uniform(min=1,max=40)',
  reasoning: 5,
  seed: 1,
  logLevel: 'error',
})
afterAll(() => mock.close())
beforeAll(() => {
  const calls = [{ name: 'search', arguments: { q: 'é"\n' } }]
  mock.when('refuse').reply({ refusal: 'I will not do "that".' })
  mock.when('think').reply({ reasoning: 'Hm, hm.', text: 'So it is.', calls })
})

type Body = Record<string, any>

function post(path: string, body: Body): Promise<Response> {
  return fetch(`${mock.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk-test',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify(body),
  })
}

async function whole(path: string, body: Body): Promise<any> {
  const response = await post(path, body)
  const answer = await response.json()
  expect(response.status, JSON.stringify(answer)).toBe(200)
  return answer
}

/** The JSON of every event, without `[DONE]`. */
async function streamed(path: string, body: Body): Promise<any[]> {
  const response = await post(path, { ...body, stream: true })
  expect(response.status).toBe(200)
  const events: any[] = []
  const reader = createSseReader(({ data }) => {
    if (data !== '[DONE]') events.push(JSON.parse(data))
  })
  reader.feed(new Uint8Array(await response.arrayBuffer()))
  return events
}

const prompts = fc.oneof(
  fc.constantFrom('Tell me about rivers.', 'What is the weather in Paris?', 'Return JSON.'),
  fc.constantFrom('Please refuse.', 'Please think.'),
  fc.string({ maxLength: 40 }).map(text => `Reply with exactly this text: ${text}`),
  fc.string({ maxLength: 40, unit: 'grapheme' }).map(text => `Say JSON about ${text}`),
)

const schemas = fc.constantFrom(
  { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  {
    type: 'object',
    properties: { n: { type: 'integer' }, tags: { type: 'array', items: { enum: ['a', 'b\n'] } } },
    required: ['n', 'tags'],
  },
)

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const maxTokens = optional(fc.integer({ min: 1, max: 60 }))

const names = fc.uniqueArray(fc.constantFrom('weather', 'time', 'search'), { maxLength: 3 })
const choices = fc.constantFrom('none', 'auto', 'required')

/** What is compared of a chat completion's choice. */
function chatChoices(events: readonly any[]): any[] {
  const said: any[] = []
  for (const { choices } of events) {
    for (const { index, delta, finish_reason, logprobs } of choices) {
      said[index] ??= { content: null, refusal: null, calls: [], logprobs: null, finish: null }
      const choice = said[index]
      if (delta.refusal != null) choice.refusal = (choice.refusal ?? '') + delta.refusal
      if (delta.content != null) choice.content = (choice.content ?? '') + delta.content
      if (logprobs) {
        const entries = logprobs.content ?? logprobs.refusal
        choice.logprobs = [...(choice.logprobs ?? []), ...entries]
      }
      for (const { index: i, id, type, function: called } of delta.tool_calls ?? []) {
        choice.calls[i] ??= { id, type, name: called.name, arguments: '' }
        choice.calls[i].arguments += called.arguments
      }
      if (finish_reason) choice.finish = finish_reason
    }
  }
  return said
}

const chats = fc
  .record({
    prompt: prompts,
    model: fc.constantFrom('gpt-4o-mini', 'gpt-4.1', 'o3', 'some/other-model'),
    n: optional(fc.integer({ min: 1, max: 3 })),
    maxTokens,
    stop: optional(fc.constantFrom('a', 'river', ['.', 'the'])),
    names,
    choice: choices,
    schema: optional(fc.oneof(schemas, fc.constant('json'))),
    logprobs: fc.boolean(),
    seed: optional(fc.nat()),
  })
  .map(({ prompt, model, n, maxTokens, stop, names, choice, schema, logprobs, seed }) => {
    const tools = names.map(name => ({
      type: 'function',
      function: {
        name,
        description: `Tells the ${name}`,
        parameters: { type: 'object', properties: { q: { type: 'string' } } },
      },
    }))
    const reasons = model === 'o3'
    return {
      model,
      messages: [{ role: 'user', content: `${prompt} JSON` }],
      n: reasons ? undefined : n,
      max_completion_tokens: maxTokens,
      stop: reasons ? undefined : stop,
      seed,
      ...(tools.length > 0 ? { tools, tool_choice: choice } : {}),
      ...(schema === 'json' ? { response_format: { type: 'json_object' } } : {}),
      ...(typeof schema === 'object'
        ? { response_format: { type: 'json_schema', json_schema: { name: 's', schema } } }
        : {}),
      ...(logprobs && !reasons ? { logprobs: true, top_logprobs: 2 } : {}),
    }
  })

test('chat completions: content, calls, log probabilities, finish reason and usage', async () => {
  await fc.assert(
    fc.asyncProperty(chats, async body => {
      const path = '/chat/completions'
      const events = await streamed(path, { ...body, stream_options: { include_usage: true } })
      const answer = await whole(path, body)
      const expected = answer.choices.map(({ message, logprobs, finish_reason }: any) => ({
        content: message.content,
        refusal: message.refusal,
        calls: (message.tool_calls ?? []).map(({ id, type, function: called }: any) => ({
          id,
          type,
          ...called,
        })),
        logprobs: logprobs?.content ?? logprobs?.refusal ?? null,
        finish: finish_reason,
      }))
      expect(chatChoices(events)).toEqual(expected)
      expect(events.at(-1).usage).toEqual(answer.usage)
      expect(events[0].id).toBe(answer.id)
    }),
    { seed: 1, numRuns: 60 },
  )
})

const completions = fc.record({
  model: fc.constantFrom('gpt-3.5-turbo-instruct', 'davinci-002'),
  prompt: fc.oneof(prompts, fc.array(prompts, { minLength: 1, maxLength: 3 })),
  max_tokens: maxTokens,
  n: optional(fc.integer({ min: 1, max: 2 })),
  echo: fc.boolean(),
  logprobs: optional(fc.integer({ min: 0, max: 3 })),
  stop: optional(fc.constantFrom('a', 'river')),
})

test('legacy completions: text, log probabilities, finish reason and usage', async () => {
  await fc.assert(
    fc.asyncProperty(completions, async body => {
      const events = await streamed('/completions', {
        ...body,
        stream_options: { include_usage: true },
      })
      const answer = await whole('/completions', body)
      const said: any[] = []
      for (const { choices } of events) {
        for (const { index, text, finish_reason, logprobs } of choices) {
          said[index] ??= { text: '', finish: null, tokens: [] }
          said[index].text += text
          said[index].finish = finish_reason ?? said[index].finish
          said[index].tokens.push(...(logprobs?.tokens ?? []))
        }
      }
      const expected = answer.choices.map(({ text, finish_reason, logprobs }: any) => ({
        text,
        finish: finish_reason,
        tokens: logprobs?.tokens ?? [],
      }))
      expect(said).toEqual(expected)
      expect(events.at(-1).usage).toEqual(answer.usage)
    }),
    { seed: 1, numRuns: 30 },
  )
})

const messages = fc
  .record({
    prompt: prompts,
    maxTokens: fc.integer({ min: 1, max: 60 }),
    names,
    choice: fc.constantFrom('auto', 'any', 'none'),
    thinks: fc.boolean(),
  })
  .map(({ prompt, maxTokens, names, choice, thinks }) => ({
    model: 'claude-sonnet-4-5',
    max_tokens: thinks ? 2048 : maxTokens,
    messages: [{ role: 'user', content: prompt }],
    ...(names.length > 0
      ? {
          tools: names.map(name => ({
            name,
            input_schema: {
              type: 'object',
              properties: { q: { type: 'string' } },
              required: ['q'],
            },
          })),
          tool_choice: { type: thinks ? 'auto' : choice }, // thinking rules force out
        }
      : {}),
    ...(thinks ? { thinking: { type: 'enabled', budget_tokens: 1024 } } : {}),
  }))

test('messages: blocks, stop reason and usage', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async body => {
      const events = await streamed('/messages', body)
      const answer = await whole('/messages', body)
      const blocks: any[] = []
      let json = ''
      for (const { type, index, content_block, delta } of events) {
        if (type === 'content_block_start') {
          blocks[index] = { ...content_block }
          json = ''
        }
        if (delta?.type === 'text_delta') blocks[index].text += delta.text
        if (delta?.type === 'thinking_delta') blocks[index].thinking += delta.thinking
        if (delta?.type === 'signature_delta') blocks[index].signature += delta.signature
        if (delta?.type === 'input_json_delta') json += delta.partial_json
        if (type === 'content_block_stop' && json !== '') {
          try {
            blocks[index].input = JSON.parse(json)
          } catch {
            expect(answer.stop_reason).toBe('max_tokens')
          }
        }
      }
      expect(blocks).toEqual(answer.content)
      const end = events.find(({ type }) => type === 'message_delta')
      expect(end.delta.stop_reason).toBe(answer.stop_reason)
      expect(end.usage.output_tokens).toBe(answer.usage.output_tokens)
      expect(events[0].message.usage.input_tokens).toBe(answer.usage.input_tokens)
    }),
    { seed: 1, numRuns: 40 },
  )
})

const responses = fc
  .record({
    prompt: prompts,
    model: fc.constantFrom('gpt-4.1', 'o3'),
    maxTokens: optional(fc.integer({ min: 16, max: 60 })),
    names,
    choice: choices,
    schema: optional(schemas),
    summary: fc.boolean(),
  })
  .map(({ prompt, model, maxTokens, names, choice, schema, summary }) => {
    const parameters = { type: 'object', properties: { q: { type: 'string' } } }
    return {
      model,
      input: `${prompt} JSON`,
      store: false, // one that is stored has an id of its own each time
      max_output_tokens: maxTokens,
      ...(names.length > 0
        ? {
            tools: names.map(name => ({ type: 'function', name, parameters, strict: false })),
            tool_choice: choice,
          }
        : {}),
      ...(schema ? { text: { format: { type: 'json_schema', name: 's', schema } } } : {}),
      ...(model === 'o3' && summary ? { reasoning: { summary: 'auto' } } : {}),
    }
  })

/** The items that the events of a stream make, each from its pieces. */
function responseItems(events: readonly any[]): any[] {
  const items: any[] = []
  for (const event of events) {
    const { type, output_index: at, content_index: part, summary_index: place } = event
    const item = items[at]
    if (type === 'response.output_item.added') items[at] = structuredClone(event.item)
    if (type === 'response.content_part.added') item.content[part] = { ...event.part }
    if (type === 'response.output_text.delta') item.content[part].text += event.delta
    if (type === 'response.refusal.delta') item.content[part].refusal += event.delta
    if (type === 'response.reasoning_summary_part.added') item.summary[place] = { ...event.part }
    if (type === 'response.reasoning_summary_text.delta') item.summary[place].text += event.delta
    if (type === 'response.function_call_arguments.delta') item.arguments += event.delta
    if (type === 'response.output_item.done') {
      expect({ ...item, status: undefined }).toEqual({ ...event.item, status: undefined })
      items[at] = event.item
    }
  }
  return items
}

test('responses: items with their ids, status and usage', async () => {
  await fc.assert(
    fc.asyncProperty(responses, async body => {
      const events = await streamed('/responses', body)
      const answer = await whole('/responses', body)
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i))
      expect(responseItems(events)).toEqual(answer.output)
      const { type, response } = events.at(-1)
      expect(type).toBe(`response.${answer.status}`)
      for (const name of ['id', 'status', 'incomplete_details', 'output', 'usage'])
        expect(response[name], name).toEqual(answer[name])
    }),
    { seed: 1, numRuns: 40 },
  )
})
