/** Turns in the open loop: each side's driver has its timetable, and what is in flight of the other goes on. */
import { type Clock, sleep } from '../../base/clock.ts'
import type { Driver } from '../drivers/driver.ts'
import { buildOpenLoop } from '../drivers/open-loop.ts'
import type { OpenPlan } from '../load/plan.ts'
import type { Match } from './match.ts'
import type { SideRun } from './side.ts'
import type { PlannedTurn, Timetable } from './timetable.ts'
import { type Side, sides } from './turns.ts'

export interface OpenTurns {
  readonly clock: Clock
  readonly plan: OpenPlan
  readonly timetable: Timetable
  readonly runs: Readonly<Record<Side, SideRun>>
  readonly referee: {
    /** The first measured turn begins. */
    onSteady(atMs: number): void
    /** A side goes on to the requests of a round. */
    onRound(side: Side, round: number): void
    /** Measured turns that are over. */
    onTurn(done: number): void
  }
}

export interface OpenMatch extends Match {
  /** It is this late: every turn that begins or ends by then does so now, however late the timers are. */
  reached(atMs: number): void
}

const drainCheckMs = 5

export function openTurns({ clock, plan, timetable, runs, referee }: OpenTurns): OpenMatch {
  const { turns } = timetable
  const drivers: readonly Driver[] = sides.map(side =>
    buildOpenLoop(
      {
        arrivals: timetable.arrivalsOf(side, round => referee.onRound(side, round)),
        untilMs: Number.POSITIVE_INFINITY,
        maxInFlight: plan.maxInFlight,
        cancelling: plan.cancelling,
      },
      runs[side].context,
    ),
  )
  let startMs = Number.POSITIVE_INFINITY
  let place = -1
  let done = 0

  function reached(atMs: number): void {
    while (place < turns.length && atMs >= startMs + nextMs()) step()
  }
  /** When the next turn begins; after the last one: when that ends. */
  function nextMs(): number {
    return turns[place + 1]?.fromMs ?? turns.at(-1)?.untilMs ?? 0
  }
  function step(): void {
    const [last, next] = [turns[place], turns[place + 1]]
    place++
    if (last) over(last)
    if (!next) return
    if (next.round !== undefined && last?.round === undefined)
      referee.onSteady(startMs + next.fromMs)
    const turn = { isMeasured: next.round !== undefined, requests: undefined, onSpent() {} }
    runs[next.side].beginTurn(turn, startMs + next.fromMs)
  }
  function over({ side, round, untilMs }: PlannedTurn): void {
    runs[side].endTurn(startMs + untilMs)
    if (round !== undefined) referee.onTurn(++done)
  }

  return {
    drivers,
    reached,
    async play(signal) {
      startMs = clock.nowMs()
      reached(startMs)
      for (const driver of drivers) driver.begin(startMs)
      while (place < turns.length) {
        await sleep(clock, Math.max(0, startMs + nextMs() - clock.nowMs()), signal)
        reached(clock.nowMs())
      }
      const graceUntilMs = clock.nowMs() + (plan.graceMs ?? Number.POSITIVE_INFINITY)
      while (drivers.some(({ inFlight }) => inFlight > 0) && clock.nowMs() < graceUntilMs) {
        await sleep(clock, drainCheckMs, signal)
      }
    },
    halt() {
      for (const driver of drivers) driver.drain()
      const now = turns[place]
      if (now) runs[now.side].endTurn(Math.min(clock.nowMs(), startMs + now.untilMs))
      place = turns.length
    },
  }
}
