import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { orderOfTurns } from '../../../../bench/against/rounds.ts'
import { createTimetable } from '../../../../bench/against/timetable.ts'
import { createTurnTimes } from '../../../../bench/against/turn-times.ts'
import { sides } from '../../../../bench/against/turns.ts'
import { pacedSchedule } from '../../../../bench/schedule/paced.ts'
import { steadyRate } from '../../../../bench/schedule/rate-course.ts'

const schedule = pacedSchedule({
  course: steadyRate(50),
  pattern: 'poisson',
  shape: 1,
  rateWords: '50/s',
  random: createRandom('arrivals'),
})

function timetableOf(rounds: number, turnMs: number, warmupMs: number) {
  const random = createRandom('table')
  const order = orderOfTurns(rounds, random.fork('order'))
  return createTimetable({ schedule, warmupMs, turnMs, rounds: order, random })
}

describe('a timetable', () => {
  it('has turns without a gap, each side’s half of the time', () => {
    const { turns } = timetableOf(6, 100, 50)
    expect(turns).toHaveLength(14)
    for (const [i, { fromMs, untilMs }] of turns.entries()) {
      expect(fromMs).toBe(turns[i - 1]?.untilMs ?? 0)
      expect(untilMs).toBeGreaterThan(fromMs)
    }
    expect(turns.at(-1)?.untilMs).toBe(50 + 6 * 2 * 100)
    expect(timetableOf(6, 100, 0).turns).toHaveLength(12)
  })

  it('gives both sides the same arrivals in each round, inside their own turns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 30, max: 700 }),
        fc.constantFrom(0, 200),
        (rounds, turnMs, warmupMs) => {
          const timetable = timetableOf(rounds, turnMs, warmupMs)
          const [base, head] = sides.map(side => {
            let now: number | undefined
            const seen: (readonly [round: number | undefined, intoMs: number])[] = []
            const arrivals = timetable.arrivalsOf(side, round => {
              now = round
            })
            for (const { atMs } of arrivals) {
              const turn = timetable.turns.find(one => one.fromMs <= atMs && atMs < one.untilMs)!
              expect([turn.side, turn.round]).toEqual([side, now])
              seen.push([turn.round, Number((atMs - turn.fromMs).toFixed(6))])
            }
            return seen
          })
          expect(head).toEqual(base)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('turn times', () => {
  const events = [
    { type: 'turn', atMs: 10 },
    { type: 'pause', atMs: 30 },
    { type: 'sample' },
    { type: 'turn', atMs: 50 },
  ] as const

  it('tell which turn a moment belongs to, and how long all of them were', () => {
    const times = createTurnTimes()
    expect([times.count, times.indexAt(5), times.lengthMs(100)]).toEqual([0, -1, 0])
    for (const event of events) times.take(event)
    expect([9.999, 10, 30, 49.999, 50, 1000].map(times.indexAt)).toEqual([-1, 0, 0, 0, 1, 1])
    expect([times.lengthMs(55.5), times.lengthMs(40)]).toEqual([25.5, 20])
    times.take({ type: 'pause', atMs: 60 } as { type: 'pause' })
    expect(times.lengthMs(1000)).toBe(30)
  })
})
