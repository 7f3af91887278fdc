/** HTTPS, with the `openai` client as the judge. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { Agent, FormData, fetch } from 'undici'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { startServe } from '../helpers/program.ts'

const settings = { ttft: 0, itl: '1ms', tokens: 60, seed: 7, logLevel: 'error' } as const
const mock = await createMockServer({ ...settings, tls: true })
const plain = await createMockServer(settings)
const ca = mock.certificate!
const dispatcher = new Agent({ connect: { ca } })
const client = new OpenAI({
  baseURL: mock.url,
  apiKey: 'sk-test',
  maxRetries: 0,
  fetch: fetch as unknown as typeof globalThis.fetch,
  fetchOptions: { dispatcher } as object,
})
afterAll(async () => {
  await dispatcher.close()
  await Promise.all([mock.close(), plain.close()])
})

const asked = {
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: 'Tell me of the sea.' }],
  stream: true as const,
}

async function textOf(from: OpenAI): Promise<string> {
  let text = ''
  for await (const chunk of await from.chat.completions.create(asked)) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  return text
}

test('streams say over TLS what they say without it', async () => {
  expect(mock.url).toBe(`https://127.0.0.1:${mock.port}/v1`)
  const unencrypted = new OpenAI({ baseURL: plain.url, apiKey: 'sk-test', maxRetries: 0 })
  const texts = await Promise.all([textOf(unencrypted), ...[1, 2, 3, 4].map(() => textOf(client))])
  expect(texts[0]!.length).toBeGreaterThan(150)
  expect(new Set(texts).size).toBe(1)
})

test('who is not given the certificate does not trust it', async () => {
  const error = await globalThis.fetch(`${mock.url}/models`).catch(({ cause }) => cause)
  expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})

test('localhost is a name of it too', async () => {
  const response = await fetch(`https://localhost:${mock.port}/healthz`, { dispatcher }).catch(
    ({ cause }) => cause,
  )
  expect(await response.text()).toBe('ok\n')
})

test('a wish for another protocol is passed over', async () => {
  const sent = request(`${mock.origin}/healthz`, {
    ca,
    headers: { connection: 'upgrade', upgrade: 'h2c' },
  }).end()
  const [response] = await once(sent, 'response')
  expect(response.statusCode).toBe(200)
  response.resume()
  await once(response, 'end')
})

test('responses go over a WebSocket', async () => {
  const socket = new WebSocket(`wss://127.0.0.1:${mock.port}/v1/responses`, {
    ca,
    headers: { authorization: 'Bearer sk-test' },
  })
  const types: string[] = []
  socket.on('message', data => types.push(JSON.parse(String(data)).type))
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-4o', input: 'Hi.' }))
  const last = await eventually(() =>
    types.find(type => type === 'response.completed' || type === 'error'),
  )
  expect(last).toBe('response.completed')
  socket.close()
  await once(socket, 'close')
})

test('a batch is answered by the server that it was given to', async () => {
  const line = {
    custom_id: 'a',
    method: 'POST',
    url: '/v1/chat/completions',
    body: { ...asked, stream: false },
  }
  mock.configure({ batchTime: 1 })
  const form = new FormData()
  form.set('purpose', 'batch')
  form.set('file', new Blob([JSON.stringify(line)]), 'a.jsonl')
  const headers = { authorization: 'Bearer sk-test' }
  const sent = await fetch(`${mock.url}/files`, { method: 'POST', body: form, headers, dispatcher })
  const file = (await sent.json()) as { id: string }
  const input = { input_file_id: file.id, endpoint: '/v1/chat/completions' } as const
  let batch = await client.batches.create({ ...input, completion_window: '24h' })
  while (['validating', 'in_progress', 'finalizing'].includes(batch.status)) {
    batch = await client.batches.retrieve(batch.id)
  }
  expect([batch.status, batch.request_counts]).toEqual([
    'completed',
    { total: 1, completed: 1, failed: 0 },
  ])
})

test('serve tells where its certificate and its page are, and takes the certificate away again', async () => {
  const { program, url, origin } = await startServe(['--tls'])
  await using _ = program
  const path = await eventually(
    () => /^export NODE_EXTRA_CA_CERTS=(.+)$/m.exec(program.stdout)?.[1],
  )
  const trusting = new Agent({ connect: { ca: await readFile(path) } })
  expect((await fetch(`${url}/models`, { dispatcher: trusting })).status).toBe(401)
  await trusting.close()
  await eventually(() => program.stderr.includes(`live page: ${origin}/_tokadence/\n`) || undefined)
  program.process.kill('SIGTERM')
  expect(await program.exit).toBe(0)
  expect(existsSync(path)).toBe(false)
})

test('the certificate may be one of files; what cannot be used is refused at start', async () => {
  const { selfSigned } = await import('../../mock-server/http/certificate.ts')
  const folder = await mkdtemp(join(tmpdir(), 'tokadence-tls-'))
  const [own, other] = [selfSigned(['127.0.0.1'], Date.now()), selfSigned(['a'], Date.now())]
  const pathOf = async (name: string, content: string) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const tlsCert = await pathOf('cert.pem', own.cert)
  const tlsKey = await pathOf('key.pem', own.key)
  const otherKey = await pathOf('other.pem', other.key)
  await using named = await createMockServer({ ...settings, tlsCert, tlsKey })
  expect(named.certificate).toBe(own.cert)
  const trusting = new Agent({ connect: { ca: own.cert } })
  const response = await fetch(`${named.origin}/healthz`, { dispatcher: trusting })
  expect(response.status).toBe(200)
  await trusting.close()

  await expect(createMockServer({ tlsCert })).rejects.toThrow(/^tlsCert: .*give tlsKey as well$/)
  await expect(createMockServer({ tlsKey })).rejects.toThrow(/^tlsKey: .*give tlsCert as well$/)
  const missing = createMockServer({ tlsCert: join(folder, 'none.pem'), tlsKey })
  await expect(missing).rejects.toThrow(/it cannot be read \(ENOENT\)$/)
  const mismatch = createMockServer({ tlsCert, tlsKey: otherKey })
  await expect(mismatch).rejects.toThrow(/it and tlsKey cannot be used: .*key values mismatch/)
  await rm(folder, { recursive: true })
})
