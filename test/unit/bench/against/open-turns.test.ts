import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { openTurns } from '../../../../bench/against/open-turns.ts'
import type { SideRun } from '../../../../bench/against/side.ts'
import type { PlannedTurn, Timetable } from '../../../../bench/against/timetable.ts'
import type { Side } from '../../../../bench/against/turns.ts'
import type { OpenPlan } from '../../../../bench/load/plan.ts'
import type { Arrival } from '../../../../bench/schedule/arrival.ts'

function scene() {
  const clock = createManualClock()
  const told: string[] = []
  const runOf = (side: Side) =>
    ({
      context: { clock, url: 'http://127.0.0.1:9', headers: {}, idleTimeoutMs: 1000 },
      beginTurn: (_: unknown, atMs: number) => told.push(`${atMs} ${side}`),
      endTurn: (atMs: number) => told.push(`${atMs} ${side} over`),
    }) as unknown as SideRun
  const turn = (side: Side, round: number | undefined, fromMs: number): PlannedTurn => ({
    ...{ side, round, fromMs },
    untilMs: fromMs + 10,
  })
  const timetable: Timetable = {
    turns: [turn('base', undefined, 0), turn('head', 0, 10), turn('base', 0, 20)],
    arrivalsOf: () => nothing(),
  }
  const match = openTurns({
    clock,
    plan: { maxInFlight: 1, graceMs: undefined } as OpenPlan,
    timetable,
    runs: { base: runOf('base'), head: runOf('head') },
    referee: {
      onSteady: atMs => told.push(`${atMs} steady`),
      onRound() {},
      onTurn: done => told.push(`${done} done`),
    },
  })
  return { clock, told, match }
}

const all = [
  '0 base',
  '10 base over',
  '10 steady',
  '10 head',
  '20 head over',
  '1 done',
  '20 base',
  '30 base over',
  '2 done',
]

function* nothing(): Generator<Arrival, undefined> {
  yield* []
  return undefined
}

async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
}

describe('turns of the open loop', () => {
  it('begin and end when the timetable says, in their order', async () => {
    const { clock, told, match } = scene()
    const played = match.play(new AbortController().signal)
    for (let atMs = 0; atMs < 40; atMs += 5) {
      await settle()
      clock.advance(5)
    }
    await played
    expect(told).toEqual(all)
    for (const driver of match.drivers) await driver.stop()
  })

  it('that the timers are late for begin with the first request of theirs', async () => {
    const { told, match } = scene()
    const stop = new AbortController()
    const played = match.play(stop.signal)
    match.reached(9.9)
    expect(told).toEqual(all.slice(0, 1))
    match.reached(25)
    expect(told).toEqual(all.slice(0, 7))
    match.halt()
    expect(told.at(-1)).toBe('0 base over')
    stop.abort(new Error('enough'))
    await expect(played).rejects.toThrow('enough')
    for (const driver of match.drivers) await driver.stop()
  })
})
