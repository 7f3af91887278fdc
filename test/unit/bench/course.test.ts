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
