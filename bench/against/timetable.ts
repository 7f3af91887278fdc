/**
 * The open loop by turns: one schedule is cut into rounds, and each side plays each round in its turn. So both meet
 * the same arrivals to the millisecond, at moments that are fixed before the run: a slow side does not shift them.
 */
import type { Random } from '../../base/random.ts'
import type { Arrival, Schedule } from '../schedule/arrival.ts'
import { gapsOf } from '../schedule/gaps.ts'
import { type Side, sides } from './turns.ts'

export interface TimetableOptions {
  readonly schedule: Schedule
  /** Of both sides together; half of it is each one's. */
  readonly warmupMs: number
  readonly turnMs: number
  /** Who has the turn in each round, one after the other. */
  readonly rounds: readonly (readonly [Side, Side])[]
  readonly random: Random
}

/** A turn, in ms from the beginning of the load. Those of the warm-up have no round. */
export interface PlannedTurn {
  readonly side: Side
  readonly round: number | undefined
  readonly fromMs: number
  readonly untilMs: number
}

export interface Timetable {
  /** In order of time, without a gap. */
  readonly turns: readonly PlannedTurn[]
  /** All that a side is to send; `onRound` is told before the first arrival of each. */
  arrivalsOf(side: Side, onRound: (round: number) => void): Generator<Arrival, undefined>
}

/** The least rate of a warm-up, a second: some schedules begin with nothing. */
const leastPerSecond = 1

export function createTimetable(options: TimetableOptions): Timetable {
  const { schedule, warmupMs, turnMs, rounds, random } = options
  const eachMs = warmupMs / sides.length
  const warmup = sides.map((side, i) => ({
    side,
    round: undefined,
    fromMs: i * eachMs,
    untilMs: (i + 1) * eachMs,
  }))
  const measured = rounds.flatMap((order, round) =>
    order.map((side, place) => {
      const before = round * sides.length + place
      const fromMs = warmupMs + before * turnMs
      return { side, round, fromMs, untilMs: fromMs + turnMs }
    }),
  )
  const fromOf = (side: Side) =>
    measured.filter(turn => turn.side === side).map(({ fromMs }) => fromMs)

  function* warmingOf(side: Side): Generator<Arrival, undefined> {
    const gaps = gapsOf('poisson', 1, random.fork('warmup'))
    const meanMs = 1000 / Math.max(leastPerSecond, schedule.firstPerSecond)
    for (let atMs = 0; atMs < eachMs; atMs += gaps.next() * meanMs) {
      yield { atMs: atMs + sides.indexOf(side) * eachMs, hint: undefined }
    }
    return undefined
  }

  return {
    turns: [...(warmupMs > 0 ? warmup : []), ...measured],
    *arrivalsOf(side, onRound) {
      yield* warmingOf(side)
      const starts = fromOf(side)
      const arrivals = schedule.arrivals()
      let round = -1
      for (let next = arrivals.next(); !next.done; next = arrivals.next()) {
        const { atMs, hint } = next.value
        const its = Math.floor(atMs / turnMs)
        const fromMs = starts[its]
        if (fromMs === undefined) return undefined
        if (its !== round) onRound(its)
        round = its
        yield { atMs: fromMs + (atMs - its * turnMs), hint }
      }
      return undefined
    },
  }
}
