import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createRandom } from '../../../../base/random.ts'
import { play } from '../../../../bench/against/play.ts'
import { orderOfTurns } from '../../../../bench/against/rounds.ts'
import type { SideRun, TurnOf } from '../../../../bench/against/side.ts'
import { createTurns, type Side, sides } from '../../../../bench/against/turns.ts'
import { createTwinWork } from '../../../../bench/against/twin-work.ts'
import { chatReader } from '../../../../bench/read/chat.ts'
import type { Request } from '../../../../bench/work/request.ts'
import type { Work } from '../../../../bench/work/work.ts'

describe('turns', () => {
  it('let as many be in flight as there are connections, of the side whose turn it is', () => {
    const turns = createTurns(2)
    const sent: string[] = []
    const wait = (side: Side, name: string) => turns.at[side].enter(() => sent.push(name) > 0)
    for (const name of ['b1', 'b2', 'b3']) wait('base', name)
    for (const name of ['h1', 'h2']) wait('head', name)
    expect(sent).toEqual([])
    turns.give('base')
    expect(sent).toEqual(['b1', 'b2'])
    turns.give('head')
    expect([sent.length, turns.inFlight]).toEqual([2, 2])
    turns.settled()
    wait('base', 'b1 again')
    turns.settled()
    expect(sent).toEqual(['b1', 'b2', 'h1', 'h2'])
    turns.give(undefined)
    turns.settled()
    turns.settled()
    expect([sent.length, turns.inFlight]).toEqual([4, 0])
    turns.give('base')
    expect(sent.slice(4)).toEqual(['b3', 'b1 again'])
  })

  it('go to the next when one that waited cannot send any more', () => {
    const turns = createTurns(1)
    const sent: string[] = []
    turns.at.base.enter(() => false)
    turns.at.base.enter(() => sent.push('sound') > 0)
    turns.give('base')
    expect([sent, turns.inFlight]).toEqual([['sound'], 1])
  })
})

describe('the order of turns', () => {
  it('has both sides in each round, and of two rounds each side begins one', () => {
    const order = orderOfTurns(40, createRandom('order'))
    const firsts = order.map(([first]) => first)
    for (const round of order) expect([...round].sort()).toEqual(['base', 'head'])
    for (let i = 0; i < 40; i += 2) expect(firsts[i]).not.toBe(firsts[i + 1])
    expect(new Set(firsts.filter((_, i) => i % 2 === 0)).size).toBe(2)
    expect(orderOfTurns(7, createRandom('order')).length).toBe(7)
    expect(orderOfTurns(40, createRandom('order'))).toEqual(order)
  })
})

describe('twin work', () => {
  it('gives both sides the same requests in each round, however many each takes', () => {
    let made = 0
    const twins = createTwinWork({ next: () => requestOf(String(made++)) } as Work)
    const take = (side: Side, count: number) =>
      Array.from({ length: count }, () => twins.of[side].next().body)
    expect(take('base', 3)).toEqual(['0', '1', '2'])
    expect(take('head', 2)).toEqual(['0', '1'])
    for (const side of sides) twins.enter(side, 0)
    expect(take('head', 2)).toEqual(['3', '4'])
    expect(take('base', 3)).toEqual(['3', '4', '5'])
    expect(take('head', 1)).toEqual(['5'])
  })
})

function requestOf(body: string): Request {
  return { path: '/', headers: {}, body, reader: chatReader, scenario: undefined }
}

describe('play', () => {
  function scene(signal = new AbortController().signal) {
    const clock = createManualClock()
    const turns = createTurns(1)
    const told: string[] = []
    const current: Partial<Record<Side, TurnOf>> = {}
    const runOf = (side: Side) =>
      ({
        beginTurn(turn: TurnOf) {
          current[side] = turn
          told.push(`${clock.nowMs()} ${side}${turn.isMeasured ? '' : ' warms'}`)
        },
        endTurn: () => told.push(`${clock.nowMs()} over`),
      }) as unknown as SideRun
    const playing = {
      clock,
      turns,
      runs: { base: runOf('base'), head: runOf('head') },
      signal,
      onSteady: () => void told.push('steady'),
      onRound: () => void told.push('round'),
      onTurn: () => {},
    }
    return { clock, turns, told, current, playing }
  }
  const score = {
    warmup: sides,
    warmupTurnMs: 10,
    rounds: [['head', 'base']],
    turnMs: 100,
    turnRequests: undefined,
  } as const

  /** Lets all that is promised come about, then moves on to the next timer. */
  async function run(clock: ReturnType<typeof createManualClock>): Promise<void> {
    for (let i = 0; i < 20; i++) {
      await new Promise(resolve => setImmediate(resolve))
      clock.runNext(10_000)
    }
  }

  it('warms both sides, then gives each its turn', async () => {
    const { clock, told, playing } = scene()
    const played = play(score, playing)
    await run(clock)
    await played
    expect(told).toEqual([
      '0 base warms',
      '10 over',
      '10 head warms',
      '20 over',
      'steady',
      'round',
      '20 head',
      '120 over',
      '120 base',
      '220 over',
    ])
    expect(clock.pending).toBe(0)
  })

  it('waits for what is in flight at the end', async () => {
    const { clock, turns, playing } = scene()
    turns.at.base.enter(() => true)
    let isOver = false
    const played = play(score, playing).then(() => {
      isOver = true
    })
    await run(clock)
    expect([isOver, turns.inFlight]).toEqual([false, 1])
    turns.settled()
    await run(clock)
    await played
  })

  it('ends a turn when its requests are spent', async () => {
    const { clock, told, current, playing } = scene()
    const played = play({ ...score, warmupTurnMs: 0, turnRequests: 5 }, playing)
    await run(clock)
    expect([told.at(-1), current.head?.requests]).toEqual(['0 head', 5])
    current.head?.onSpent()
    await run(clock)
    expect(told.slice(-2)).toEqual(['0 over', '0 base'])
    current.base?.onSpent()
    await played
  })

  it('stops at once when it is interrupted', async () => {
    const controller = new AbortController()
    const { clock, playing } = scene(controller.signal)
    const played = play(score, playing)
    controller.abort(new Error('enough'))
    await expect(played).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
  })
})
