import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createManualClock } from '../../base/manual-clock.ts'
import { readOptions } from '../../base/option-table.ts'
import { createMockServer, startMockServer } from '../../mock-server/index.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { eventually } from '../helpers/eventually.ts'

const fast = { ttft: 0, itl: 0, tokens: 5, logLevel: 'error' } as const
const mock = await createMockServer({ ...fast, batchTime: 0, seed: 1, rpm: 2 })
afterAll(() => mock.close())

const clientOf = ({ url }: { url: string }) =>
  new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 })
const client = clientOf(mock)

type BatchEndpoint = OpenAI.BatchCreateParams['endpoint']

async function createBatch(
  endpoint: BatchEndpoint,
  bodies: readonly object[],
  { files, batches } = client,
) {
  const lines = bodies.map((body, i) =>
    JSON.stringify({ custom_id: `request-${i + 1}`, method: 'POST', url: endpoint, body }),
  )
  const file = await files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'requests.jsonl'),
    purpose: 'batch',
  })
  return batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' })
}

/** The batch when nothing happens to it any more. */
async function finished(id: string): Promise<OpenAI.Batch> {
  return eventually(async () => {
    const batch = await client.batches.retrieve(id)
    return /^(completed|failed)$/.test(batch.status) ? batch : undefined
  })
}

async function linesOf(fileId: string | null | undefined, { files } = client) {
  const text = await (await files.content(fileId!)).text()
  return text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

const chat = (content: string, more: object = {}) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content }],
  ...more,
})

test('a batch of chats runs past the limits of live traffic, and its results are those of the endpoint', async () => {
  const bodies = ['a', 'b', 'c', 'd', 'e'].map(letter => chat(`Tell me about ${letter}.`))
  const created = await createBatch('/v1/chat/completions', bodies)
  expect(created).toMatchObject({
    id: expect.stringMatching(/^batch_[0-9a-f]{32}$/),
    status: 'validating',
    errors: null,
    metadata: null,
  })
  const done = await finished(created.id)
  expect(done).toMatchObject({
    status: 'completed',
    model: 'gpt-4o-mini-2024-07-18',
    request_counts: { total: 5, completed: 5, failed: 0 },
    error_file_id: null,
    usage: { output_tokens: 25 },
  })
  const results = await linesOf(done.output_file_id)
  expect(results.map(({ custom_id }) => custom_id)).toEqual(
    [1, 2, 3, 4, 5].map(n => `request-${n}`),
  )
  const live = await client.chat.completions.create(bodies[2] as never)
  expect(results[2]).toMatchObject({
    id: expect.stringMatching(/^batch_req_[0-9a-f]{32}$/),
    response: {
      status_code: 200,
      request_id: expect.stringMatching(/^req_[0-9a-f]{32}$/),
      body: { object: 'chat.completion', choices: live.choices },
    },
    error: null,
  })
})

test('requests that the endpoint refuses are told of in the file of errors', async () => {
  const bodies = [
    chat('Hello.'),
    chat('Hello.', { temperature: 5 }),
    chat('Hello.', { nonsense: 1 }),
  ]
  const { id } = await createBatch('/v1/chat/completions', bodies)
  const done = await finished(id)
  expect(done.request_counts).toEqual({ total: 3, completed: 1, failed: 2 })
  const [first, second] = await linesOf(done.error_file_id)
  expect([first.custom_id, second.custom_id]).toEqual(['request-2', 'request-3'])
  expect(first).toMatchObject({
    response: { status_code: 400, body: { error: { param: 'temperature' } } },
    error: null,
  })
})

test('a batch of embeddings runs too', async () => {
  const body = { model: 'text-embedding-3-small', input: 'Hello.', dimensions: 8 }
  const { id } = await createBatch('/v1/embeddings', [body])
  const done = await finished(id)
  const [result] = await linesOf(done.output_file_id)
  expect(result.response.body.data[0].embedding.length).toBe(8)
  expect(done.usage!.total_tokens).toBe(result.response.body.usage.total_tokens)
})

test('a wrong input fails its batch, line by line', async () => {
  const bodies = [chat('Hello.'), { ...chat('Hello.'), model: 'gpt-4o' }]
  const { id } = await createBatch('/v1/chat/completions', bodies)
  const done = await finished(id)
  expect(done.status).toBe('failed')
  expect(done.errors!.data).toMatchObject([
    { code: 'mismatched_model', line: 2, param: 'body.model' },
  ])
})

