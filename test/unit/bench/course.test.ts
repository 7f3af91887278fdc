import { expect, it } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { startCourse } from '../../../bench/course.ts'

function start(given: Partial<Parameters<typeof startCourse>[0]> = {}) {
  const clock = createManualClock()
  const steadyAtMs: number[] = []
  const course = startCourse({
    clock,
    warmupMs: 2000,
    durationMs: 10_000,
    requests: undefined,
    signal: undefined,
    onSteady: atMs => steadyAtMs.push(atMs),
    ...given,
  })
  return { clock, course, steadyAtMs }
}

it('warms up, measures for the duration, ends', async () => {
  const { clock, course, steadyAtMs } = start()
  expect(course.phase).toBe('warmup')
  clock.advance(1000)
  expect(course.share).toBe(0.5)
  clock.advance(1000)
  expect([course.phase, steadyAtMs]).toEqual(['steady', [2000]])
  clock.advance(9999)
  expect(course.phase).toBe('steady')
  clock.advance(1)
  expect(course.phase).toBe('done')
  await expect(course.ended).resolves.toBe('done')
  expect(clock.pending).toBe(0)
})

it('without a warm-up begins at once', () => {
  expect(start({ warmupMs: 0 }).steadyAtMs).toEqual([0])
})

it('by requests: says which is the last to send, and ends with the last to settle', async () => {
  const { course } = start({ warmupMs: 0, requests: 3 })
  expect([course.sent(), course.sent(), course.sent()]).toEqual([false, false, true])
  course.settled()
  course.settled()
  expect(course.phase).toBe('steady')
  course.settled()
  await expect(course.ended).resolves.toBe('done')
})

it('ends at once when interrupted, and leaves no timer', async () => {
  const controller = new AbortController()
  const { clock, course } = start({ signal: controller.signal })
  controller.abort()
  await expect(course.ended).resolves.toBe('interrupted')
  expect(clock.pending).toBe(0)
})

it('begins with the request that its window is due with, where the timer is late', () => {
  const { course, steadyAtMs, clock } = start()
  course.reached(1999.9)
  expect(course.phase).toBe('warmup')
  clock.nowMs = () => 2050
  course.reached(2000)
  expect([course.phase, course.startedAtMs, steadyAtMs]).toEqual(['steady', 0, [2000]])
  expect(course.elapsedMs).toBe(50)
})

it('after its time waits for what is in flight, as long as grace is given', async () => {
  const ends: number[] = []
  const grace = { warmupMs: 0, graceMs: 3000, onWindowEnd: (atMs: number) => ends.push(atMs) }
  const { clock, course } = start(grace)
  course.sent()
  course.sent()
  course.settled()
  clock.advance(10_000)
  expect([course.phase, ends]).toEqual(['steady', [10_000]])
  course.settled()
  await expect(course.ended).resolves.toBe('done')
  expect(clock.pending).toBe(0)

  const other = start(grace)
  other.course.sent()
  other.clock.advance(12_999)
  expect(other.course.phase).toBe('steady')
  other.clock.advance(1)
  expect(other.course.phase).toBe('done')
  expect(ends).toEqual([10_000, 10_000])
})

it('with nothing in flight grace is not waited for', () => {
  const { clock, course } = start({ warmupMs: 0, graceMs: 3000 })
  clock.advance(10_000)
  expect(course.phase).toBe('done')
})

it('by requests, those that are dropped count as settled, and the last is waited for with grace', async () => {
  const { clock, course } = start({ warmupMs: 0, requests: 3, graceMs: 500 })
  expect([course.sent(), course.dropped(), course.dropped()]).toEqual([false, false, true])
  clock.advance(499)
  expect(course.phase).toBe('steady')
  clock.advance(1)
  await expect(course.ended).resolves.toBe('done')

  const dropped = start({ warmupMs: 0, requests: 1, graceMs: 500 })
  expect(dropped.course.dropped()).toBe(true)
  await expect(dropped.course.ended).resolves.toBe('done')
  expect(dropped.clock.pending).toBe(0)
})

it('interrupted in the window sends no more, and waits a little for what is in flight', async () => {
  const seen: string[] = []
  const drained = {
    warmupMs: 0,
    drainMs: 2000,
    onDrain: () => seen.push('drain'),
    onWindowEnd: (atMs: number) => seen.push(`window ends at ${atMs}`),
  }
  const controller = new AbortController()
  const { clock, course } = start({ ...drained, signal: controller.signal })
  course.sent()
  course.sent()
  clock.advance(500)
  controller.abort()
  expect([course.phase, seen]).toEqual(['steady', ['drain', 'window ends at 500']])
  course.settled()
  clock.advance(1999)
  expect(course.phase).toBe('steady')
  course.settled()
  await expect(course.ended).resolves.toBe('interrupted')
  expect(clock.pending).toBe(0)

  const late = start(drained)
  late.course.sent()
  late.course.stop()
  late.clock.advance(2000)
  await expect(late.course.ended).resolves.toBe('stopped')
  late.course.stop()
  expect([late.course.phase, late.clock.pending]).toEqual(['done', 0])
})

it('stopped with nothing in flight, or in the warm-up, ends at once', async () => {
  const idle = start({ warmupMs: 0, drainMs: 2000 })
  idle.course.stop()
  await expect(idle.course.ended).resolves.toBe('stopped')
  const warming = start({ drainMs: 2000 })
  warming.course.stop()
  await expect(warming.course.ended).resolves.toBe('stopped')
  expect(warming.clock.pending).toBe(0)
})

it('interrupted while it waits for the last, is interrupted and waits no longer than then', async () => {
  const ends: number[] = []
  const controller = new AbortController()
  const { clock, course } = start({
    warmupMs: 0,
    graceMs: 60_000,
    drainMs: 2000,
    onWindowEnd: (atMs: number) => ends.push(atMs),
    signal: controller.signal,
  })
  course.sent()
  clock.advance(11_000)
  controller.abort()
  clock.advance(2000)
  await expect(course.ended).resolves.toBe('interrupted')
  expect(ends).toEqual([10_000])
})
