import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { createLimiter } from '../../../client/limiter.ts'

const never = new AbortController().signal
const settle = () => new Promise(resolve => setImmediate(resolve))

function harness(limit: number) {
  const clock = createManualClock()
  const limiter = createLimiter(limit, clock)
  const order: string[] = []
  const releases = new Map<string, () => void>()
  function join(name: string, { returning = false, signal = never } = {}): void {
    limiter.acquire(signal, { returning }).then(
      release => {
        order.push(name)
        releases.set(name, release)
      },
      reason => order.push(`${name}: ${reason}`),
    )
  }
  async function leave(name: string): Promise<void> {
    releases.get(name)?.()
    await settle()
  }
  return { clock, limiter, order, join, leave }
}

test('gives slots out in the order of arrival and never more than the limit', async () => {
  const { limiter, order, join, leave } = harness(2)
  for (const name of ['a', 'b', 'c', 'd']) join(name)
  await settle()
  expect(order).toEqual(['a', 'b'])
  expect([limiter.inFlight, limiter.waiting]).toEqual([2, 2])
  await leave('b')
  expect(order).toEqual(['a', 'b', 'c'])
  await leave('a')
  expect(order).toEqual(['a', 'b', 'c', 'd'])
})

test('who arrives while others wait does not overtake them, even in the same tick as a release', async () => {
  const { order, join, leave } = harness(1)
  join('a')
  join('b')
  await settle()
  const left = leave('a')
  join('c')
  await left
  expect(order).toEqual(['a', 'b'])
})

test('who comes back from a back-off is served before those who had no turn yet', async () => {
  const { order, join, leave } = harness(1)
  join('a')
  join('b')
  join('c')
  join('retry', { returning: true })
  await settle()
  await leave('a')
  await leave('retry')
  expect(order).toEqual(['a', 'retry', 'b'])
})

test('a release counts once, however often it is called', async () => {
  const { limiter, join, leave } = harness(1)
  join('a')
  await settle()
  await leave('a')
  await leave('a')
  expect(limiter.inFlight).toBe(0)
})

test('who gives up leaves the line with the reason, and the next moves up', async () => {
  const { limiter, order, join, leave } = harness(1)
  const controller = new AbortController()
  join('a')
  join('b', { signal: controller.signal })
  join('c')
  await settle()
  controller.abort('enough')
  await settle()
  expect(limiter.waiting).toBe(1)
  await leave('a')
  expect(order).toEqual(['a', 'b: enough', 'c'])
})

test('a signal that has fired already takes no slot', async () => {
  const { limiter, order, join } = harness(1)
  join('a', { signal: AbortSignal.abort('gone') })
  await settle()
  expect(order).toEqual(['a: gone'])
  expect(limiter.inFlight).toBe(0)
})

test('a pause stops the whole line, the longer of two holds, and then all move on', async () => {
  const { clock, limiter, order, join } = harness(4)
  limiter.pause(2000)
  limiter.pause(500)
  join('a')
  join('b')
  clock.advance(1999)
  await settle()
  expect(order).toEqual([])
  expect(limiter.pausedMs).toBe(1)
  clock.advance(1)
  await settle()
  expect(order).toEqual(['a', 'b'])
})

test('a pause that nobody waits for leaves no timer behind', async () => {
  const { clock, limiter, join } = harness(1)
  const controller = new AbortController()
  limiter.pause(60_000)
  expect(clock.pending).toBe(0)
  join('a', { signal: controller.signal })
  expect(clock.pending).toBe(1)
  controller.abort('enough')
  expect(clock.pending).toBe(0)
})

test('a higher limit takes effect at once, a lower one as slots come back', async () => {
  const { limiter, order, join, leave } = harness(1)
  for (const name of ['a', 'b', 'c', 'd']) join(name)
  limiter.setLimit(3)
  await settle()
  expect(order).toEqual(['a', 'b', 'c'])
  limiter.setLimit(1)
  await leave('a')
  await leave('b')
  expect(order).toEqual(['a', 'b', 'c'])
  await leave('c')
  expect(order).toEqual(['a', 'b', 'c', 'd'])
})
