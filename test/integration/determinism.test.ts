/**
 * The same seed and request: the same bytes and the same plan, alone, in a crowd, and in another process.
 * TOKADENCE_TEST_FULL=1 makes it 2,000 requests instead of 200.
 */
import { expect, test } from 'vitest'
import {
  createMockServer,
  type JournalEntry,
  type MockServerOptions,
} from '../../mock-server/index.ts'
import { startServe } from '../helpers/program.ts'
import { createQuickClient, type QuickAnswer } from '../helpers/quick-client.ts'
import { chatBody, echoBody, postChat } from '../helpers/read-stream.ts'

const total = process.env.TOKADENCE_TEST_FULL === '1' ? 2000 : 200

const options = {
  ttft: 'lognormal(p50=0.5ms,p95=2ms)',
  itl: 'gamma(mean=0.1ms,cv=0.5)',
  tokens: 'uniform(1,20)',
  seed: 42,
  fault: ['http-500;p=0.05', 'truncate@token=2;p=0.05'],
  journal: total,
  logLevel: 'error',
} as const satisfies MockServerOptions

interface Sent {
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const tools = [
  {
    type: 'function',
    function: {
      name: 'look_up',
      parameters: {
        type: 'object',
        properties: { place: { type: 'string' }, days: { type: 'integer' } },
        required: ['place', 'days'],
      },
    },
  },
]
const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, size: { enum: ['small', 'large'] } },
  required: ['name', 'size'],
  additionalProperties: false,
}
const format = { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema } }

/** What a request may ask for, in turns that go round at different speeds. */
const wishes: readonly (readonly object[])[] = [
  [{ stream: true }, { stream: false }, { stream: true, stream_options: { include_usage: true } }],
  [{}, { n: 3 }, {}, { max_tokens: 4 }, { stop: [' the', ','] }],
  [{}, { logprobs: true, top_logprobs: 2 }, {}, {}, {}, { tools, tool_choice: 'required' }, {}],
  [{}, {}, {}, {}, { model: 'gpt-4-turbo' }, {}, {}, {}, { response_format: format }, {}, {}],
]

const requests: readonly Sent[] = Array.from({ length: total }, (_, i) => {
  const wish = Object.assign({}, ...wishes.map(list => list[i % list.length]))
  const key: Record<string, string> = i % 2 === 0 ? { 'x-tokadence-key': `key ${i}` } : {}
  const retry: Record<string, string> = i % 13 === 0 ? { 'x-stainless-retry-count': '1' } : {}
  const headers = { authorization: 'Bearer sk-test', ...key, ...retry }
  const { stream } = wish
  const thinks = { model: 'gpt-5-mini', reasoning_effort: 'low', stream }
  switch (i % 17) {
    case 3:
      return { path: '/completions', headers, body: completionBody(`Once ${i}`, stream) }
    case 7:
      return { path: '/responses', headers, body: responseBody(`Say ${i}.`, stream) }
    case 11:
      return { path: '/chat/completions', headers, body: echoBody(`Nr. ${i} – 漢字 🚀`, wish) }
    case 13:
      return { path: '/chat/completions', headers, body: chatBody(`Think of ${i}.`, thinks) }
    case 16:
      return { path: '/embeddings', headers, body: embeddingBody(`Text ${i}`) }
    default:
      return { path: '/chat/completions', headers, body: chatBody(`Question ${i}?`, wish) }
  }
})

function completionBody(prompt: string, stream: boolean): string {
  return JSON.stringify({ model: 'gpt-3.5-turbo-instruct', prompt, stream, max_tokens: 12 })
}

function responseBody(input: string, stream: boolean): string {
  return JSON.stringify({ model: 'gpt-4o-mini', input, stream, store: false })
}

function embeddingBody(input: string): string {
  return JSON.stringify({ model: 'text-embedding-3-small', input, encoding_format: 'base64' })
}

