/** Fixtures as a user meets them: through the real client, from files and from code, and by the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import OpenAI, { APIError } from 'openai'
import { afterAll, expect, test } from 'vitest'
import {
  createMockServer,
  type MockServer,
  type MockServerOptions,
} from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProgram } from '../helpers/program.ts'
import { runMain } from '../helpers/run-main.ts'

const examples = fileURLToPath(new URL('../../examples/fixtures', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tokadence-fixtures-'))
afterAll(() => rmSync(folder, { recursive: true }))

const start = (options: MockServerOptions = {}) =>
  createMockServer({ ttft: 0, itl: 0, tokens: 4, ...options })

/** `key`: sent as `x-tokadence-key`. */
function clientOf(mock: MockServer, { key, retries = 0 }: { key?: string; retries?: number } = {}) {
  return new OpenAI({
    baseURL: mock.url,
    apiKey: 'sk-any',
    maxRetries: retries,
    ...(key === undefined ? {} : { defaultHeaders: { 'x-tokadence-key': key } }),
  })
}

const body = (content: string, model = 'gpt-4o') => ({
  model,
  messages: [{ role: 'user' as const, content }],
})
async function say(openai: OpenAI, content: string, model?: string): Promise<string | null> {
  const { choices } = await openai.chat.completions.create(body(content, model))
  return choices[0]!.message.content
}
async function refusal(asking: Promise<unknown>): Promise<APIError> {
  const error = await asking.then(
    () => undefined,
    thrown => thrown,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

const weatherTool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

test('the example agent calls its tool, and says what the tool has told', async () => {
  await using mock = await start({ fixtures: [examples] })
  const openai = clientOf(mock)
  const asking = { ...body('What is the weather in Paris?'), tools: [weatherTool] }
  const first = await openai.chat.completions.create(asking)
  const [choice] = first.choices
  expect(choice!.finish_reason).toBe('tool_calls')
  const [call] = choice!.message.tool_calls!
  expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
  if (call!.type !== 'function') throw new Error('It is a function.')
  expect(JSON.parse(call!.function.arguments)).toEqual({ city: 'Paris', unit: 'celsius' })

  const second = await openai.chat.completions.create({
    ...asking,
    messages: [
      ...asking.messages,
      choice!.message,
      { role: 'tool', tool_call_id: call!.id, content: '21 degrees' },
    ],
  })
  expect(second.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { content: 'It is 21 degrees there.' },
  })
  const without = await openai.chat.completions.create(body('weather?'))
  expect(without.choices[0]!.message).toMatchObject({
    content: null,
    refusal: 'I cannot look out of the window.',
  })
})

test('a text of a fixture streams token by token, and its usage is what it really is', async () => {
  await using mock = await start()
  mock.when('hello').reply('Good morning, Ada.')
  const stream = await clientOf(mock).chat.completions.create({
    ...body('hello'),
    stream: true,
    stream_options: { include_usage: true },
  })
  const pieces: string[] = []
  let outputTokens: number | undefined
  for await (const { choices, usage } of stream) {
    const piece = choices[0]?.delta.content
    if (piece) pieces.push(piece)
    outputTokens = usage?.completion_tokens ?? outputTokens
  }
  expect(pieces).toEqual(['Good', ' morning', ',', ' Ada', '.'])
  expect(outputTokens).toBe(5)
})

test('values are said as JSON, usage is told as written, and max_tokens cuts as ever', async () => {
  await using mock = await start()
  mock.when('json').reply({ text: { a: [1] }, usage: { promptTokens: 10, outputTokens: 8 } })
  mock.when('long').reply('one two three four five')
  const openai = clientOf(mock)
  const told = await openai.chat.completions.create(body('json'))
  expect(told.choices[0]!.message.content).toBe('{"a":[1]}')
  expect(told.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 8 })
  const cut = await openai.chat.completions.create({ ...body('long'), max_completion_tokens: 2 })
  expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'one two' } })
})

test('two refusals, then the answer: a client that retries gets through', async () => {
  await using mock = await start({ fixtures: [examples] })
  mock.when('quick').replyOnce({ error: { name: 'rate_limit_exceeded', retryAfter: '5ms' } })
  mock.when({ message: 'quick', nth: 2 }).reply('second')
  expect(await say(clientOf(mock, { retries: 1 }), 'quick')).toBe('second')
  expect(await say(clientOf(mock, { retries: 1 }), 'flaky')).not.toBe(null)
  const openai = clientOf(mock)
  for (let i = 0; i < 2; i++) {
    const { status, code, headers, message } = await refusal(say(openai, 'third time lucky'))
    expect([status, code]).toEqual([429, 'rate_limit_exceeded'])
    expect(headers?.get('retry-after-ms')).toBe('1000')
    expect(message).toContain('Please try again in 1s.')
  }
  expect(await say(openai, 'third time lucky')).toBe('Here it is.')
  expect(mock.requests().map(({ done }) => done.status)).toEqual([
    429, 200, 503, 200, 429, 429, 200,
  ])
})