test.each<[object, number, string]>([
  [
    { endpoint: '/v1/files' },
    400,
    "400 Invalid value: '/v1/files'. Supported values are: '/v1/responses', ",
  ],
  [{ completion_window: '1h' }, 400, "400 Invalid value: '1h'. Supported values are: '24h'."],
  [{ input_file_id: 'file-x' }, 404, '404 No such File object: file-x'],
  [{ input_file_id: undefined }, 400, "400 Missing required parameter: 'input_file_id'."],
  [{ metadata: { a: 1 } }, 400, "400 Invalid type for 'metadata.a': expected a string"],
  [
    { output_expires_after: { anchor: 'created_at', seconds: 1 } },
    400,
    "400 Invalid 'output_expires_after.seconds': integer below minimum value.",
  ],
])('%j is refused', async (wrong, status, message) => {
  const body = {
    input_file_id: 'file-x',
    endpoint: '/v1/chat/completions' as const,
    completion_window: '24h' as const,
  }
  const error = await client.batches.create({ ...body, ...wrong }).then(
    () => undefined,
    cause => cause,
  )
  expect(error).toBeInstanceOf(OpenAI.APIError)
  expect(error.status).toBe(status)
  expect(error.message).toContain(message)
})

test('batches are listed newest first, page by page', async () => {
  await using own = await createMockServer({ ...fast, batchTime: '1h' })
  const ownClient = clientOf(own)
  const made: string[] = []
  for (let i = 0; i < 3; i++) {
    made.push((await createBatch('/v1/chat/completions', [chat('Hello.')], ownClient)).id)
  }
  const all: string[] = []
  for await (const { id } of ownClient.batches.list({ limit: 2 })) all.push(id)
  expect(all).toEqual(made.reverse())
})

test("a batch keeps the server's own time, and a cancelled one gives what it has", async () => {
  const clock = createManualClock()
  const options = readOptions(serverOptions, { ...fast, port: 0, batchTime: '10h' }, 'test')
  await using own = await startMockServer(options, { clock })
  const ownClient = clientOf(own)
  const { files, batches } = ownClient
  const bodies = Array.from({ length: 4 }, (_, i) => chat(`Say ${i}.`))
  const { id } = await createBatch('/v1/chat/completions', bodies, ownClient)
  clock.advance(3_600_000 - 1)
  expect((await batches.retrieve(id)).status).toBe('validating')
  clock.advance(1)
  expect((await batches.retrieve(id)).status).toBe('in_progress')
  clock.advance(2 * 3_600_000)
  await eventually(async () => (await batches.retrieve(id)).request_counts!.completed || undefined)
  expect((await batches.cancel(id)).status).toBe('cancelling')
  clock.advance(3_600_000)
  const done = await batches.retrieve(id)
  expect(done).toMatchObject({ status: 'cancelled', cancelled_at: done.created_at + 4 * 3600 })
  expect(await linesOf(done.output_file_id, ownClient)).toMatchObject([{ custom_id: 'request-1' }])
  expect((await linesOf(done.error_file_id, ownClient)).map(({ error }) => error.code)).toEqual(
    new Array(3).fill('batch_cancelled'),
  )
  expect((await files.list({ purpose: 'batch_output' })).data.length).toBe(2)
  const again = await batches.cancel(id).catch(cause => cause)
  expect([again.status, again.message]).toEqual([
    409,
    "409 Cannot cancel a batch with status 'cancelled'.",
  ])
})

test('closing the server ends its batches', async () => {
  const own = await createMockServer({ ...fast, ttft: '10m', batchTime: 0 })
  const ownClient = clientOf(own)
  const { id } = await createBatch('/v1/chat/completions', [chat('Hello.')], ownClient)
  await eventually(() => own.requests().find(({ path }) => path === '/v1/chat/completions'))
  expect((await ownClient.batches.retrieve(id)).status).toBe('in_progress')
  const startMs = performance.now()
  await own.close()
  expect(performance.now() - startMs).toBeLessThan(5000)
})

test('nobody passes the limits by a header that the server sends to itself', async () => {
  const headers = { 'x-tokadence-dispatch': 'guessed' }
  const call = () => client.chat.completions.create(chat('Hello again.') as never, { headers })
  const statuses = []
  for (let i = 0; i < 3; i++)
    statuses.push(
      await call().then(
        () => 200,
        error => error.status,
      ),
    )
  expect(statuses).toContain(429)
})

test('a lenient provider knows every batch', async () => {
  await using lenient = await createMockServer({ ...fast, lenient: true })
  const { batches } = clientOf(lenient)
  expect(await batches.retrieve('batch_id')).toMatchObject({ id: 'batch_id', object: 'batch' })
  expect((await batches.cancel('batch_id')).status).toBe('cancelling')
  const created = await batches.create({
    completion_window: '24h',
    endpoint: '/v1/responses',
    input_file_id: 'input_file_id',
    metadata: { foo: 'string' },
    output_expires_after: { anchor: 'created_at', seconds: 3600 },
  })
  expect(created.status).toBe('validating')
})
