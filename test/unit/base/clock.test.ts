import { expect, test } from 'vitest'
import { sleep, systemClock } from '../../../base/clock.ts'
import { createManualClock } from '../../../base/manual-clock.ts'

test('sleep resolves when its time has come and not before', async () => {
  const clock = createManualClock()
  let isOver = false
  const sleeping = sleep(clock, 20).then(() => {
    isOver = true
  })
  clock.advance(19.999)
  await Promise.resolve()
  expect(isOver).toBe(false)
  clock.advance(0.001)
  await sleeping
  expect(isOver).toBe(true)
  expect(clock.pending).toBe(0)
})

test('sleep goes on waiting when a timer fires early', async () => {
  const clock = createManualClock()
  const hasty = {
    ...clock,
    after: (ms: number, callback: () => void) => clock.after(ms / 2, callback),
  }
  const sleeping = sleep(hasty, 8).then(() => clock.nowMs())
  clock.advance(7.999)
  await Promise.resolve()
  expect(clock.pending).toBe(1)
  clock.advance(1)
  expect(await sleeping).toBeGreaterThanOrEqual(8)
})

test('an aborted sleep rejects with the reason and leaves no timer', async () => {
  const clock = createManualClock()
  const controller = new AbortController()
  const sleeping = sleep(clock, 60_000, controller.signal)
  expect(clock.pending).toBe(1)
  controller.abort('enough')
  await expect(sleeping).rejects.toBe('enough')
  expect(clock.pending).toBe(0)
})

test('a sleep that is aborted before it begins sets no timer', async () => {
  const clock = createManualClock()
  await expect(sleep(clock, 1, AbortSignal.abort('no'))).rejects.toBe('no')
  expect(clock.pending).toBe(0)
})

test('a sleep that is over no longer listens to its signal', async () => {
  const clock = createManualClock()
  let listeners = 0
  const { signal } = new AbortController()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const sleeping = sleep(clock, 5, signal)
  expect(listeners).toBe(1)
  clock.advance(5)
  await sleeping
  expect(listeners).toBe(0)
})

test('on the system clock a sleep is never shorter than asked', async () => {
  for (const askedMs of [0.4, 1.9, 2.3, 3.7, 4.5]) {
    const startMs = systemClock.nowMs()
    await sleep(systemClock, askedMs)
    expect(systemClock.nowMs() - startMs).toBeGreaterThanOrEqual(askedMs)
  }
})

test('a wait longer than setTimeout can take does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.after(2 ** 31, () => {
    fired = true
  })
  await sleep(systemClock, 10)
  cancel()
  expect(fired).toBe(false)
})
