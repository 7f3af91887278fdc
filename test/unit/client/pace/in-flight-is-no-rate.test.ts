import { expect, test } from 'vitest'
import { sleep } from '../../../../base/clock.ts'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createClient } from '../../../../client/index.ts'
import type { Transport } from '../../../../client/transport.ts'

const messages = [{ role: 'user', content: 'Hi' }] as const

/** Answers in a minute of a client that always has more to ask, of a server that takes so long for each. */
async function answersInAMinute(serviceMs: number, rpm?: number): Promise<number> {
  const clock = createManualClock()
  const transport: Transport = {
    async send(_, signal) {
      await sleep(clock, serviceMs, signal)
      return { status: 200, headers: {}, chunks: whole() }
    },
    close: async () => undefined,
  }
  const client = createClient(
    { pace: 'fixed', concurrency: 5, rpm, counting: 'off' },
    { clock, transport },
  )
  let answers = 0
  const stop = new AbortController()
  const asker = async () => {
    while (!stop.signal.aborted) {
      await client.complete({ messages }, { signal: stop.signal })
      answers++
    }
  }
  const askers = Array.from({ length: 8 }, () => asker().catch(() => undefined))
  const settle = () => new Promise(resolve => setImmediate(resolve))
  // The first calls load what all need.
  while (client.limiter.inFlight < 5) await settle()
  // What begins at the last instant is of the next minute.
  while (clock.runNext(60_000)) await settle()
  stop.abort()
  await Promise.all(askers)
  return answers
}

async function* whole() {
  yield [{ choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] }]
}

test.each([
  [3000, 100],
  [1500, 200],
  [6000, 50],
])('five in flight at %i ms each are %i a minute: the server sets the rate', async (ms, rate) => {
  expect(await answersInAMinute(ms)).toBe(rate)
})

test('with a cap of 60 a minute five in flight are 60 a minute, however quick the server is', async () => {
  // A sixth of a minute's worth may go at once; then one each second.
  for (const ms of [3000, 100]) {
    const answers = await answersInAMinute(ms, 60)
    expect(answers).toBeGreaterThanOrEqual(60)
    expect(answers).toBeLessThanOrEqual(70)
  }
})
