import { describe, expect, it } from 'vitest'
import { bodiesOf, requestsOf, workOf } from '../../../helpers/bench-work.ts'

async function prompts(
  count: number,
  given: readonly string[],
  seed = 'a',
): Promise<readonly string[]> {
  const bodies = bodiesOf(await workOf({ prompt: given }, { seed }), count)
  return bodies.map(({ messages }) => messages[0].content)
}

it('asks for a stream with usage, and for a limit only when there is one', async () => {
  const [body] = bodiesOf(await workOf({ model: 'm', prompt: ['hi'] }), 1)
  expect(body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
    stream_options: { include_usage: true },
  })
  const [limited] = bodiesOf(await workOf({ prompt: ['hi'], maxTokens: 64 }), 1)
  expect(limited.max_tokens).toBe(64)
})

it('synthetic prompts all differ, from their beginnings on', async () => {
  const all = await prompts(2000, [])
  expect(new Set(all).size).toBe(2000)
  expect(new Set(all.map(text => text.split(' ').slice(0, 4).join(' '))).size).toBeGreaterThan(1990)
})

it('the same seed gives the same prompts, another others', async () => {
  expect(await prompts(5, [])).toEqual(await prompts(5, []))
  expect(await prompts(5, [], 'b')).not.toEqual(await prompts(5, []))
})

it('given prompts are sent as they are and drawn, not walked in order', async () => {
  const given = ['one', 'two', 'three']
  const all = await prompts(600, given)
  expect(new Set(all)).toEqual(new Set(given))
  const walked = all.filter((text, i) => text === given[i % 3]).length
  expect(walked).toBeGreaterThan(130)
  expect(walked).toBeLessThan(270)
})

it('given prompts are used evenly: each once before any comes again', async () => {
  const given = Array.from({ length: 50 }, (_, i) => `prompt ${i}`)
  const all = await prompts(150, given)
  for (const from of [0, 50, 100]) {
    expect(new Set(all.slice(from, from + 50))).toEqual(new Set(given))
  }
  expect(all.slice(0, 50)).not.toEqual(all.slice(50, 100))
})

