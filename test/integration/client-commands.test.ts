import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OptionTable } from '../../base/option-table.ts'
import { command as chat } from '../../cli/chat.ts'
import type { Command } from '../../cli/command.ts'
import { command as summarise } from '../../cli/summarise.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { type Call, runCommand } from '../helpers/run-command.ts'
import {
  events,
  refusal,
  reply,
  role,
  says,
  startScriptedServer,
} from '../helpers/scripted-server.ts'

function run<Table extends OptionTable>(
  command: Command<Table>,
  given: Readonly<Record<string, unknown>>,
  words: readonly string[],
  { signal, stdin }: Pick<Call, 'signal' | 'stdin'> = {},
) {
  return runCommand(command, given, { words, signal, stdin })
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

test('chat streams the text to stdout, and says on stderr what it took', async () => {
  await using server = await startScriptedServer(reply('Hello', ' world'))
  const { code, stdout, stderr } = await run(
    chat,
    { url: server.url, system: 'Be brief.', maxTokens: 9 },
    ['Say', 'it.'],
  )
  expect(code).toBe(0)
  expect(stdout).toBe('Hello world\n')
  expect(stderr).toMatch(
    /^TTFT [\d.]+ m?s · [\d.]+ m?s in all · 9 in, 2 out · [\d.e+]+ tokens\/s · \$0\.00000255 · 1 attempt\n$/,
  )
  expect(server.received[0]?.body).toMatchObject({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Say it.' },
    ],
    max_completion_tokens: 9,
  })
})

test('chat --json prints one result, and - reads the prompt from standard input', async () => {
  await using server = await startScriptedServer(reply('Hi'))
  const { stdout, stderr } = await run(chat, { url: server.url, json: true }, ['-'], {
    stdin: 'From a pipe.',
  })
  expect(JSON.parse(stdout)).toMatchObject({
    how: 'complete',
    text: 'Hi',
    attempts: [{ attempt: 1 }],
  })
  expect(stderr).toBe('')
  expect(server.received[0]?.body.messages).toEqual([{ role: 'user', content: 'From a pipe.' }])
})

test('chat tells a retry in one line', async () => {
  const limit = {
    message:
      'Rate limit reached for gpt-4o-mini: Limit 3. Please try again in 20ms. Visit https://x.',
    code: 'rate_limit_exceeded',
  }
  await using server = await startScriptedServer((response, turn, received) =>
    (turn === 0 ? refusal(429, limit, { 'retry-after-ms': '20' }) : reply('Hi'))(
      response,
      turn,
      received,
    ),
  )
  const { code, stderr } = await run(chat, { url: server.url }, ['Hi'])
  expect(code).toBe(0)
  const [line] = stderr.split('\n')
  expect(line).toMatch(
    /^attempt 1: 429 Rate limit reached for gpt-4o-mini: Limit 3\.; again in 2[\d.]+ ms \(the server asked for it\)$/,
  )
  expect(stderr).toContain('2 attempts')
})

test('chat says of a cut answer that it is not whole, counts it, and exits with 1', async () => {
  await using server = await startScriptedServer(events([role, says('Hel'), says('lo')]))
  const { code, stdout, stderr } = await run(chat, { url: server.url }, ['Hi'])
  expect(code).toBe(1)
  expect(stdout).toBe('Hello\n')
  expect(stderr).toContain('tokadence: truncated, the answer is not whole: ')
  expect(stderr).toContain('1 out (counted here)')
})

test('chat exits with 3 when nobody is there', async () => {
  const server = await startScriptedServer(reply('Hi'))
  await server[Symbol.asyncDispose]()
  const { code, stderr } = await run(chat, { url: server.url, maxAttempts: 1 }, ['Hi'])
  expect(code).toBe(3)
  expect(stderr).toContain(`ECONNREFUSED`)
  expect(stderr).toContain(server.url)
})

test('chat exits with 130 when it is interrupted, with what was said', async () => {
  const controller = new AbortController()
  await using server = await startScriptedServer((...asked) => {
    setTimeout(() => controller.abort('SIGINT'), 400)
    return events([role, says('Hello')], { end: false })(...asked)
  })
  const { code, stdout } = await run(chat, { url: server.url }, ['Hi'], controller)
  expect(code).toBe(130)
  expect(stdout).toBe('Hello\n')
})