/** Sends each to the URL that is its, at most `concurrency` at a time; the answers in their order. */
async function answersOf(
  sent: readonly Sent[],
  urls: readonly string[],
  concurrency: number,
): Promise<string[]> {
  const clients = urls.map(createQuickClient)
  const answers: string[] = new Array(sent.length)
  const todo = sent.entries()
  const worker = async () => {
    for (const [i, { body, headers, path }] of todo) {
      const client = clients[i % clients.length]!
      answers[i] = bytesOf(await client.post(body, headers, path))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  await Promise.all(clients.map(client => client[Symbol.asyncDispose]()))
  return answers
}

/** What may differ: the date, how long it took, and the number of the request, which is that of its arrival. */
const OWN_HEADERS = /\r\n(date|openai-processing-ms|x-request-id): [^\r]*/gi

function bytesOf({ head, body }: QuickAnswer): string {
  return `${head.replace(OWN_HEADERS, '')}${body}`
}

/** What was decided for each request, whatever became of it when. */
function plansOf(entries: readonly JournalEntry[]): string[] {
  return entries
    .map(({ key, attempt, model, fault, intended }) =>
      JSON.stringify([key, attempt, model, fault, intended]),
    )
    .sort()
}

/** `--ttft …` for each option. */
const flags = Object.entries(options).flatMap(([key, value]) =>
  [value].flat().flatMap(one => [flagOf(key), String(one)]),
)

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

test(`with a named seed, ${total} requests have the same bytes and plans alone, in a crowd and in two processes`, async () => {
  await using first = await createMockServer(options)
  const alone = await answersOf(requests, [first.url], 1)
  const plans = plansOf(first.requests())
  expect(new Set(alone).size).toBeGreaterThan(0.9 * total)
  expect(plans.length).toBe(total)

  await using second = await createMockServer(options)
  const backwards = await answersOf(requests.toReversed(), [second.url], 64)
  expect(backwards.reverse()).toEqual(alone)
  expect(plansOf(second.requests())).toEqual(plans)

  const [a, b] = await Promise.all([startServe(flags), startServe(flags)])
  await using _a = a.program
  await using _b = b.program
  expect(await answersOf(requests, [a.url, b.url], 64)).toEqual(alone)
  const journals = await Promise.all([a, b].map(({ origin }) => journalOf(origin)))
  expect(plansOf(journals.flat())).toEqual(plans)

  const faults = first.requests().filter(({ fault }) => fault !== undefined)
  expect(faults.length).toBeGreaterThan(total / 40)
  expect(alone.filter(answer => answer.includes('text/event-stream')).length).toBeGreaterThan(
    total / 3,
  )
}, 120_000)

test('nor do stalls, bursts, large chunks and writes that do not fit the events depend on who else is there', async () => {
  const uneven: MockServerOptions = {
    ...options,
    stalls: '5% 3ms',
    bursts: 'uniform(1,4)',
    chunkTokens: 'uniform(1,3)',
    eventsAWrite: 'uniform(1,3)',
    splitWrites: 'uniform(1,3)',
  }
  const some = requests.slice(0, 100)
  await using first = await createMockServer(uneven)
  const alone = await answersOf(some, [first.url], 1)
  await using second = await createMockServer(uneven)
  const crowd = await answersOf(some.toReversed(), [second.url], 64)
  expect(crowd.reverse()).toEqual(alone)
  expect(plansOf(second.requests())).toEqual(plansOf(first.requests()))
})

async function journalOf(origin: string): Promise<JournalEntry[]> {
  const response = await fetch(`${origin}/_tokadence/requests?limit=${total}`)
  const { requests } = (await response.json()) as { requests: JournalEntry[] }
  return requests
}

test('another seed, another key or another attempt is another reply; the same once more is the same', async () => {
  const plain = { ...options, fault: [] }
  await using mock = await createMockServer(plain)
  await using other = await createMockServer({ ...plain, seed: 43 })
  const body = chatBody('Tell me about rivers.', { max_tokens: 20 })
  const say = async (url: string, headers: Record<string, string> = {}) => {
    const { id, choices } = (await (await postChat(url, body, { headers })).json()) as {
      id: string
      choices: { message: { content: string } }[]
    }
    return `${id} ${choices[0]!.message.content}`
  }
  const said = [
    await say(mock.url),
    await say(other.url),
    await say(mock.url, { 'x-tokadence-key': 'mine' }),
    await say(mock.url, { 'x-stainless-retry-count': '1' }),
  ]
  expect(new Set(said).size).toBe(4)
  // Repeated without saying that it is another attempt: neither counted nor told apart.
  expect(await say(mock.url)).toBe(said[0])
  expect(await say(mock.url, { 'x-tokadence-key': 'mine' })).toBe(said[2])
  expect(await say(mock.url, { 'x-stainless-retry-count': '1' })).toBe(said[3])
})

test("one caller's key gives one reply to different questions", async () => {
  await using mock = await createMockServer({ ...options, fault: [], tokens: 8 })
  const headers = { 'x-tokadence-key': 'mine' }
  const [first, second] = await Promise.all(
    ['One?', 'Two?'].map(async question => {
      const response = await postChat(mock.url, chatBody(question), { headers })
      return ((await response.json()) as { choices: unknown }).choices
    }),
  )
  expect(first).toEqual(second)
})

test('what came before shows in cached_tokens of long prompts only, and not where the cache is off', async () => {
  const long = chatBody('A word or two. '.repeat(500), { max_tokens: 1 })
  const twice = async (given: MockServerOptions) => {
    await using mock = await createMockServer(given)
    const [first, second] = [await postChat(mock.url, long), await postChat(mock.url, long)]
    return [await first.text(), await second.text()] as const
  }
  const plain = { ...options, fault: [] }
  const [first, second] = await twice(plain)
  expect(second).not.toBe(first)
  expect(second.replace(/"cached_tokens":\d+/, '"cached_tokens":0')).toBe(first)
  const [alone, again] = await twice({ ...plain, promptCache: 'off' })
  expect([alone, again]).toEqual([first, first])
})
