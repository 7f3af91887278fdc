/**
 * A client that is told no limits, against a server whose limits are known: on a manual clock, over real sockets.
 * TOKADENCE_TEST_FULL=1 runs other policies against the same servers and tells the table.
 */
import { setMaxListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createRandom } from '../../base/random.ts'
import { createClient } from '../../client/index.ts'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { ours, type Policy, packageAtOnce, semaphoreWithBackoff } from '../helpers/pace-policies.ts'
import { shareTime } from '../helpers/shared-time.ts'

const isFull = process.env.TOKADENCE_TEST_FULL === '1'
const STEP_MS = isFull ? 50 : 100
const SLOTS = 16

/** 1.65 to 3.9 s a document, 2.775 in the mean. */
const service = {
  clock: 'manual',
  seed: 5,
  logLevel: 'error',
  ttft: '300ms',
  itl: '450ms',
  tokens: 'uniform(4,9)',
  journal: 20_000,
} as const satisfies MockServerOptions

const scenes = {
  refusing: { slots: SLOTS, queue: 0, overload: '429', retryAfter: 'absent' },
  refusingWithWait: { slots: SLOTS, queue: 0, overload: '429' },
  refusingWith503: { slots: SLOTS, queue: 0 },
  queueing: { slots: SLOTS },
  rpm: { rpm: 120 },
  rpmInSmallBursts: { rpm: 120, limitQuantum: '5s' },
  rpmUntold: { rpm: 120, limitHeaders: 'absent' },
  tpm: { tpm: 3000 },
} as const satisfies Record<string, MockServerOptions>
type Scene = keyof typeof scenes

const documents = (count: number) => Array.from({ length: count }, (_, i) => `Document ${i}: …`)

interface Row {
  readonly policy: string
  readonly seconds: number
  readonly lost: number
  readonly refused: number
  /** Of those that were answered, from the server's journal. */
  readonly ttftP50Ms: number
  readonly note: string | undefined
}

async function runPolicy(policy: Policy, scene: Scene, count = 400): Promise<Row> {
  await using mock = await createMockServer({ ...service, ...scenes[scene] })
  const time = shareTime(mock, STEP_MS)
  const random = createRandom(7, policy.name)
  const done = policy.run({ url: mock.url, documents: documents(count), time, random })
  const ms = await time.runUntil(done, 3_600_000)
  const { lost, note } = await done
  const entries = mock.requests()
  const first = entries
    .filter(({ done }) => done.outcome === 'ok')
    .map(({ done }) => done.firstTokenMs ?? 0)
    .sort((a, b) => a - b)
  return {
    policy: policy.name,
    seconds: ms / 1000,
    lost,
    refused: entries.filter(({ done }) => done.status === 429 || done.status === 503).length,
    ttftP50Ms: first[first.length >> 1] ?? 0,
    note,
  }
}

const within15Percent = (limit: number) => Math.abs(limit - SLOTS) <= 0.15 * SLOTS

for (const scene of ['refusing', 'refusingWithWait', 'queueing'] as const) {
  test(`after a minute against 16 slots, ${scene}, the limit is 16 within 15 %`, async () => {
    await using mock = await createMockServer({ ...service, ...scenes[scene] })
    const time = shareTime(mock, STEP_MS)
    const given = { url: mock.url, apiKey: 'sk-pace', counting: 'off' } as const
    await using client = createClient(given, { clock: time.clock, random: createRandom(7) })
    const stop = new AbortController()
    setMaxListeners(0, stop.signal)
    const limits: number[] = []
    const failures: unknown[] = []
    function look(): void {
      if (mock.clock.nowMs() >= 40_000) limits.push(client.limiter.limit)
      time.clock.after(1000, look)
    }
    look()
    const calls = documents(450).map(content =>
      client
        .complete({ messages: [{ role: 'user', content }] }, { signal: stop.signal })
        .catch(failure => void (stop.signal.aborted || failures.push(failure))),
    )
    await time.runUntil(time.sleep(60_000), 61_000)
    stop.abort('a minute has passed')
    await time.runUntil(Promise.all(calls), 60_000)
    expect(failures).toEqual([])
    expect(limits.length).toBeGreaterThanOrEqual(20)
    expect(limits.filter(limit => !within15Percent(limit))).toEqual([])
    expect(client.limiter.history.map(({ what }) => what)).toContain('concurrency')
    const refused = mock.requests({ status: 429 }).length
    expect(refused).toBeLessThan(40)
  }, 60_000)
}

test('400 documents at 120 requests a minute: none lost, and hardly longer than it must take', async () => {
  const row = await runPolicy(ours(), 'rpm')
  // 120 at once, the others as they are let in, the last to its end.
  const idealSeconds = (400 - 120) / 2
  expect(row.lost).toBe(0)
  expect(row.seconds).toBeLessThan(1.1 * idealSeconds)
  expect(row.refused).toBeLessThan(10)
}, 60_000)

test('where no header tells of a limit, none of 200 documents is lost either', async () => {
  const row = await runPolicy(ours(), 'rpmUntold', 200)
  expect(row.lost).toBe(0)
  expect(row.seconds).toBeLessThan(1.3 * ((200 - 120) / 2))
  expect(row.refused).toBeLessThan(40)
}, 60_000)

if (isFull)
  test('the same servers, other policies', async ({ annotate }) => {
    const policies = [ours(), semaphoreWithBackoff(5), semaphoreWithBackoff(50), packageAtOnce]
    const lines: string[] = []
    for (const scene of Object.keys(scenes) as Scene[]) {
      for (const policy of policies) {
        const {
          policy: name,
          seconds,
          lost,
          refused,
          ttftP50Ms,
          note,
        } = await runPolicy(policy, scene)
        const cells = [
          scene,
          name,
          seconds.toFixed(0),
          lost,
          refused,
          ttftP50Ms.toFixed(0),
          note ?? '',
        ]
        lines.push(`| ${cells.join(' | ')} |`)
      }
    }
    await annotate(lines.join('\n'))
  }, 600_000)
