import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createConductor, OVER, type Part } from '../../../../mock-server/engine/conductor.ts'
import { punctual } from '../../../../mock-server/http/punctual.ts'

const nextTurn = () => new Promise(setImmediate)

/** A part that is due at each of these times, on a manual clock. */
function start(dueMs: readonly number[], { others = 0, fail = false } = {}) {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  for (let i = 0; i < others; i++) {
    conductor.start({ dueMs: 1e6, play: () => OVER, failed: () => {} })
  }
  const playedAtMs: number[] = []
  const seen: string[] = []
  const inner: Part = {
    dueMs: dueMs[0]!,
    play(nowMs) {
      if (fail) throw new Error('no')
      playedAtMs.push(nowMs)
      return dueMs[playedAtMs.length] ?? OVER
    },
    over: () => void seen.push('over'),
    failed: error => void seen.push(`failed: ${(error as Error).message}`),
  }
  const part = punctual(inner, clock, conductor)
  conductor.start(part)
  return { clock, conductor, part, playedAtMs, seen }
}

test('a step is played in the turn of the event loop in which it is due, between two ticks of the timers', async () => {
  const dueMs = [10.3, 10.4, 17.77]
  const { clock, conductor, playedAtMs, seen } = start(dueMs)
  for (let i = 0; i < 2000; i++) {
    clock.advance(0.01)
    await nextTurn()
  }
  const lateMs = playedAtMs.map((ms, i) => ms - dueMs[i]!)
  expect(lateMs.length).toBe(3)
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lateMs)).toBeLessThan(0.02)
  expect(seen).toEqual(['over'])
  expect(conductor.active).toBe(0)
  expect(clock.pending).toBe(0)
})

test('a step is never played early', async () => {
  const { clock, playedAtMs } = start([10.3])
  clock.advance(10.299)
  for (let i = 0; i < 50; i++) await nextTurn()
  expect(playedAtMs).toEqual([])
})

test('where the clock stands still the watch is given up, and the conductor plays it', async () => {
  const { clock, playedAtMs } = start([10.3])
  clock.advance(9)
  for (let i = 0; i < 20_100; i++) await nextTurn()
  expect(playedAtMs).toEqual([])
  clock.advance(3)
  expect(playedAtMs.length).toBe(1)
})

test('among many parts it is played when the conductor comes to it', async () => {
  const { clock, playedAtMs } = start([10.3], { others: 40 })
  clock.advance(9.9)
  await nextTurn()
  clock.advance(0.45)
  await nextTurn()
  expect(playedAtMs).toEqual([])
  clock.advance(2)
  expect(playedAtMs.length).toBe(1)
})

test('one that was stopped is not played, and is over once', async () => {
  const { clock, conductor, part, playedAtMs, seen } = start([10.3])
  clock.advance(9)
  await nextTurn()
  conductor.stop(part)
  clock.advance(5)
  for (let i = 0; i < 5; i++) await nextTurn()
  expect(playedAtMs).toEqual([])
  expect(seen).toEqual(['over'])
})

test('a step that throws fails the part, whoever plays it', async () => {
  const watched = start([10.3], { fail: true })
  watched.clock.advance(9)
  watched.clock.advance(1.35)
  await nextTurn()
  await nextTurn()
  expect(watched.seen).toEqual(['over', 'failed: no'])
  expect(watched.conductor.active).toBe(0)

  const late = start([10.3], { fail: true })
  late.clock.advance(20)
  expect(late.seen).toEqual(['over', 'failed: no'])
  expect(late.conductor.active).toBe(0)
})