describe('headers', () => {
  it('the key stands where the endpoint wants it, or where it is told to stand', async () => {
    const apiKey = 'k'
    expect((await workOf({ apiKey })).headers).toMatchObject({ authorization: 'Bearer k' })
    const messages = await workOf({ apiKey, endpoint: 'messages' })
    expect(messages.headers).toMatchObject({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
    expect(messages.headers).not.toHaveProperty('authorization')
    const azure = await workOf({ apiKey, auth: 'api-key' }, { query: '?api-version=2024-10-21' })
    expect(azure.headers).toMatchObject({ 'api-key': 'k' })
    expect(azure.headers).not.toHaveProperty('authorization')
    expect(azure.next().path).toBe('/chat/completions?api-version=2024-10-21')
    expect((await workOf({ apiKey, auth: 'none' })).headers).not.toHaveProperty('authorization')
  })

  it('what the user adds wins, whatever its case', async () => {
    const { headers } = await workOf({
      header: ['X-Team: a: b', 'Authorization:  Token t ', 'USER-AGENT: mine'],
    })
    expect(headers).toMatchObject({
      'x-team': 'a: b',
      authorization: 'Token t',
      'user-agent': 'mine',
      accept: 'text/event-stream',
    })
  })

  it.each(['no colon', 'a b: c', 'x: a\r\nevil: b', 'x: \u0000', 'Content-Length: 3', 'host: h'])(
    'refuses %j',
    async header => {
      await expect(workOf({ header: [header] })).rejects.toThrow(/header.*write "Name: value"/)
    },
  )

  it('a wanted length is told to our own mock, and nobody else is the worse for it', async () => {
    const work = await workOf({ outputTokens: 7 })
    expect(work.next().headers).toEqual({ 'x-tokadence-tokens': '7' })
    expect((await workOf({ maxTokens: 7 })).next().headers).toEqual({})
  })
})

describe('more fields of the body', () => {
  it('come to those of the run and win', async () => {
    const [body] = bodiesOf(await workOf({ body: '{"temperature":0,"model":"other"}' }), 1)
    expect(body).toMatchObject({ temperature: 0, model: 'other', stream: true })
  })

  it('may hold the limit, which a drawn length goes before', async () => {
    const own = { max_tokens: 5 }
    expect(bodiesOf(await workOf({ body: own }), 1)[0].max_tokens).toBe(5)
    const { body } = (await workOf({ body: own, outputTokens: 9 })).next()
    expect(body.match(/max_tokens/g)).toHaveLength(1)
    expect(JSON.parse(body).max_tokens).toBe(9)
  })

  it('say how it is streamed as --stream does', async () => {
    const request = (await workOf({ body: { stream: false } })).next()
    expect(JSON.parse(request.body)).not.toHaveProperty('stream')
    expect(request.reader.kind).toBe('whole')
  })

  it.each(['[1]', '3', '{"a":', 'null'])('refuses %s', async body => {
    await expect(workOf({ body })).rejects.toThrow(/write a JSON object/)
  })
})

describe('endpoints', () => {
  it.each([
    ['chat', '/chat/completions', 'messages', 'max_tokens', 'events'],
    ['completions', '/completions', 'prompt', 'max_tokens', 'events'],
    ['responses', '/responses', 'input', 'max_output_tokens', 'events'],
    ['messages', '/messages', 'messages', 'max_tokens', 'events'],
    ['embeddings', '/embeddings', 'input', undefined, 'whole'],
    ['moderations', '/moderations', 'input', undefined, 'whole'],
    ['images', '/images/generations', 'prompt', undefined, 'whole'],
    ['speech', '/audio/speech', 'input', undefined, 'bytes'],
  ] as const)('%s', async (endpoint, path, field, limit, kind) => {
    const work = await workOf({ endpoint, prompt: ['hi'], ...(limit && { maxTokens: 5 }) })
    const request = work.next()
    const body = JSON.parse(request.body)
    expect(request.path).toBe(path)
    expect(request.reader.kind).toBe(kind)
    expect(JSON.stringify(body[field])).toContain('"hi"')
    if (limit) expect(body[limit]).toBe(5)
    expect(body.stream).toBe(kind === 'events' ? true : undefined)
    expect(work.scenarios).toMatchObject([{ endpoint, stream: kind === 'events', prompts: 1 }])
  })

  it('ask for a model that serves there, unless one is named', async () => {
    const modelOf = async (endpoint: 'embeddings' | 'chat', model?: string) =>
      bodiesOf(await workOf({ endpoint, model }), 1)[0].model
    expect(await modelOf('embeddings')).toBe('text-embedding-3-small')
    expect(await modelOf('embeddings', 'mine')).toBe('mine')
    expect(await modelOf('chat')).toBe('gpt-4o-mini')
  })

  it('models that reason are told their limit by its newer name', async () => {
    const [body] = bodiesOf(await workOf({ model: 'gpt-5-mini', maxTokens: 3 }), 1)
    expect(body.max_completion_tokens).toBe(3)
    expect(body).not.toHaveProperty('max_tokens')
  })

  it('messages need a limit, and have one', async () => {
    expect(bodiesOf(await workOf({ endpoint: 'messages' }), 1)[0].max_tokens).toBe(1024)
  })

  it('answers come whole where streams are not wanted', async () => {
    const request = (await workOf({ stream: false })).next()
    expect(request.reader.kind).toBe('whole')
    expect(JSON.parse(request.body)).not.toHaveProperty('stream')
  })
})

it.each([
  [{ prompt: ['a'], inputTokens: 5 }, /given prompts have the length/],
  [{ prompt: ['a'], sharedPrefix: 5 }, /only synthetic prompts/],
  [{ outputTokens: 5, maxTokens: 5 }, /leave out one of the two/],
  [{ endpoint: 'embeddings', maxTokens: 5 }, /embeddings have no length/],
  [{ endpoint: 'embeddings', outputTokens: 5 }, /embeddings have no length/],
  [{ endpoint: 'moderations', stream: true }, /never streams/],
  [{ endpoint: 'completions', turns: 2 }, /no conversations/],
  [{ sharedPrefix: 1_000_000, prefixGroups: 100 }, /more than 16777216 tokens/],
  [{ inputTokens: 'zipf(2)' }, /azure-conversation/],
] as const)('refuses %j', async (options, why) => {
  await expect(workOf(options)).rejects.toThrow(why)
})

it('lengths that a schedule asks for go before those of the options', async () => {
  const work = await workOf({ inputTokens: 50, outputTokens: 50 })
  const usual = JSON.parse(work.next().body)
  const hinted = work.next({ inputTokens: 20, outputTokens: 3 })
  const body = JSON.parse(hinted.body)
  expect(body.max_tokens).toBe(3)
  expect(hinted.headers).toEqual({ 'x-tokadence-tokens': '3' })
  expect(body.messages[0].content.split(' ')).toHaveLength(20 - 7)
  expect(usual.messages[0].content.split(' ')).toHaveLength(50 - 7)
})

it('requests of a run with one scenario name none', async () => {
  const [request] = requestsOf(await workOf({}), 1)
  expect(request?.scenario).toBeUndefined()
})
