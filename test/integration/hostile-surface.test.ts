/**
 * Every endpoint against a client that sends what nobody should: whatever comes, the server answers, in an
 * envelope that its callers can read, and is idle afterwards. `FUZZ=20000 FUZZ_SEED=7` tries longer, otherwise.
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../../base/clock.ts'
import { readOptions } from '../../base/option-table.ts'
import { createRandom } from '../../base/random.ts'
import { openai } from '../../mock-server/dialects/index.ts'
import { openFixtures } from '../../mock-server/fixtures/open-fixtures.ts'
import type { Endpoint } from '../../mock-server/http/endpoint.ts'
import {
  createMockServer,
  type MockServer,
  type MockServerOptions,
} from '../../mock-server/index.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { createProvider, type Provider } from '../../mock-server/provider.ts'
import { eventually } from '../helpers/eventually.ts'
import { hostileJson } from '../helpers/hostile-bodies.ts'
import { attack } from '../helpers/hostile-client.ts'
import { createIds, targets } from '../helpers/hostile-targets.ts'
import { connectRaw, rawRequest } from '../helpers/raw-http.ts'

const requests = Number(process.env.FUZZ ?? 450)
const seed = Number(process.env.FUZZ_SEED ?? 1)
const quick = { ttft: 0, itl: 0, tokens: 12, reasoning: 8, batchTime: '20ms', seed: 1 } as const
const slow = { ...quick, ttft: '2ms', itl: '1ms', tokens: 30 } as const
const authorization = 'Bearer sk-test'
const model = 'gpt-4o-mini'
const text = { role: 'user', content: 'Hi.' }

async function get(origin: string, path: string): Promise<string> {
  return (await fetch(`${origin}${path}`, { headers: { authorization } })).text()
}

/** Resolves to the status. */
async function post({ url }: MockServer, path: string, body: object): Promise<number> {
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  await response.text()
  return response.status
}

/** Resolves once nothing is played and nothing asked any more. Returns how often the server itself failed. */
async function whenIdle({ origin }: MockServer): Promise<number> {
  return eventually(async () => {
    const metrics = await get(origin, '/metrics')
    const read = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(metrics)?.[1])
    const busy = read('tokadence_mock_streams_active') + read('tokadence_mock_requests_in_flight')
    return busy === 0 ? read('tokadence_mock_internal_errors_total') : undefined
  })
}

test('a client that goes while what answers it is loaded is noticed', async () => {
  await using mock = await createMockServer({ ...quick, ttft: '10s' })
  await using connection = await connectRaw(mock.port)
  const body = JSON.stringify({ model: 'tts-1', input: 'Hello.', voice: 'alloy' })
  const headers = { 'content-type': 'application/json' }
  connection.send(rawRequest('POST /v1/audio/speech HTTP/1.1', { headers, body }))
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  connection.socket.destroy()
  const entry = await eventually(() => mock.requests()[0])
  await eventually(() => entry.done.outcome !== 'open' || undefined)
  expect([entry.path, entry.done.outcome]).toEqual(['/v1/audio/speech', 'hung-up'])
})

test.each<[name: string, share: number, aborts: number, options: MockServerOptions]>([
  ['strictly', 0.35, 3, quick],
  ['leniently', 0.3, 3, { ...quick, lenient: true }],
  ['slowly, one at a time, and given up', 0.1, 40, { ...slow, maxConcurrent: 1 }],
  ["in Azure's way", 0.05, 3, { ...quick, dialect: 'azure' }],
  ["in vLLM's way", 0.05, 3, { ...quick, dialect: 'vllm' }],
  ["in Mistral's way", 0.05, 3, { ...quick, dialect: 'mistral' }],
  ["in xAI's way", 0.05, 3, { ...quick, dialect: 'xai' }],
  ["in OpenRouter's way, leniently", 0.05, 10, { ...slow, dialect: 'openrouter', lenient: true }],
])('whatever is asked is answered %s', async (_, share, aborts, options) => {
  await using mock = await createMockServer(options)
  const { port } = mock
  const { dialect = 'openai' } = options
  const count = Math.ceil((requests * share) / 2)
  const lane = (number: number) =>
    attack({ port, dialect, seed: 2 * seed + number, requests: count, aborts })
  const outcomes = await Promise.all([0, 1].map(lane))
  expect(outcomes.flatMap(({ faults }) => faults)).toEqual([])
  const taken = outcomes.reduce((sum, { statuses }) => sum + (statuses.get(200) ?? 0), 0)
  expect(taken).toBeGreaterThan(0.2 * count) // else it has tried refusals only
  expect(await whenIdle(mock)).toBe(0)
  // Nor is anything held of the limits.
  expect(await post(mock, '/chat/completions', { model, messages: [text] })).toBe(200)
  expect(await post(mock, '/responses', { model: 'gpt-5-mini', input: 'Hi.' })).toBe(200)
})