test('summarise keeps the order, reports what failed, finishes the rest and exits with 1', async () => {
  await using server = await startScriptedServer((response, turn, received) => {
    const text = received.body.messages[1].content as string
    const script = text.includes('refused')
      ? refusal(400, { message: 'Bad' })
      : reply('Sum', 'mary.')
    setTimeout(() => script(response, turn, received), text.includes('slow') ? 60 : 0)
  })
  const files = [
    await file('one.md', '# One\n\nA slow one.'),
    await file('two.md', '# Two\n\nA quick one.'),
    await file('three.md', '# Three\n\nTo be refused.'),
    join(folder, 'gone.md'),
  ]
  const { code, stdout, stderr } = await run(summarise, { url: server.url }, files)
  expect(code).toBe(1)
  const heads = stdout.split('\n').filter(line => /^\d\. /.test(line))
  expect(heads).toEqual([
    `1. One (${files[0]})`,
    `2. Two (${files[1]})`,
    `3. Three (${files[2]})`,
    `4. ${files[3]}`,
  ])
  expect(stdout).toContain('\n   Summary.\n   9 in, 2 out · $0.00000255 · ')
  expect(stdout).toContain('\n   failed: bad-request: 400 Bad\n')
  expect(stdout).toContain(`\n   failed: ${files[3]} cannot be read: ENOENT`)
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    /^2 summarised · 2 failed · 18 in, 4 out · \$0\.00000510 · 3 requests, 0 retries, 0 × 429 · /,
  )
  expect(stderr.trim().split('\n')).toHaveLength(4)
})

test('summarise finds its own pace, beyond five documents at once, and says at the end what it found', async () => {
  let inFlight = 0
  let most = 0
  await using server = await startScriptedServer((response, turn, received) => {
    most = Math.max(most, ++inFlight)
    setTimeout(() => {
      inFlight--
      reply('Sum', 'mary.')(response, turn, received)
    }, 30)
  })
  const files = await Promise.all(
    Array.from({ length: 60 }, (_, i) => file(`pace-${i}.md`, `# Number ${i}`)),
  )
  const adaptive = await run(summarise, { url: server.url }, files)
  expect(adaptive.code).toBe(0)
  expect(most).toBeGreaterThan(5)
  expect(adaptive.stdout).toMatch(/\npace: \d+ in flight after \d+ changes?, the last: .+\n$/)

  most = 0
  const fixed = await run(summarise, { url: server.url, pace: 'fixed', json: true }, files)
  expect(most).toBe(5)
  expect(JSON.parse(fixed.stdout).total).not.toHaveProperty('pace')
})

test('summarise asks the Responses API where it is told to', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0 })
  mock.when().reply('Summary.')
  const { code, stdout } = await run(summarise, { url: mock.url, api: 'responses' }, ['-'], {
    stdin: '# One',
  })
  expect(code).toBe(0)
  expect(stdout).toContain('Summary.')
  expect(mock.requests()).toMatchObject([{ path: '/v1/responses' }])
})

test('summarise takes prices from a file, and prints JSON', async () => {
  await using server = await startScriptedServer(reply('Sum', 'mary.'))
  const prices = await file('prices.json', '{"models":{"my-model":{"input":1,"output":10}}}')
  const { code, stdout } = await run(
    summarise,
    { url: server.url, json: true, prices, model: 'my-model' },
    ['-'],
    { stdin: '# From a pipe' },
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    summaries: [{ name: 'standard input', title: 'From a pipe', text: 'Summary.' }],
    // 9 × 1000 + 2 × 10 000 nano-dollars; the server's own name for the model has a price too, but comes second
    total: { requests: 1, nanoDollars: 29_000 },
  })
})

test('a price file that is none is wrong usage', async () => {
  await using server = await startScriptedServer(reply('Hi'))
  const prices = await file('no-prices.json', '{"gpt-4o":7}')
  await expect(run(chat, { url: server.url, prices }, ['Hi'])).rejects.toThrow(
    /prices: .*no-prices\.json/,
  )
})
