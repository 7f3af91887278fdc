/** Prompts made to stall a server: each is counted right, and nobody else waits for it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../helpers/eventually.ts'
import { type Program, startServe } from '../helpers/program.ts'
import { chatBody, echoBody, postChat, readStream } from '../helpers/read-stream.ts'

/** What another stream may be held up, measured by the server: a busy machine's share is in it. */
const BOUND_MS = 2000

let program: Program
let url: string
let origin: string
beforeAll(async () => {
  // A process of its own: what the test does to make and judge its prompts must not count.
  const started = await startServe([
    ...['--ttft', '0', '--itl', '5ms', '--tokens', '2000', '--log-level', 'error'],
  ])
  program = started.program
  url = started.url
  origin = started.origin
})
afterAll(() => program[Symbol.asyncDispose]())

interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
}

interface Entry {
  readonly path: string
  readonly key: string
  readonly done: { readonly outcome: string; readonly maxPacingErrorMs: number }
}

/** Plays a stream at 5 ms a token while `body` is answered; the most that a token of it was late. */
async function disturb(name: string, body: string) {
  const controller = new AbortController()
  const key = `victim of ${name}`
  const victim = await postChat(url, chatBody('Go on.', { stream: true }), {
    headers: { 'x-tokadence-key': key },
    signal: controller.signal,
  })
  const reading = readStream(victim).catch(() => {})
  const response = await postChat(url, body)
  const { status } = response
  const answer = (await response.json()) as {
    choices: { message: { content: string } }[]
    usage: Usage
  }
  controller.abort()
  await reading
  const entry = await eventually(() => entryOf(key))
  return { status, answer, latenessMs: entry.done.maxPacingErrorMs }
}

/** From the journal, once its client has hung up. */
async function entryOf(key: string): Promise<Entry | undefined> {
  const page = await fetch(`${origin}/_tokadence/requests`)
  const { requests } = (await page.json()) as { requests: Entry[] }
  return requests.find(entry => entry.key === key && entry.done.outcome === 'hung-up')
}

/** Of no known family, so that its window has no end. */
const model = 'endless'

/** Tokens of o200k_base. */
test.each([
  ["100,000 × 'a'", 'a'.repeat(100_000), 12_500],
  ['100,000 characters of Thai', 'สวัสดีครับผมชื่อ'.repeat(6250), 50_000],
  ['100,000 lone surrogates', '\ud800'.repeat(100_000), 12_500],
  ['1 MB of emoji', '🎉👩'.repeat(131_072), 524_288],
  ['1 MB of spaces', ' '.repeat(2 ** 20), 8192],
  ['1 MB of signs', '!?#$%&'.repeat(174_763), 873_815],
])('%s as a prompt', async (name, prompt, tokens) => {
  const { status, answer, latenessMs } = await disturb(
    name,
    chatBody(prompt, { model, max_tokens: 1 }),
  )
  expect([status, answer.usage.prompt_tokens]).toEqual([200, tokens + 3 + 3 + 1])
  expect(answer.usage.completion_tokens).toBe(1)
  expect(latenessMs).toBeLessThan(BOUND_MS)
})

test('an echo of 1 MB, cut after a few tokens', async () => {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(23_302)
  const { status, answer, latenessMs } = await disturb(
    'echo',
    echoBody(text, { model, max_tokens: 3 }),
  )
  expect([status, answer.choices[0]!.message.content]).toEqual([200, 'The quick brown'])
  expect(answer.usage).toMatchObject({ prompt_tokens: 233_027 + 7, completion_tokens: 3 })
  expect(latenessMs).toBeLessThan(BOUND_MS)
})

test('none of it was a failure of the server', async () => {
  const metrics = await (await fetch(`${origin}/metrics`)).text()
  expect(metrics).toContain('\ntokadence_mock_internal_errors_total 0\n')
  expect(program.stderr).toBe('')
})
