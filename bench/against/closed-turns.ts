/** Turns in the closed loop: connections of both sides that are always open share what may be in flight. */
import type { Clock } from '../../base/clock.ts'
import { buildAutocannon } from '../drivers/autocannon.ts'
import type { Driver, DriverContext } from '../drivers/driver.ts'
import type { Match } from './match.ts'
import { type Playing, play, type Score } from './play.ts'
import type { SideRun } from './side.ts'
import { type Side, sides, type Turns } from './turns.ts'

export interface ClosedTurns {
  readonly clock: Clock
  readonly connections: number
  readonly rampMs: number
  readonly turns: Turns
  readonly runs: Readonly<Record<Side, SideRun>>
  readonly score: Score
  readonly referee: Pick<Playing, 'onSteady' | 'onRound' | 'onTurn'>
}

export async function closedTurns(given: ClosedTurns): Promise<Match> {
  const { clock, connections, rampMs, turns, runs, score, referee } = given
  const build = (context: DriverContext) => buildAutocannon({ connections, rampMs }, context)
  const drivers: Driver[] = []
  for (const side of sides) drivers.push(await build(runs[side].context))
  return {
    drivers,
    async play(signal) {
      for (const driver of drivers) driver.begin()
      await play(score, { ...referee, clock, turns, runs, signal })
    },
    halt() {
      turns.give(undefined)
      for (const side of sides) runs[side].endTurn()
    },
  }
}
