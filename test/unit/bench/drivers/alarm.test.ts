import { expect, it } from 'vitest'
import type { Clock } from '../../../../base/clock.ts'
import { createAlarm } from '../../../../bench/drivers/alarm.ts'

/** A clock whose timers fire `offMs` after their time (before it, where that is negative); a turn takes 0.05 ms. */
function startClock(offMs: number) {
  let nowMs = 0
  let waiting: { atMs: number; callback: () => void } | undefined
  let turns = 0
  let timers = 0
  const wait = (atMs: number, callback: () => void) => {
    const one = { atMs, callback }
    waiting = one
    return () => {
      if (waiting === one) waiting = undefined
    }
  }
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after(delayMs, callback) {
      timers++
      return wait(nowMs + Math.max(1, Math.floor(delayMs)) + offMs, callback)
    },
  }
  const alarm = createAlarm(clock, callback => {
    turns++
    return wait(nowMs + 0.05, callback)
  })
  return {
    alarm,
    pass(ms: number) {
      nowMs += ms
    },
    /** Lets time pass until it rings; returns when that was. */
    rungAt(atMs: number): number {
      let rungAtMs: number | undefined
      alarm.set(atMs, () => {
        rungAtMs = nowMs
      })
      expect(rungAtMs).toBe(undefined)
      while (waiting && rungAtMs === undefined) {
        const { atMs: nextMs, callback } = waiting
        waiting = undefined
        nowMs = Math.max(nowMs, nextMs)
        callback()
      }
      return rungAtMs ?? Number.NaN
    },
    get isWaiting() {
      return waiting !== undefined
    },
    get counts() {
      return { turns, timers }
    },
  }
}

it.each([-0.9, -0.3, 0, 0.2])(
  'after a long wait rings within a tenth of a ms, timers %d ms off',
  offMs => {
    const time = startClock(offMs)
    for (const waitMs of [10, 17.35, 250.99, 1000]) {
      const dueMs = time.rungAt(0) + waitMs
      const rungAtMs = time.rungAt(dueMs)
      expect(rungAtMs).toBeGreaterThanOrEqual(dueMs)
      expect(rungAtMs).toBeLessThan(dueMs + 0.1)
    }
  },
)

it('after a short wait sleeps, and is late by a ms and what timers are late', () => {
  for (const offMs of [-0.9, 0, 0.2]) {
    const time = startClock(offMs)
    for (let dueMs = 0.7; dueMs < 100; dueMs += 1.3) {
      const { turns } = time.counts
      const rungAtMs = time.rungAt(dueMs)
      expect(rungAtMs).toBeGreaterThanOrEqual(dueMs)
      expect(rungAtMs).toBeLessThan(dueMs + 1.21)
      expect(time.counts.turns - turns).toBeLessThanOrEqual(1)
    }
  }
})

it('what is due already rings in the next turn', () => {
  const time = startClock(0)
  time.pass(50)
  expect(time.rungAt(3)).toBeCloseTo(50.05)
  expect(time.counts).toEqual({ turns: 1, timers: 0 })
})

it('a second setting replaces the first, and what is cancelled does not ring', () => {
  const time = startClock(0)
  let rung = 0
  time.alarm.set(20, () => rung++)
  expect(time.rungAt(30)).toBeGreaterThanOrEqual(30)
  time.alarm.set(60, () => rung++)
  time.alarm.cancel()
  expect([rung, time.isWaiting]).toEqual([0, false])
})
