/** Chat completions that are kept, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { refusalOf } from './openai.contract.ts'

let mock: MockServer
let completions: OpenAI.Chat.Completions
const ids: string[] = []

function say(text: string, more: object = {}) {
  const messages = [{ role: 'user' as const, content: `Say exactly: ${text}` }]
  return completions.create({ model: 'gpt-4o-mini', messages, store: true, ...more })
}

beforeAll(async () => {
  mock = await createMockServer({ ttft: 0, itl: 0, tokens: 5, seed: 1, logLevel: 'error' })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  completions = client.chat.completions
  ids.push((await say('One', { metadata: { team: 'a', env: 'test' }, temperature: 0.5 })).id)
  ids.push((await say('Two', { metadata: { team: 'b' } })).id)
  ids.push((await say('Three', { model: 'gpt-4o' })).id)
  await say('Not kept', { store: false })
})
afterAll(() => mock.close())

test('what was answered is read again, with what was asked for', async () => {
  const stored = await completions.retrieve(ids[0]!)
  const answered = await say('One', { store: false })
  expect(stored).toMatchObject({
    ...answered,
    metadata: { team: 'a', env: 'test' },
    temperature: 0.5,
    top_p: 1,
    tools: null,
    request_id: mock.requests()[0]!.requestId,
  })
  expect(stored.choices[0]!.message.content).toBe('One')
})

test('a stream is kept whole, calls with their ids', async () => {
  const tools = [{ type: 'function' as const, function: { name: 'f' } }]
  const stream = await say('x', { tools, tool_choice: 'required', stream: true })
  let id = ''
  const calls: unknown[] = []
  for await (const chunk of stream as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>) {
    id = chunk.id
    calls.push(...(chunk.choices[0]?.delta.tool_calls ?? []).filter(call => call.id !== undefined))
  }
  const { choices } = await completions.retrieve(id)
  expect(choices[0]!.finish_reason).toBe('tool_calls')
  expect(choices[0]!.message.tool_calls!.map(call => call.id)).toEqual(
    calls.map(call => (call as { id: string }).id),
  )
  await completions.delete(id)
})

test('they are listed from the oldest, or from the newest', async () => {
  const listed = async (query: OpenAI.Chat.Completions.ChatCompletionListParams) =>
    (await completions.list(query)).data.map(({ id }) => id)
  expect(await listed({})).toEqual(ids)
  expect(await listed({ order: 'desc' })).toEqual([...ids].reverse())
  expect(await listed({ limit: 1 })).toEqual([ids[0]])
  expect(await listed({ after: ids[0]! })).toEqual([ids[1], ids[2]])
  expect(await listed({ model: 'gpt-4o' })).toEqual([ids[2]])
  expect(await listed({ model: 'gpt-4o-mini-2024-07-18' })).toEqual([ids[0], ids[1]])
  expect(await listed({ metadata: { team: 'a' } })).toEqual([ids[0]])
  expect(await listed({ metadata: { team: 'a', env: 'live' } })).toEqual([])
})

test('a page says where it begins and ends, and the client walks through all of them', async () => {
  const page = await (await completions.list({ limit: 2 }).asResponse()).json()
  expect(page).toMatchObject({
    object: 'list',
    first_id: ids[0],
    last_id: ids[1],
    has_more: true,
  })
  const walked: string[] = []
  for await (const { id } of completions.list({ limit: 1 })) walked.push(id)
  expect(walked).toEqual(ids)
})

test('the messages that were sent are listed, parts as parts', async () => {
  const parts = [{ type: 'text' as const, text: 'Say exactly: Four' }]
  const { id } = await completions.create({
    model: 'gpt-4o-mini',
    store: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: parts, name: 'ada' },
    ],
  })
  const { data } = await completions.messages.list(id)
  expect(data).toEqual([
    { id: `${id}-0`, name: null, role: 'system', content: 'Be brief.', content_parts: null },
    { id: `${id}-1`, name: 'ada', role: 'user', content: null, content_parts: parts },
  ])
  const newest = await completions.messages.list(id, { order: 'desc', limit: 1 })
  expect(newest.data.map(message => message.id)).toEqual([`${id}-1`])
  await completions.delete(id)
})

test('metadata is changed, and nothing else', async () => {
  const changed = await completions.update(ids[1]!, { metadata: { team: 'c' } })
  expect(changed).toEqual(await completions.retrieve(ids[1]!))
  expect((changed as { metadata?: unknown }).metadata).toEqual({ team: 'c' })
  const error = await refusalOf(() => completions.update(ids[1]!, {} as { metadata: null }))
  expect([error.status, error.code, error.param]).toEqual([
    400,
    'missing_required_parameter',
    'metadata',
  ])
})

test('what is deleted is gone', async () => {
  const { id } = await say('Five')
  expect(await completions.delete(id)).toEqual({
    object: 'chat.completion.deleted',
    id,
    deleted: true,
  })
  for (const action of [
    () => completions.retrieve(id),
    () => completions.delete(id),
    () => completions.update(id, { metadata: {} }),
    () => completions.messages.list(id),
  ]) {
    const error = await refusalOf(action)
    expect([error.status, error.message, error.param, error.code, error.type]).toEqual([
      404,
      `404 Completion ${id} not found`,
      'completion_id',
      'not_found',
      'invalid_request_error',
    ])
  }
})

test('an order or a limit that there is not is refused', async () => {
  const wrong = { order: 'up' as 'asc' }
  const error = await refusalOf(() => completions.list(wrong))
  expect([error.status, error.message]).toEqual([
    400,
    "400 Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
  ])
  expect((await refusalOf(() => completions.list({ limit: 0 }))).status).toBe(400)
})
