/**
 * What a real mock server answers, held against the types of the `openai` package: every JSON body and
 * every event of every stream.
 */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { sdkSurface } from '../../protocol/sdk/surface.ts'
import { createSseReader } from '../../protocol/sse.ts'
import { faultsOf } from '../helpers/sdk-schemas.ts'

let mock: MockServer
beforeAll(async () => {
  mock = await createMockServer({ ttft: 0, itl: 0, tokens: 12, seed: 1 })
})
afterAll(() => mock.close())

interface Row {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** `:id` is the id that `first` was answered with. */
  readonly path: string
  readonly body?: Record<string, unknown> | FormData
  /** What must be there before. */
  readonly first?: { readonly path: string; readonly body: Row['body'] }
  /** Of the body, of a page's items, or of each event. */
  readonly type: string
  readonly is?: 'object' | 'page' | 'stream'
}

const model = 'gpt-4o-mini'
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }]
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const chatTools = [{ type: 'function', function: { name: 'get_weather', parameters } }]
const responseTools = [{ type: 'function', name: 'get_weather', parameters, strict: true }]
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
}
const chat = { model, messages }
const ask = { model, input: 'What is the weather in Paris?' }
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function form(fields: Readonly<Record<string, string | File>>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}

const file = () => ({
  path: '/files',
  body: form({ purpose: 'batch', file: new File([batchLine], 'batch.jsonl') }),
})
const batchLine = JSON.stringify({
  custom_id: 'one',
  method: 'POST',
  url: '/v1/chat/completions',
  body: chat,
})