test('what is refused leaves nothing behind', async () => {
  await using mock = await createMockServer(quick)
  const kept = new Set<string>()
  const made = ['/files', '/uploads', '/uploads/:id/parts', '/uploads/:id/complete', '/batches']
  const { faults } = await attack({
    ...{ port: mock.port, dialect: 'openai', seed, requests: requests / 4, aborts: 0 },
    targets: targets.filter(({ method, path }) => method === 'POST' && made.includes(path)),
    onAnswer({ target, method }, { status, body }) {
      if (status !== 200 || method !== 'POST' || target.path === '/uploads/:id/parts') return
      const { id, file } = JSON.parse(body.toString())
      if (target.path.startsWith('/uploads')) kept.add(file?.id)
      else kept.add(id)
    },
  })
  expect(faults).toEqual([])
  kept.delete(undefined as never)
  expect(await whenIdle(mock)).toBe(0)
  const list = async (path: string) => {
    const { data } = JSON.parse(await get(mock.url, path)) as {
      data: { id: string; purpose?: string }[]
    }
    return data.filter(({ purpose }) => purpose !== 'batch_output').map(({ id }) => id)
  }
  const found = [...(await list('/files')), ...(await list('/batches?limit=100'))]
  expect(found.sort()).toEqual([...kept].sort())
  expect(kept.size).toBeGreaterThan(5)
})

interface Frame {
  readonly type: string
}

test('whatever comes over a WebSocket is answered, or ends that connection and no other', async () => {
  await using mock = await createMockServer(quick)
  const responses = targets.find(({ path }) => path === '/responses')!.bodies!
  const ids = createIds()
  let answered = 0
  let whole = 0
  for (let number = 0; number < requests / 250; number++) {
    const random = createRandom('frames', seed, number)
    const socket = new WebSocket(`ws://127.0.0.1:${mock.port}/v1/responses`, {
      headers: { authorization },
    })
    await once(socket, 'open')
    const frames: Frame[] = []
    socket.on('message', data => {
      ids.learn(String(data))
      frames.push(JSON.parse(String(data)))
    })
    const isOver = () => /^error$|\.(completed|incomplete|failed)$/.test(frames.at(-1)?.type ?? '')
    const answer = async () => {
      await eventually(() => isOver() || socket.readyState === WebSocket.CLOSED || undefined)
      if (isOver()) answered++
      return frames.splice(0).at(-1)
    }
    for (let i = 0; i < 20 && socket.readyState === WebSocket.OPEN; i++) {
      const body = { type: 'response.create', ...(random.pick(responses) as object) }
      const donor = random.pick(responses)
      const text = hostileJson(body, { random, donor, id: kind => ids.pick(kind, random) })
      socket.send(text, { binary: random.integer(5) === 0 })
      if (random.integer(10) === 0) socket.ping(text.slice(0, 100))
      await answer()
    }
    // What is no UTF-8 ends it.
    if (socket.readyState !== WebSocket.OPEN) continue
    socket.send('{"type":"response.create","model":"gpt-4o-mini","input":"Well?"}')
    expect(await answer()).toMatchObject({ type: 'response.completed' })
    whole++
    // Neither a frame nor the end of one.
    Reflect.get(socket, '_socket').end(Buffer.from([0xff, 0x01, 0x02, random.integer(256)]))
    await once(socket, 'close')
  }
  expect(answered).toBeGreaterThan(30)
  expect(whole).toBeGreaterThan(0)
  expect(await whenIdle(mock)).toBe(0)
})

