import fc from 'fast-check'
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

test('an instant is met exactly, whatever floating point makes of differences', () => {
  const clock = createManualClock()
  clock.advance(100.3)
  const ran: number[] = []
  clock.at(200.1, () => ran.push(clock.nowMs()))
  clock.at(50, () => ran.push(clock.nowMs()))
  expect(clock.nextDueMs).toBe(100.3)
  clock.advanceTo(200.1)
  expect(ran).toEqual([100.3, 200.1])
  clock.advanceTo(0)
  expect([clock.nowMs(), clock.nextDueMs]).toEqual([200.1, undefined])
})

test('one instant is run at a time, and what it sets for itself waits for the next call', () => {
  const clock = createManualClock()
  const ran: string[] = []
  clock.after(10, () => {
    ran.push('a')
    clock.after(0, () => ran.push('c'))
  })
  clock.after(10, () => ran.push('b'))
  clock.after(11, () => ran.push('d'))
  expect(clock.runNext(9)).toBe(false)
  expect([clock.runNext(11), ran.join('')]).toEqual([true, 'ab'])
  expect([clock.runNext(11), ran.join('')]).toEqual([true, 'abc'])
  expect(clock.nowMs()).toBe(10)
  expect([clock.runNext(11), ran.join(''), clock.nowMs()]).toEqual([true, 'abcd', 11])
  expect(clock.runNext(1e9)).toBe(false)
  expect(clock.nowMs()).toBe(11)
})

test('any timers, set and cancelled in any order, run as a sorted list of them would', () => {
  const action = fc.oneof(
    fc.record({ delayMs: fc.integer({ min: 0, max: 20 }), setsMs: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ cancels: fc.nat(200) }),
    fc.record({ advancesMs: fc.integer({ min: 0, max: 10 }) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), actions => {
      const clock = createManualClock()
      const ran: string[] = []
      const expected: string[] = []
      const cancels: (() => void)[] = []
      let waiting: { dueMs: number; number: number; setsMs: number }[] = []
      let number = 0
      let nowMs = 0
      const set = (delayMs: number, setsMs: number) => {
        const own = number++
        waiting.push({ dueMs: nowMs + delayMs, number: own, setsMs })
        return own
      }
      const start = (own: number, delayMs: number, setsMs: number) => {
        cancels[own] = clock.after(delayMs, () => {
          ran.push(`${own} at ${clock.nowMs()}`)
          if (setsMs > 0) start(count++, setsMs, 0)
        })
      }
      let count = 0
      for (const one of actions) {
        if ('delayMs' in one) {
          start(count++, one.delayMs, one.setsMs)
          set(one.delayMs, one.setsMs)
        } else if ('cancels' in one) {
          cancels[one.cancels]?.()
          waiting = waiting.filter(timer => timer.number !== one.cancels)
        } else {
          clock.advance(one.advancesMs)
          const untilMs = nowMs + one.advancesMs
          for (;;) {
            const [next] = waiting
              .filter(({ dueMs }) => dueMs <= untilMs)
              .sort((a, b) => a.dueMs - b.dueMs || a.number - b.number)
            if (!next) break
            waiting = waiting.filter(timer => timer !== next)
            nowMs = next.dueMs
            expected.push(`${next.number} at ${nowMs}`)
            if (next.setsMs > 0) set(next.setsMs, 0)
          }
          nowMs = untilMs
        }
        expect(clock.pending).toBe(waiting.length)
      }
      expect(ran).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('100,000 timers are no more trouble each than a hundred', () => {
  const clock = createManualClock()
  let ran = 0
  const cancels = Array.from({ length: 100_000 }, (_, i) =>
    clock.after((i * 7919) % 100_003, () => ran++),
  )
  for (let i = 0; i < cancels.length; i += 2) cancels[i]!()
  expect(clock.pending).toBe(50_000)
  const startMs = performance.now()
  clock.advance(100_003)
  // Some 50 ms; looking through all of them for each one would take minutes.
  expect(performance.now() - startMs).toBeLessThan(5000)
  expect([ran, clock.pending]).toEqual([50_000, 0])
})
