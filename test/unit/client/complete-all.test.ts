import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mapAsCompleted, mapInOrder } from '../../../client/batch.ts'
import { openCheckpoint } from '../../../client/checkpoint.ts'
import { type Completed, completeAll } from '../../../client/complete-all.ts'
import { createClient } from '../../../client/index.ts'
import { createScriptedTransport, type Line } from '../../helpers/scripted-transport.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-'))
afterAll(() => rmSync(folder, { recursive: true }))

const requests = ['a', 'b', 'c'].map(content => ({
  messages: [{ role: 'user', content }] as const,
}))
function clientOf(script: Line[]) {
  const { transport, sent } = createScriptedTransport(script)
  return { client: createClient({ baseDelay: 0, maxAttempts: 1 }, { transport }), sent }
}
async function all(results: AsyncIterable<Completed>): Promise<Completed[]> {
  const got: Completed[] = []
  for await (const result of results) got.push(result)
  return got
}

test('each request has its answer or its error, and one that fails takes no other with it', async () => {
  const { client, sent } = clientOf([{ say: ['A'] }, { refuse: 400 }, { say: ['C'] }])
  const got = await all(completeAll(client, requests, { concurrency: 1 }))
  expect(got).toMatchObject([
    { index: 0, answer: { text: 'A', how: 'complete', isResumed: false, spent: { requests: 1 } } },
    { index: 1, answer: undefined, error: { failure: { kind: 'bad-request' } } },
    { index: 2, answer: { text: 'C' }, error: undefined },
  ])
  const keys = sent.map(({ headers }) => headers['idempotency-key'])
  expect(new Set(keys).size).toBe(3)
  expect(keys.every(key => /^[\w-]{43}$/.test(key ?? ''))).toBe(true)
})

test('the next run asks only what failed, under the same key', async () => {
  const file = join(folder, 'batch.jsonl')
  const first = clientOf([{ say: ['A'] }, { say: ['cut'], finish: undefined }, { say: ['C'] }])
  {
    using checkpoint = openCheckpoint({ file, settings: {} })
    await all(completeAll(first.client, requests, { concurrency: 1, checkpoint }))
  }
  const second = clientOf([{ say: ['B'] }])
  let lost = 0
  using checkpoint = openCheckpoint({
    file,
    settings: {},
    resume: true,
    onEarlier: line => {
      if ('lost' in line) lost += (line.lost as { outputTokens: number }).outputTokens
    },
  })
  const got = await all(completeAll(second.client, requests, { concurrency: 1, checkpoint }))
  expect(got.map(({ answer }) => [answer?.text, answer?.isResumed])).toEqual([
    ['A', true],
    ['B', false],
    ['C', true],
  ])
  expect(second.sent).toHaveLength(1)
  expect(second.sent[0]?.headers['idempotency-key']).toBe(first.sent[1]?.headers['idempotency-key'])
  expect(lost).toBe(1)
})

test('another batch asks the same under other keys', async () => {
  const { client, sent } = clientOf([{ say: ['A'] }])
  await all(completeAll(client, requests.slice(0, 1), { concurrency: 1 }))
  await all(completeAll(client, requests.slice(0, 1), { concurrency: 1 }))
  expect(sent[0]?.headers['idempotency-key']).not.toBe(sent[1]?.headers['idempotency-key'])
})

test('what goes on from a broken answer asks for something else, under another key', async () => {
  const { transport, sent } = createScriptedTransport([
    { say: ['A'], finish: undefined },
    { say: ['B'] },
  ])
  const client = createClient({ baseDelay: 0, whenCut: 'continue' }, { transport })
  const [got] = await all(completeAll(client, requests.slice(0, 1), { concurrency: 1 }))
  expect(got?.answer?.text).toBe('AB')
  const [first, second] = sent.map(({ headers }) => headers['idempotency-key'])
  expect(second).toBe(`${first}-1`)
})

test('what is done first comes first where order is completed', async () => {
  const waits = [30, 1, 15]
  const work = (ms: number) => new Promise<number>(resolve => setTimeout(resolve, ms, ms))
  const got: number[] = []
  for await (const ms of mapAsCompleted(waits, work, { concurrency: 3 })) got.push(ms)
  expect(got).toEqual([1, 15, 30])
})

test.each([
  ['in order', mapInOrder],
  ['as completed', mapAsCompleted],
])(
  'thirty thousand items %s are never more than the window at once',
  async (_, map) => {
    const total = 30_000
    let pulled = 0
    let given = 0
    let most = 0
    function* items(): Generator<number> {
      while (pulled < total) {
        yield pulled++
        most = Math.max(most, pulled - given)
      }
    }
    let sum = 0
    for await (const result of map(items(), async item => item, { concurrency: 250 })) {
      given++
      sum += result
    }
    expect(given).toBe(total)
    expect(sum).toBe((total * (total - 1)) / 2)
    expect(most).toBeLessThanOrEqual(1002)
  },
  60_000,
)
