/** Responses over a WebSocket, with the `openai` and `ws` packages as the judges. */
import { once } from 'node:events'
import OpenAI from 'openai'
import { ResponsesWS } from 'openai/resources/responses/ws'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createManualClock } from '../../base/manual-clock.ts'
import { readOptions } from '../../base/option-table.ts'
import { createMockServer, type MockServer, startMockServer } from '../../mock-server/index.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { eventually } from '../helpers/eventually.ts'

const model = 'gpt-4o-mini'
const apiKey = 'sk-test-0123456789'
const quick = { ttft: 0, itl: 0, tokens: 8, seed: 1, logLevel: 'error' } as const
const mock = await createMockServer({ ...quick, apiKey, maxBodyBytes: 10_000 })
afterAll(() => mock.close())

interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A connection whose frames are read one by one. */
async function connect({ port }: Pick<MockServer, 'port'>) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`, {
    headers: { authorization: `Bearer ${apiKey}` },
  })
  const frames: Frame[] = []
  socket.on('message', data => frames.push(JSON.parse(String(data))))
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  const next = () => eventually(() => frames.shift())
  /** The frames of the next answer, to its last. */
  const answer = async () => {
    const read: Frame[] = []
    do read.push(await next())
    while (!/^error$|\.(completed|incomplete|failed)$/.test(read.at(-1)!.type))
    return read
  }
  const create = (body: object) =>
    socket.send(JSON.stringify({ type: 'response.create', model, ...body }))
  return {
    socket,
    closed,
    next,
    answer,
    create,
    ask(body: object) {
      create(body)
      return answer()
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}

const objectOf = (frames: readonly Frame[]) => frames.at(-1)!.response as OpenAI.Responses.Response

test("the SDK's own client reads the events of a stream, a frame each", async () => {
  const client = new OpenAI({ baseURL: mock.url, apiKey })
  const connection = new ResponsesWS(client)
  connection.send({ type: 'response.create', model, input: 'Hello.' })
  const events: OpenAI.Responses.ResponsesServerEvent[] = []
  for await (const event of connection) {
    if (event.type !== 'message') continue
    events.push(event.message)
    if (event.message.type === 'response.completed') connection.close()
  }
  const { id } = (events.at(-1) as OpenAI.Responses.ResponseCompletedEvent).response
  const streamed = await client.responses.retrieve(id, { stream: true })
  const told: unknown[] = []
  for await (const event of streamed) told.push(event)
  expect(events).toEqual(told)
})

test('a response that is not stored can be continued on its connection only', async () => {
  using connection = await connect(mock)
  const first = objectOf(await connection.ask({ input: 'One.', store: false }))
  const next = { input: 'Two.', store: false, previous_response_id: first.id }
  const second = objectOf(await connection.ask(next))
  expect(second.previous_response_id).toBe(first.id)
  expect(second.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens)

  using other = await connect(mock)
  expect(await other.ask(next)).toEqual([
    {
      type: 'error',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        message: `Previous response with id '${first.id}' not found.`,
        param: 'previous_response_id',
      },
    },
  ])
})

test('what failed to be continued is not kept for another try', async () => {
  using connection = await connect(mock)
  const first = objectOf(await connection.ask({ input: 'One.', store: false }))
  const previous_response_id = first.id
  const [refused] = await connection.ask({ previous_response_id, input: 42 })
  expect(refused).toMatchObject({ type: 'error', error: { param: 'input' } })
  const [gone] = await connection.ask({ previous_response_id, input: 'Two.', store: false })
  expect(gone).toMatchObject({ error: { code: 'previous_response_not_found' } })
})

test('messages are answered one after the other; a wrong one does not end the connection', async () => {
  using connection = await connect(mock)
  connection.create({ input: 'One.' })
  connection.socket.send('{')
  connection.socket.send('{"type":"response.cancel"}')
  connection.socket.send(`${'['.repeat(600)}${']'.repeat(600)}`)
  connection.create({ input: 'Two.' })
  const answers = [1, 2, 3, 4, 5].map(() => connection.answer)
  const seen: Frame[][] = []
  for (const answer of answers) seen.push(await answer())
  expect(seen.map(frames => frames.at(-1)!.type)).toEqual([
    'response.completed',
    'error',
    'error',
    'error',
    'response.completed',
  ])
  expect(seen[1]![0]).toMatchObject({
    status: 400,
    error: { message: expect.stringMatching(/^We could not parse/) },
  })
  expect(seen[2]![0]).toMatchObject({ error: { param: 'type', code: 'invalid_value' } })
  expect(seen[3]![0]).toMatchObject({
    error: { message: 'Invalid body: nested deeper than 512 levels.' },
  })
})

test('a conversation can be taken in without an answer', async () => {
  using connection = await connect(mock)
  const frames = await connection.ask({ input: 'One.', store: false, generate: false })
  expect(frames.map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.completed',
  ])
  const { id, output } = objectOf(frames)
  expect(output).toEqual([])
  const next = objectOf(await connection.ask({ input: [], previous_response_id: id }))
  expect(next.output).toHaveLength(1)
})

test('whoever has no key or another path gets no connection', async () => {
  const refused = async (path: string, key: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${mock.port}${path}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    const text = await new Response(response).text()
    return [response.statusCode, JSON.parse(text).error.message]
  }
  expect(await refused('/v1/responses', 'sk-stranger')).toEqual([
    401,
    expect.stringMatching(/^Incorrect API key provided/),
  ])
  expect(await refused('/v1/chat/completions', apiKey)).toEqual([
    404,
    'Invalid URL (GET /v1/chat/completions)',
  ])
})

test('a run ends with its connection, and each message has its entry in the journal', async () => {
  await using slow = await createMockServer({ ...quick, itl: '20ms', tokens: 1000 })
  using connection = await connect(slow)
  connection.create({ input: 'Hello.' })
  await connection.next()
  connection.socket.close()
  expect(await connection.closed).toBe(1005)
  const entry = await eventually(() =>
    slow.requests().find(({ done }) => done.outcome === 'hung-up'),
  )
  expect(entry).toMatchObject({ path: '/v1/responses', model, stream: true, done: { status: 200 } })
})

test('a frame that is too large and a crowd of messages end the connection', async () => {
  using large = await connect(mock)
  large.create({ input: 'x'.repeat(20_000) })
  expect(await large.closed).toBe(1009)
  await using slow = await createMockServer({ ...quick, ttft: '10s' })
  using crowded = await connect(slow)
  for (let i = 0; i < 34; i++) crowded.create({ input: 'Hello.' })
  expect(await crowded.closed).toBe(1008)
})

test('what a reader does not take is not kept for it', async () => {
  await using fresh = await createMockServer(quick)
  using connection = await connect(fresh)
  connection.socket.pause()
  // The first two events repeat it, and are more than the sockets hold.
  const prompt = { id: 'pmpt_1', variables: { long: 'x'.repeat(2 ** 23) } }
  connection.create({ input: 'Much.', prompt })
  const entry = await eventually(() => fresh.requests().find(({ intended }) => intended))
  await eventually(async () => {
    const metrics = await (await fetch(`${fresh.origin}/metrics`)).text()
    return /^tokadence_mock_streams_active 0$/m.test(metrics) || undefined
  })
  expect([entry.done.outcome, entry.done.chunks]).toEqual(['open', 0])
})

test('a connection lasts for 60 minutes', async () => {
  const clock = createManualClock()
  const options = readOptions(serverOptions, { ...quick, port: 0 }, 'test')
  await using server = await startMockServer(options, { clock })
  using connection = await connect(server)
  expect(objectOf(await connection.ask({ input: 'Hello.' })).status).toBe('completed')
  clock.advance(60 * 60_000)
  expect(await connection.next()).toMatchObject({
    type: 'error',
    status: 400,
    error: { code: 'websocket_connection_limit_reached' },
  })
  await connection.closed
  expect(clock.pending).toBe(0)
})

test('the server closes with connections open', async () => {
  const closing = await createMockServer(quick)
  using connection = await connect(closing)
  await closing.close()
  expect(await connection.closed).toBe(1001)
})
