import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { OVER, type Part, type Sink } from '../../../../mock-server/engine/conductor.ts'
import { createExactConductor } from '../../../../mock-server/engine/exact-conductor.ts'

function setUp() {
  const clock = createManualClock()
  const told: string[] = []
  const conductor = createExactConductor(clock, {
    held: () => told.push('held'),
    full: () => told.push(`full at ${clock.nowMs()}`),
  })
  const played: string[] = []
  /** A part with steps at these instants. */
  const partAt = (name: string, ...dueMs: number[]): Part => {
    let step = 0
    return {
      dueMs: dueMs[0]!,
      play(nowMs) {
        played.push(`${name}${step} at ${nowMs}`)
        return dueMs[++step] ?? OVER
      },
      over: () => played.push(`${name} over`),
      failed: error => played.push(`${name} failed: ${error}`),
    }
  }
  return { clock, conductor, played, partAt, told }
}

test('each step is played at its very instant, in order, however far time is moved at once', () => {
  const { clock, conductor, played, partAt } = setUp()
  conductor.start(partAt('a', 0.1, 20.123456789, 86_400_000))
  conductor.start(partAt('b', 0.3, 20.123456789, 20.2))
  clock.advance(86_400_000)
  expect(played).toEqual([
    'a0 at 0.1',
    'b0 at 0.3',
    'a1 at 20.123456789',
    'b1 at 20.123456789',
    'b2 at 20.2',
    'b over',
    'a2 at 86400000',
    'a over',
  ])
  expect([conductor.active, clock.pending]).toEqual([0, 0])
})

test('what is due already is played when it starts', () => {
  const { clock, conductor, played, partAt } = setUp()
  clock.advance(5)
  conductor.start(partAt('a', 3, 4, 6))
  expect(played).toEqual(['a0 at 5', 'a1 at 5'])
  clock.advance(1)
  expect(played.slice(2)).toEqual(['a2 at 6', 'a over'])
})

test('a stopped part is not played again, and leaves no timer', () => {
  const { clock, conductor, played, partAt } = setUp()
  const part = partAt('a', 1, 2, 3)
  conductor.start(part)
  clock.advance(1)
  conductor.stop(part)
  conductor.stop(part)
  expect([conductor.active, clock.pending]).toEqual([0, 0])
  clock.advance(10)
  expect(played).toEqual(['a0 at 1', 'a over'])
})

test('a part that throws is over and told why; the others go on', () => {
  const { clock, conductor, played, partAt } = setUp()
  const broken = {
    ...partAt('a', 1),
    play: () => {
      throw new Error('oh')
    },
  }
  conductor.start(broken)
  conductor.start(partAt('b', 1))
  clock.advance(1)
  expect(played).toEqual(['a over', 'a failed: Error: oh', 'b0 at 1', 'b over'])
  expect(conductor.active).toBe(0)
})

test('a part without gaps gives way to others that are due at the same instant', () => {
  const { clock, conductor, played, partAt } = setUp()
  conductor.start(partAt('a', ...Array.from({ length: 300 }, () => 1)))
  conductor.start(partAt('b', 1))
  clock.advance(1)
  expect(played.indexOf('b0 at 1')).toBe(256)
  expect(played.slice(-2)).toEqual(['a299 at 1', 'a over'])
})

test('a step for a full sink is played at its instant once the reader has caught up', () => {
  const { clock, conductor, played, partAt, told } = setUp()
  const sink = { destroyed: false, writableNeedDrain: true, socket: null }
  conductor.start(partAt('a', 10, 20), sink)
  expect(told).toEqual(['held'])
  clock.runNext(30)
  expect([told.at(-1), played.length]).toEqual(['full at 10', 0])
  sink.writableNeedDrain = false
  clock.advance(20)
  expect(played).toEqual(['a0 at 10', 'a1 at 20', 'a over'])
})

test('a reader that never reads is looked at ever more seldom, up to once an hour', () => {
  const { clock, conductor, played, partAt, told } = setUp()
  let looks = 0
  const sink: Sink = {
    destroyed: false,
    writableNeedDrain: false,
    socket: {
      get writableNeedDrain() {
        looks++
        return true
      },
    },
  }
  const part = partAt('a', 10, 20)
  conductor.start(part, sink)
  clock.advance(86_400_000)
  expect([told, played, conductor.active]).toEqual([['held', 'full at 10'], [], 1])
  expect(looks).toBeGreaterThan(24)
  expect(looks).toBeLessThan(60)
  conductor.stop(part)
  expect(clock.pending).toBe(0)
})
