import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { arrivalsOf, createArrivals } from '../../../../bench/drivers/arrivals.ts'

test('All that one waking of the event loop handles came when it began.', async () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  clock.advance(10)
  expect(arrivals.atMs()).toBe(10)
  clock.advance(7)
  expect(arrivals.atMs()).toBe(10)
  await turn()
  expect(arrivals.atMs()).toBe(17)
})

test('What comes long after all was handled is stamped by itself.', () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  arrivals.handled()
  clock.advance(1)
  expect(arrivals.atMs()).toBe(1)
  clock.advance(1)
  expect(arrivals.atMs()).toBe(2)
  arrivals.handled()
  expect(arrivals.atMs()).toBe(2)
  clock.advance(1)
  // Close upon the one before, so it is of the same waking.
  expect(arrivals.atMs()).toBe(2)
})

test('What is too much for one look of the loop has come later.', () => {
  const clock = createManualClock()
  const arrivals = createArrivals(clock)
  const stamps = new Set<number>()
  for (let i = 0; i < 1024; i++) {
    stamps.add(arrivals.atMs())
    clock.advance(1)
  }
  expect([...stamps]).toEqual([0])
  expect(arrivals.atMs()).toBe(1024)
})

test('A clock that is not the system’s stamps each by itself.', () => {
  const clock = createManualClock()
  const arrivals = arrivalsOf(clock)
  expect(arrivals.atMs()).toBe(0)
  clock.advance(3)
  expect(arrivals.atMs()).toBe(3)
})
