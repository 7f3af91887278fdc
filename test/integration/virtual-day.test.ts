/**
 * A day on a manual clock: callers that come and go as a day does, and come again when they are told to.
 * TOKADENCE_TEST_FULL=1 makes it 100,000 requests instead of 1,200.
 */
import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { createManualClock } from '../../base/manual-clock.ts'
import { createRandom } from '../../base/random.ts'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { createQuickClient, type QuickAnswer } from '../helpers/quick-client.ts'
import { chatBody } from '../helpers/read-stream.ts'

/** Requests at least, and those among them that do not come again; and what is let in of so many. */
const [total, visits, limits] =
  process.env.TOKADENCE_TEST_FULL === '1'
    ? [100_000, 86_000, { rpm: 40, tpm: 850, rpd: 15_000 }]
    : [1200, 1120, { rpm: 1, tpm: 20, rpd: 200 }]
const DAY_MS = 86_400_000

// As `serve` has it: else a fifth of the time goes into collecting what requests leave behind.
setFlagsFromString('--no-allocation-site-pretenuring')

const options: MockServerOptions = {
  clock: 'manual',
  seed: 7,
  ttft: 'lognormal(p50=300ms,p95=900ms)',
  itl: 'gamma(mean=20ms,cv=0.5)',
  tokens: 'uniform(1,4)',
  ...limits,
  logLevel: 'error',
  journal: 500,
}

/** What part of the traffic each key has, added up, and how long its questions are. */
const callers = [
  { key: 'sk-busy', upTo: 0.5, words: 4 },
  { key: 'sk-wordy', upTo: 0.7, words: 60 },
  { key: 'sk-calm', upTo: 1, words: 8 },
]

interface Arrival {
  readonly atMs: number
  readonly key: string
  readonly body: string
}

/** In order; more comes at noon than at midnight. */
function arrivals(count: number): Arrival[] {
  const random = createRandom(11, 'day')
  const list: Arrival[] = []
  while (list.length < count) {
    const day = random.next()
    if (random.next() > (1 - 0.8 * Math.cos(2 * Math.PI * day)) / 1.8) continue
    const pick = random.next()
    const caller = callers.find(({ upTo }) => pick < upTo)!
    const stream = random.next() < 0.4
    const question = `${list.length}? ${'so '.repeat(random.integer(caller.words))}`
    const body = chatBody(question, { stream, max_tokens: 4 })
    list.push({ atMs: day * DAY_MS, key: caller.key, body })
  }
  return list.sort((a, b) => a.atMs - b.atMs)
}

interface Day {
  readonly hash: string
  readonly counts: Readonly<Record<string, number>>
  /** Requests let in, by key. */
  readonly admitted: Readonly<Record<string, number>>
  readonly worstPacingErrorMs: number
  readonly seconds: number
}

async function liveADay(): Promise<Day> {
  const startedMs = performance.now()
  await using mock = await createMockServer(options)
  await using client = createQuickClient(mock.url)
  const agenda = createManualClock()
  const hash = createHash('sha256')
  /** What is hashed next. */
  let told = ''
  const counts: Record<string, number> = {}
  const admitted: Record<string, number> = {}
  let sent = 0
  let worstPacingErrorMs = 0
  let lastNumber = 0

  function send({ key, body }: Arrival, attempt: number): void {
    const number = ++sent
    if (number % 200 === 0) readJournal()
    const headers = {
      authorization: `Bearer ${key}`,
      ...(attempt > 1 ? { 'x-stainless-retry-count': String(attempt - 1) } : {}),
    }
    client.post(body, headers).then(answer => {
      const kind = kindOf(answer)
      counts[kind] = (counts[kind] ?? 0) + 1
      if (answer.status === 200) admitted[key] = (admitted[key] ?? 0) + 1
      told += `${number} ${mock.clock.nowMs()} ${answer.status} ${number % 16 ? '' : withoutDate(answer.head)}${answer.body}\n`
      if (answer.status !== 429 || attempt > 1) return
      const waitMs = Number(/\r\nretry-after-ms: (\d+)/i.exec(answer.head)?.[1] ?? Number.NaN)
      if (mock.clock.nowMs() + waitMs < DAY_MS) {
        agenda.at(mock.clock.nowMs() + waitMs, () => send({ atMs: 0, key, body }, attempt + 1))
      }
    })
  }

  /** What the server says of those that are over. */
  function readJournal(): void {
    for (const { number, key, intended, done } of mock.requests()) {
      if (number <= lastNumber) continue
      if (done.outcome === 'open') break
      lastNumber = number
      worstPacingErrorMs = Math.max(worstPacingErrorMs, done.maxPacingErrorMs)
      told += JSON.stringify([number, key, intended?.dueMs, done.eventMs, done.durationMs])
    }
    hash.update(told)
    told = ''
  }

  const coming = arrivals(visits).reverse()
  while (coming.length > 0 || agenda.nextDueMs !== undefined) {
    const dueMs = Math.min(coming.at(-1)?.atMs ?? DAY_MS, agenda.nextDueMs ?? DAY_MS)
    await mock.clock.advance(Math.max(0, dueMs - mock.clock.nowMs()))
    if (!agenda.runNext(dueMs)) send(coming.pop()!, 1)
  }
  await mock.clock.advance('1m')
  readJournal()
  expect(lastNumber).toBe(sent)
  const seconds = (performance.now() - startedMs) / 1000
  return { hash: hash.digest('hex'), counts, admitted, worstPacingErrorMs, seconds }
}

function kindOf({ status, body }: QuickAnswer): string {
  if (status === 200) return body.includes('data: [DONE]') ? 'streamed' : 'whole'
  const limit = /on (requests|tokens) per (min|day)/.exec(body)
  return limit ? `${status} ${limit[0]}` : `${status} ${body}`
}

/** Node's own header tells the real date. */
function withoutDate(head: string): string {
  return head.replace(/\r\ndate: [^\r]*/i, '')
}

test(`a day of ${total} requests under limits, streams included, is the same day twice`, async ({
  annotate,
}) => {
  const first = await liveADay()
  const second = await liveADay()
  const { hash, counts, admitted, seconds } = first
  await annotate(`${seconds.toFixed(1)} s and ${second.seconds.toFixed(1)} s, ${hash}`)
  expect(second.hash).toBe(hash)
  expect(second.counts).toEqual(counts)
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(total)
  expect(Object.keys(counts).sort()).toEqual([
    '429 on requests per day',
    '429 on requests per min',
    '429 on tokens per min',
    'streamed',
    'whole',
  ])
  expect(counts.streamed).toBeGreaterThan(total / 10)
  // A day's bucket is full when the day begins, and as much again comes in while it lasts.
  for (const count of Object.values(admitted)) expect(count).toBeLessThanOrEqual(2 * limits.rpd)
  expect(first.worstPacingErrorMs).toBeLessThan(1e-6)
}, 300_000)