test('an error of one’s own arrives as it was written', async () => {
  await using mock = await start({ fixtures: [examples] })
  const { status, error } = await refusal(say(clientOf(mock), 'teapot'))
  expect([status, error]).toEqual([
    418,
    { message: 'Short and stout.', type: 'kitchen_error', param: null, code: 'teapot' },
  ])
})

test('tests that share a port have their own handlers and their own counts', async () => {
  await using mock = await start()
  const [ada, bob, none] = [{ key: 'ada' }, { key: 'bob' }, {}].map(each => clientOf(mock, each))
  mock.when('hi').replyOnce('first').reply('again')
  mock.when({ key: 'bob' }).reply('only bob')
  const all = () => Promise.all([ada!, bob!, none!].map(openai => say(openai, 'hi')))
  expect(await all()).toEqual(['first', 'only bob', 'first'])
  expect(await all()).toEqual(['again', 'only bob', 'again'])
  mock.reset('bob')
  expect(await all()).toEqual(['again', 'first', 'again'])
  mock.reset()
  expect(await all()).not.toContain('again')
})

test('the pace of a fixture is its own', async () => {
  await using mock = await start({ ttft: '10m', itl: '10m' })
  mock.when('now').reply({ text: 'one two', ttft: 0, itl: '1ms' })
  expect(await say(clientOf(mock), 'now')).toBe('one two')
  expect(mock.requests()[0]!.intended!.dueMs).toEqual([0, 1])
})

test('an embedding is answered with the body that a fixture has', async () => {
  await using mock = await start({ fixtures: [examples] })
  const openai = clientOf(mock)
  const embed = async () => {
    const answer = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'a',
      encoding_format: 'float',
    })
    return [answer.model, answer.data[0]!.embedding.length]
  }
  expect(await embed()).toEqual(['text-embedding-3-small', 1536])
  expect(await embed()).toEqual(['text-embedding-3-small', 3])
})

test('where only fixtures answer, a miss says which came nearest and why it did not answer', async () => {
  await using mock = await start({ fixtures: [examples], fixturesOnly: true })
  const error = await refusal(say(clientOf(mock, { retries: 3 }), 'third time luckey'))
  expect([error.status, error.code]).toEqual([404, 'no_fixture_match'])
  expect(error.message).toContain(`recovers (${join(examples, 'failures.yaml')}:4:5)`)
  expect(error.message).toContain('message wants "third time lucky", found "third time luckey"')
  expect(mock.requests().length).toBe(1)
})

test('a file that changes is read again while the server runs', async () => {
  const path = join(folder, 'live.yaml')
  const write = (reply: string) => writeFileSync(path, `handlers: [{ reply: ${reply} }]\n`)
  write('before')
  await using mock = await start({ fixtures: [path] })
  expect(await say(clientOf(mock), 'x')).toBe('before')
  write('after')
  await eventually(async () => ((await say(clientOf(mock), 'x')) === 'after' ? true : undefined))
})

const bad = join(folder, 'bad.yaml')
writeFileSync(bad, 'handlers:\n  - when: { mesage: hi }\n    reply: hello\n')
const why = `${bad}:2:13: handlers[0].when.mesage: there is no such field: did you mean message?`

test('a server is not started with a file that is bad', async () => {
  await expect(start({ fixtures: [bad] })).rejects.toThrow(why)
  await using program = startProgram(['serve', '--port', '0', '--fixtures', bad])
  await eventually(() => program.process.exitCode ?? undefined)
  expect([await program.exit, program.stderr]).toEqual([2, `tokadence: ${why}\n`])
})

test('lint tells every fault and doubt, and counts what is good', async () => {
  const good = await runMain(['lint', examples])
  expect([good.code, good.stdout]).toEqual([
    0,
    '2 files · 10 good handlers · 0 faults · 0 doubts\n',
  ])

  const shadowed = join(folder, 'shadowed.yaml')
  writeFileSync(shadowed, 'handlers:\n  - reply: a\n  - name: late\n    reply: b\n')
  const { code, stdout } = await runMain(['lint', bad, shadowed])
  expect(code).toBe(2)
  expect(stdout.split('\n')).toEqual([
    why,
    `${shadowed}:3:5: doubtful: late is never reached: handlers[0] (${shadowed}:2:5) answers first`,
    '2 files · 2 good handlers · 1 fault · 1 doubt',
    '',
  ])
})

test('lint speaks JSON, prints the schema, and wants a file', async () => {
  const json = await runMain(['lint', '--json', bad])
  const schema = await runMain(['lint', '--schema'])
  const none = await runMain(['lint'])
  expect(JSON.parse(json.stdout)).toEqual({ files: 1, handlers: 0, faults: [why], doubts: [] })
  expect(Object.keys(JSON.parse(schema.stdout).properties)).toEqual(['$schema', 'handlers'])
  expect([none.code, none.stderr]).toEqual([2, 'tokadence: lint: write FILE… after the command\n'])
})
