import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { arrivalsOf, createArrivals } from '../../../../bench/drivers/arrivals.ts'

test('What comes after the loop has slept is stamped as it comes.', () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  for (const atMs of [1, 2, 3]) {
    clock.advance(1)
    expect(arrivals.atMs()).toBe(atMs)
    arrivals.handled()
  }
})

test('What is handled right after another came since the loop had looked for that, and so did all that is handled with it.', async () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  clock.advance(10)
  expect(arrivals.atMs()).toBe(10)
  clock.advance(2)
  arrivals.handled()
  for (let i = 0; i < 5; i++) {
    expect(arrivals.atMs()).toBe(11)
    clock.advance(2)
    arrivals.handled()
  }
  await turn()
  // The loop had looked at 12 ms, and looks again at 22 without having slept.
  expect(arrivals.atMs()).toBe(17)
  await turn()
  clock.advance(1)
  expect(arrivals.atMs()).toBe(23)
})

test('What is too much for one look of the loop came before the next.', () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  arrivals.atMs()
  arrivals.handled()
  const stamps = new Set<number>()
  for (let i = 0; i < 1024; i++) {
    stamps.add(arrivals.atMs())
    clock.advance(1)
  }
  expect([...stamps]).toEqual([0])
  expect(arrivals.atMs()).toBe(512)
})

test('Stamps never go back.', async () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  let lastMs = 0
  for (let i = 0; i < 2000; i++) {
    clock.advance(i % 7 === 0 ? 1 : 0.01)
    if (i % 11 === 0) await turn()
    const atMs = arrivals.atMs()
    expect(atMs).toBeGreaterThanOrEqual(lastMs)
    expect(atMs).toBeLessThanOrEqual(clock.nowMs())
    lastMs = atMs
    if (i % 3 > 0) arrivals.handled()
  }
})

test('A clock that is not the system’s stamps each by itself.', () => {
  const clock = createManualClock()
  const arrivals = arrivalsOf(clock)
  expect(arrivals.atMs()).toBe(0)
  clock.advance(3)
  expect(arrivals.atMs()).toBe(3)
})