const stream = true
const rows: readonly Row[] = [
  { path: '/chat/completions', body: chat, type: 'ChatCompletion' },
  {
    path: '/chat/completions',
    body: { ...chat, n: 2, logprobs: true, top_logprobs: 2 },
    type: 'ChatCompletion',
  },
  {
    path: '/chat/completions',
    body: { ...chat, tools: chatTools, tool_choice: 'required' },
    type: 'ChatCompletion',
  },
  {
    path: '/chat/completions',
    body: {
      ...chat,
      response_format: { type: 'json_schema', json_schema: { name: 'w', schema, strict: true } },
    },
    type: 'ChatCompletion',
  },
  {
    path: '/chat/completions',
    body: { ...chat, stream },
    type: 'ChatCompletionChunk',
    is: 'stream',
  },
  {
    path: '/chat/completions',
    body: { ...chat, stream, n: 2, logprobs: true, stream_options: { include_usage: true } },
    type: 'ChatCompletionChunk',
    is: 'stream',
  },
  {
    path: '/chat/completions',
    body: { ...chat, stream, tools: chatTools, tool_choice: 'required' },
    type: 'ChatCompletionChunk',
    is: 'stream',
  },
  {
    path: '/chat/completions',
    body: { ...chat, model: 'o4-mini', stream, reasoning_effort: 'high' },
    type: 'ChatCompletionChunk',
    is: 'stream',
  },
  {
    path: '/chat/completions/:id',
    first: { path: '/chat/completions', body: { ...chat, store: true } },
    type: 'ChatCompletion',
  },
  {
    path: '/chat/completions/:id/messages',
    first: { path: '/chat/completions', body: { ...chat, store: true } },
    type: 'ChatCompletionStoreMessage',
    is: 'page',
  },
  { path: '/chat/completions', method: 'GET', type: 'ChatCompletion', is: 'page' },
  {
    path: '/chat/completions/:id',
    method: 'DELETE',
    first: { path: '/chat/completions', body: { ...chat, store: true } },
    type: 'ChatCompletionDeleted',
  },
  {
    path: '/completions',
    body: { model: 'gpt-3.5-turbo-instruct', prompt: 'Say hello.' },
    type: 'Completion',
  },
  {
    path: '/completions',
    body: { model: 'gpt-3.5-turbo-instruct', prompt: 'Say hello.', logprobs: 2, n: 2, echo: true },
    type: 'Completion',
  },
  {
    path: '/completions',
    body: {
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Say hello.',
      stream,
      stream_options: { include_usage: true },
    },
    type: 'Completion',
    is: 'stream',
  },
  { path: '/models', type: 'Model', is: 'page' },
  { path: `/models/${model}`, type: 'Model' },
  {
    path: '/embeddings',
    body: { model: 'text-embedding-3-small', input: ['a', 'b'] },
    type: 'CreateEmbeddingResponse',
  },
  {
    path: '/embeddings',
    body: { model: 'text-embedding-3-small', input: 'a', encoding_format: 'base64', dimensions: 8 },
    type: 'CreateEmbeddingResponse',
  },
  { path: '/moderations', body: { input: 'I will hurt you.' }, type: 'ModerationCreateResponse' },
  {
    path: '/images/generations',
    body: { prompt: 'A cat', model: 'gpt-image-1' },
    type: 'ImagesResponse',
  },
  {
    path: '/images/generations',
    body: { prompt: 'A cat', model: 'dall-e-3', response_format: 'url' },
    type: 'ImagesResponse',
  },
  {
    path: '/images/generations',
    body: { prompt: 'A cat', model: 'gpt-image-1', stream, partial_images: 1 },
    type: 'ImageGenStreamEvent',
    is: 'stream',
  },
  {
    path: '/images/edits',
    body: form({
      prompt: 'A dog',
      model: 'gpt-image-1',
      image: new File([png], 'cat.png', { type: 'image/png' }),
    }),
    type: 'ImagesResponse',
  },
  {
    path: '/images/edits',
    body: form({
      prompt: 'A dog',
      model: 'gpt-image-1',
      stream: 'true',
      image: new File([png], 'cat.png', { type: 'image/png' }),
    }),
    type: 'ImageEditStreamEvent',
    is: 'stream',
  },
  { ...file(), type: 'FileObject' },
  { path: '/files', method: 'GET', first: file(), type: 'FileObject', is: 'page' },
  { path: '/files/:id', first: file(), type: 'FileObject' },
  { path: '/files/:id', method: 'DELETE', first: file(), type: 'FileDeleted' },
  {
    path: '/uploads',
    body: { purpose: 'assistants', filename: 'a.txt', bytes: 3, mime_type: 'text/plain' },
    type: 'Upload',
  },
  {
    path: '/batches',
    first: file(),
    body: { input_file_id: ':id', endpoint: '/v1/chat/completions', completion_window: '24h' },
    type: 'Batch',
  },
  { path: '/batches', method: 'GET', type: 'Batch', is: 'page' },
  { path: '/responses', body: ask, type: 'Response' },
  {
    path: '/responses',
    body: { ...ask, tools: responseTools, tool_choice: 'required' },
    type: 'Response',
  },
  {
    path: '/responses',
    body: { ...ask, model: 'o4-mini', reasoning: { effort: 'low', summary: 'auto' } },
    type: 'Response',
  },
  {
    path: '/responses',
    body: { ...ask, text: { format: { type: 'json_schema', name: 'w', schema, strict: true } } },
    type: 'Response',
  },
  { path: '/responses', body: { ...ask, stream }, type: 'ResponseStreamEvent', is: 'stream' },
  {
    path: '/responses',
    body: { ...ask, stream, tools: responseTools, tool_choice: 'required' },
    type: 'ResponseStreamEvent',
    is: 'stream',
  },
  {
    path: '/responses',
    body: { ...ask, model: 'o4-mini', stream, reasoning: { effort: 'low', summary: 'auto' } },
    type: 'ResponseStreamEvent',
    is: 'stream',
  },
  { path: '/responses/:id', first: { path: '/responses', body: ask }, type: 'Response' },
  {
    path: '/responses/:id/input_items',
    first: { path: '/responses', body: ask },
    type: 'ResponseItem',
    is: 'page',
  },
  { path: '/responses/input_tokens', body: ask, type: 'InputTokenCountResponse' },
  { path: '/responses/compact', body: ask, type: 'CompactedResponse' },
  { path: '/conversations', body: { metadata: { a: 'b' } }, type: 'Conversation' },
  {
    path: '/conversations/:id/items',
    method: 'GET',
    first: {
      path: '/conversations',
      body: { items: [{ type: 'message', role: 'user', content: 'Hello.' }] },
    },
    type: 'ConversationItem',
    is: 'page',
  },
]

const named = rows.map((row): [string, Row] => {
  const { method, path, is = 'object', type } = row
  return [`${method ?? (row.body ? 'POST' : 'GET')} ${path}: ${is} ${type} ${told(row.body)}`, row]
})

function told(body: Row['body']): string {
  if (body === undefined || body instanceof FormData) return ''
  const { messages, input, prompt, ...rest } = body
  return JSON.stringify(rest).slice(0, 80)
}

test.each(named)('%s', async (_, { method, path, body, first, type, is = 'object' }) => {
  const id = first === undefined ? '' : idIn(await send('POST', first.path, first.body))
  const sent = body instanceof FormData ? body : withId(body, id)
  const text = await send(method ?? (body ? 'POST' : 'GET'), path.replace(':id', id), sent)
  if (is === 'stream') expectEvents(text, type)
  else if (is === 'page') expectPage(JSON.parse(text), type)
  else expect(faultsOf(type, JSON.parse(text))).toEqual([])
})

