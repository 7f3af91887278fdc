import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'

test('time stands still until it is advanced', () => {
  const clock = createManualClock()
  expect([clock.nowMs(), clock.wallMs()]).toEqual([0, Date.UTC(2025, 0, 1)])
  clock.advance(1234.5)
  expect([clock.nowMs(), clock.wallMs()]).toEqual([1234.5, Date.UTC(2025, 0, 1) + 1234.5])
})

test('timers run in order of due time, equal ones in the order they were set', () => {
  const clock = createManualClock({ wallMs: 0 })
  const ran: string[] = []
  const note = (name: string) => () => void ran.push(`${name} at ${clock.nowMs()}`)
  clock.after(30, note('c'))
  clock.after(10, note('a'))
  clock.after(30, note('d'))
  clock.after(20, note('b'))
  clock.advance(29)
  expect(ran).toEqual(['a at 10', 'b at 20'])
  clock.advance(100)
  expect(ran.slice(2)).toEqual(['c at 30', 'd at 30'])
  expect(clock.nowMs()).toBe(129)
})

test('a timer set by a timer runs in the same advance when it falls due in it', () => {
  const clock = createManualClock()
  const ran: number[] = []
  const tick = () => {
    ran.push(clock.nowMs())
    clock.after(10, tick)
  }
  clock.after(10, tick)
  clock.advance(35)
  expect(ran).toEqual([10, 20, 30])
  expect(clock.pending).toBe(1)
})

test('a cancelled timer does not run and is no longer pending', () => {
  const clock = createManualClock()
  const ran: string[] = []
  const cancel = clock.after(5, () => ran.push('cancelled'))
  clock.after(5, () => ran.push('kept'))
  cancel()
  expect(clock.pending).toBe(1)
  clock.advance(5)
  expect(ran).toEqual(['kept'])
})

test('a negative delay is due now, and runs at the next advance, even of 0', () => {
  const clock = createManualClock()
  const ran: number[] = []
  clock.after(-5, () => ran.push(clock.nowMs()))
  expect(ran).toEqual([])
  clock.advance(0)
  expect(ran).toEqual([0])
})