test('a client that resets its connection as it asks for another protocol ends nothing else', async () => {
  await using mock = await createMockServer(quick)
  const failures: unknown[] = []
  const note = (error: unknown) => void failures.push(error)
  process.on('uncaughtExceptionMonitor', note)
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  for (const path of ['/v1/responses', '/v1/chat/completions']) {
    for (let turns = 0; turns < 12; turns++) {
      await using connection = await connectRaw(mock.port)
      connection.send(rawRequest(`GET ${path} HTTP/1.1`, { headers }))
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      connection.socket.resetAndDestroy()
    }
  }
  expect(await whenIdle(mock)).toBe(0)
  process.off('uncaughtExceptionMonitor', note)
  expect(failures).toEqual([])
})

/** It is its own `toString`, and so none. */
const odd = { toString: 1 }

let strict: MockServer
let lenient: MockServer
beforeAll(async () => {
  strict = await createMockServer(quick)
  lenient = await createMockServer({ ...quick, lenient: true })
})
afterAll(() => Promise.all([strict.close(), lenient.close()]))

const strictSchema = { type: 'object', properties: {}, additionalProperties: false }
const formatOf = (schema: object, strict = false) => ({
  model,
  messages: [text],
  response_format: { type: 'json_schema', json_schema: { name: 's', strict, schema } },
})
const respondTo = (input: unknown, more = {}) => ({ model, input, ...more })
const allowed = { type: 'allowed_tools', mode: 'auto', tools: [{ type: odd }] }
const shellOutput = { type: 'shell_call_output', call_id: odd, output: [] }
const refusal = { type: 'refusal', refusal: odd }
const noteOutput = { type: 'custom_tool_call_output', call_id: 'a', output: [refusal] }
const oddOrItself = { anyOf: [{ type: 'object', required: [odd] }, { $ref: '#' }] }

test.each<[what: string, path: string, body: object, strictly: number, leniently: number]>([
  ['a model of half a character', '/embeddings', { model: '\udc00', input: [1, 2] }, 200, 200],
  ['a long model', '/embeddings', { model: 'x'.repeat(1e5), input: 'a' }, 200, 200],
  ['many texts', '/moderations', { input: new Array(2049).fill('a') }, 400, 400],
  ['an odd file', '/batches', { endpoint: '/v1/embeddings', input_file_id: odd }, 400, 400],
  ['an odd choice', '/responses', respondTo('a', { tool_choice: allowed }), 400, 400],
  ['an odd call id', '/responses', respondTo([shellOutput]), 400, 400],
  ['an odd refusal', '/responses', respondTo([noteOutput]), 400, 200],
  ['an odd name', '/chat/completions', formatOf(oddOrItself), 200, 200],
  [
    'a strict odd name',
    '/chat/completions',
    formatOf({ ...strictSchema, required: [[odd]] }, true),
    400,
    200,
  ],
  ['a million values', '/chat/completions', { messages: new Array(2 ** 20).fill(1) }, 413, 413],
])('%s is no failure of the server', async (_, path, body, strictly, leniently) => {
  const statuses = [await post(strict, path, body), await post(lenient, path, body)]
  expect(statuses).toEqual([strictly, leniently])
})

/** Every function that the endpoints' files export as `…Endpoints`. */
async function endpointsOf(provider: Provider): Promise<readonly Endpoint[]> {
  const folder = new URL('../../mock-server/http/endpoints/', import.meta.url)
  const modules = await Promise.all(
    readdirSync(folder).map(name => import(new URL(name, folder).pathname)),
  )
  return modules.flatMap(module =>
    Object.entries(module)
      .filter(([name]) => name.endsWith('Endpoints'))
      .flatMap(([, make]) => (make as (provider: Provider) => readonly Endpoint[])(provider)),
  )
}

test('every endpoint is among those that are asked', async () => {
  const options = readOptions(serverOptions, quick, 'test')
  const provider = createProvider(options, {
    clock: systemClock,
    write() {},
    dialect: openai,
    fixtures: await openFixtures(options, { clock: systemClock, log() {} }),
    origin: 'http://127.0.0.1',
  })
  const shown = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
  const endpoints = await endpointsOf(provider)
  expect(new Set(targets.map(shown))).toEqual(new Set(endpoints.map(shown)))
  await provider.close()
})