describe('what no other endpoint has', () => {
  let lenient: MockServer
  let client: OpenAI
  beforeAll(async () => {
    lenient = await createMockServer({ ttft: 0, itl: 0, tokens: 4, seed: 1, lenient: true })
    client = new OpenAI({ baseURL: lenient.url, apiKey: 'key', adminAPIKey: 'key', maxRetries: 0 })
  })
  afterAll(() => lenient.close())

  const others = sdkSurface().operations.filter(({ path }) =>
    /^\/(organization|projects|threads|assistants|vector_stores|fine_tuning|evals|skills|videos|containers|chatkit)/.test(
      path,
    ),
  )

  async function ask({ method, path }: { method: string; path: string }, url: string) {
    const response = await fetch(url + path.replace(/:\w+/g, 'id_1'), {
      method,
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    })
    return { status: response.status, text: await response.text() }
  }

  test('is answered in lenient mode, all of it', async () => {
    expect(others.length).toBeGreaterThan(190)
    const answers = await Promise.all(
      others.map(async operation => ({ operation, ...(await ask(operation, lenient.url)) })),
    )
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.map(({ operation, text }) => `${operation.path} ${text}`)).toEqual([])
    for (const { operation, text } of answers) {
      if (operation.kind === 'page') {
        expect(JSON.parse(text), operation.path).toMatchObject({ object: 'list', has_more: false })
      }
    }
    // The judge's eyes for some of each family; all of them are judged where they are made.
    for (const { operation, text } of answers.filter((_, i) => i % 20 === 0)) {
      const { kind, response = '' } = operation
      if (kind === 'json') expect(faultsOf(response, JSON.parse(text)), operation.path).toEqual([])
    }
  })

  test('is an unknown URL in strict mode, and so is what the SDK does not know in both', async () => {
    const unknown = { method: 'GET', path: '/_stainless_unknown_path' }
    const refused = await Promise.all([
      ask({ method: 'GET', path: '/assistants' }, mock.url),
      ask(unknown, mock.url),
      ask(unknown, lenient.url),
    ])
    expect(refused.map(({ status, text }) => [status, JSON.parse(text).error.message])).toEqual([
      [404, 'Invalid URL (GET /v1/assistants)'],
      [404, 'Invalid URL (GET /v1/_stainless_unknown_path)'],
      [404, 'Invalid URL (GET /v1/_stainless_unknown_path)'],
    ])
  })

  test('is made, found, changed and deleted by the client', async () => {
    const store = await client.vectorStores.create({ name: 'Papers', metadata: { year: '2025' } })
    expect(store).toMatchObject({ object: 'vector_store', name: 'Papers', status: 'completed' })
    expect(await client.vectorStores.retrieve(store.id)).toMatchObject({
      metadata: { year: '2025' },
    })
    const job = await client.fineTuning.jobs.create({
      model: 'gpt-4o-mini',
      training_file: 'file-1',
    })
    expect(job).toMatchObject({
      model: 'gpt-4o-mini',
      training_file: 'file-1',
      status: 'succeeded',
    })
    expect(await client.vectorStores.delete(store.id)).toMatchObject({
      id: store.id,
      deleted: true,
    })
    const listed = []
    for await (const video of client.videos.list()) listed.push(video.object)
    expect(listed).toEqual(['video'])
  })

  test('streams its runs', async () => {
    const run = await client.beta.threads.runs.create('thread_1', {
      assistant_id: 'asst_1',
      stream: true,
    })
    const events = []
    for await (const { event, data } of run)
      events.push([event, (data as { thread_id?: string }).thread_id])
    expect(events).toEqual([
      ['thread.run.created', 'thread_1'],
      ['thread.run.completed', 'thread_1'],
    ])
  })

  test('is bytes where the client downloads, and nothing where it expects nothing', async () => {
    const content = await client.containers.files.content.retrieve('file-1', { container_id: 'c' })
    expect(content.headers.get('content-type')).toBe('application/octet-stream')
    expect((await content.arrayBuffer()).byteLength).toBeGreaterThan(0)
    expect(await client.realtime.calls.hangup('call_1')).toBe('')
  })
})

async function send(method: string, path: string, body: Row['body']): Promise<string> {
  const json = body !== undefined && !(body instanceof FormData)
  const response = await fetch(mock.url + path, {
    method,
    headers: { authorization: 'Bearer key', ...(json && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as FormData) }),
  })
  const text = await response.text()
  expect(response.status, text.slice(0, 500)).toBe(200)
  return text
}

function idIn(text: string): string {
  return (JSON.parse(text) as { id: string }).id
}

function withId(body: Row['body'], id: string): Row['body'] {
  return body && JSON.parse(JSON.stringify(body).replace(':id', id))
}

function expectEvents(text: string, type: string): void {
  const events: string[] = []
  createSseReader(({ data }) => events.push(data)).feed(Buffer.from(text))
  const said = events.filter(data => data !== '[DONE]').map(data => JSON.parse(data) as unknown)
  expect(said.length).toBeGreaterThan(0)
  for (const event of said) expect(faultsOf(type, event), JSON.stringify(event)).toEqual([])
}

function expectPage(page: { object: unknown; data: unknown[] }, type: string): void {
  expect(page).toMatchObject({ object: 'list', data: expect.any(Array) })
  for (const item of page.data) expect(faultsOf(type, item), JSON.stringify(item)).toEqual([])
}
