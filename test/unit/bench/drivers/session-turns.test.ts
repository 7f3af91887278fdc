/** The open loop where each arrival begins a session. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { buildOpenLoop, type OpenLoop } from '../../../../bench/drivers/open-loop.ts'
import type { Sessions } from '../../../../bench/drivers/session-turns.ts'
import type { Arrival } from '../../../../bench/schedule/arrival.ts'
import { converse, numbered } from '../../../../bench/work/conversation.ts'
import type { Hint } from '../../../../bench/work/hint.ts'
import { createStage, requestOf } from '../../../helpers/driver-stage.ts'

function* every(ms: number): Generator<Arrival, undefined> {
  for (let i = 0; ; i++) yield { atMs: i * ms, hint: undefined }
}

interface Given extends Partial<OpenLoop> {
  readonly turns?: number
  readonly think?: string
}

function start({ turns = 3, think = '30ms', ...given }: Given = {}) {
  const stage = createStage()
  const { clock, context, sender } = stage
  const hints: (Hint | undefined)[] = []
  let begun = 0
  const sessions: Sessions = {
    think: parseDistribution(think, 'ms'),
    random: createRandom('sessions'),
    converse() {
      const talk = { turns: undefined, turn: (place: number) => [{ role: 'user', content: place }] }
      const talking = converse(talk, turns, (messages, hint) => {
        hints.push(hint)
        return requestOf(messages.map(({ content }) => content).join(' '))
      })
      return numbered(talking, () => begun++)
    },
  }
  let cancelRing: () => void = () => {}
  const alarms: number[] = []
  const alarm = {
    set(atMs: number, ring: () => void) {
      alarms.push(atMs)
      cancelRing()
      cancelRing = clock.at(atMs, ring)
    },
    cancel: () => cancelRing(),
  }
  const driver = buildOpenLoop(
    {
      arrivals: every(100),
      untilMs: Number.POSITIVE_INFINITY,
      maxInFlight: 1000,
      cancelling: undefined,
      sessions,
      ...given,
    },
    context,
    { alarm, senderOf: sender },
  )
  return { ...stage, stage, driver, said: hints, alarms }
}

it('a turn is due when the answer before it has ended and its user has thought', () => {
  const { clock, sent, driver } = start()
  driver.begin(0)
  clock.advance(50)
  sent[0]!.settle('ok', 'yes')
  clock.advance(29)
  expect(sent).toHaveLength(1)
  clock.advance(1)
  expect(sent.map(({ dueAtMs, atMs }) => [dueAtMs, atMs])).toEqual([
    [0, 0],
    [80, 80],
  ])
  expect(sent[1]!.body).toBe('0 yes 1')
  // Arrivals stand where they were.
  clock.advance(20)
  sent[1]!.settle('ok', 'no')
  clock.advance(30)
  expect(sent.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 80, 100, 130])
  sent[3]!.settle()
  clock.advance(69)
  expect(sent).toHaveLength(4)
})

it('without thinking the next turn is due as the answer ends', () => {
  const { clock, sent, driver } = start({ think: '0ms' })
  driver.begin(0)
  clock.advance(37)
  sent[0]!.settle()
  clock.advance(0)
  expect(sent.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 37])
})

it('answers that change nothing of what is next leave the alarm as it is', () => {
  const { clock, sent, driver, alarms } = start({ think: '500ms', arrivals: every(10) })
  driver.begin(0)
  clock.advance(55)
  for (const one of sent) one.settle()
  expect(alarms).toEqual([10, 20, 30, 40, 50, 60])
})

it('after an answer that was missed nothing more is said', () => {
  const { clock, sent, driver } = start()
  driver.begin(0)
  clock.advance(10)
  sent[0]!.settle('http_5xx')
  clock.advance(89)
  expect(sent).toHaveLength(1)
})

it('sessions under way are bounded, also while they think', () => {
  const { clock, sent, dropped, driver } = start({ maxInFlight: 2, turns: 2, think: '1s' })
  driver.begin(0)
  clock.advance(150)
  for (const one of sent) one.settle()
  clock.advance(850)
  // Nothing is in flight, but two think.
  expect([sent.length, driver.inFlight]).toEqual([2, 0])
  expect(dropped).toEqual([200, 300, 400, 500, 600, 700, 800, 900, 1000])
  clock.advance(150)
  expect(sent).toHaveLength(4)
  sent[2]!.settle()
  clock.advance(50)
  // One session is over: the next that arrives begins.
  expect(sent.at(-1)!.dueAtMs).toBe(1200)
})

it('turns that are due after the end are not sent, nor are they late', async () => {
  const { clock, sent, dropped, driver } = start({ untilMs: 100, think: '60ms' })
  driver.begin(0)
  clock.advance(39)
  sent[0]!.settle()
  clock.advance(61)
  sent[1]!.settle()
  clock.advance(500)
  expect(sent.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 99])
  await driver.stop()
  expect(dropped).toEqual([])
  expect(clock.pending).toBe(0)
})

it('turns that were due and are late even at the end count as dropped', async () => {
  const { clock, sent, dropped, driver } = start({ untilMs: 95, think: '10ms' })
  driver.begin(0)
  clock.advance(5)
  sent[0]!.settle()
  clock.nowMs = () => 200
  await driver.stop()
  expect(dropped).toEqual([15])
})

it('drained or stopped, no session goes on, and no timer is left', async () => {
  const { clock, sent, driver, stage } = start()
  driver.begin(0)
  clock.advance(10)
  driver.drain()
  sent[0]!.settle()
  clock.advance(1000)
  expect([sent.length, clock.pending, stage.isStopped]).toEqual([1, 0, false])
  await driver.stop()
  expect(stage.isStopped).toBe(true)
})

it('a hint is that of the first turn', () => {
  const arrivals = [{ atMs: 0, hint: { inputTokens: 7 } }]
  const { clock, sent, said, driver } = start({ arrivals: arrivals.values() as never, turns: 2 })
  driver.begin(0)
  clock.advance(1)
  sent[0]!.settle()
  clock.advance(50)
  expect(said).toEqual([{ inputTokens: 7 }, undefined])
})

it('thinks the same by the same seed, however slow the answers are', () => {
  const gaps = (answerMs: number) => {
    const { clock, sent, driver } = start({
      turns: 50,
      think: 'exponential(mean=1s)',
      arrivals: [{ atMs: 0, hint: undefined }].values() as never,
    })
    driver.begin(0)
    const found: number[] = []
    for (let turn = 0; turn < 49; turn++) {
      clock.advance(answerMs)
      sent[turn]!.settle()
      const endMs = clock.nowMs()
      clock.runNext(Number.POSITIVE_INFINITY)
      found.push(Math.round((sent[turn + 1]!.dueAtMs! - endMs) * 1000))
    }
    return found
  }
  expect(gaps(10)).toEqual(gaps(333))
  expect(new Set(gaps(10)).size).toBeGreaterThan(40)
})

it('each turn is sent once, in its order and never early, whatever order answers come in', () => {
  const order = fc.array(fc.record({ pick: fc.nat(), waitMs: fc.nat(60) }), { maxLength: 80 })
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 6 }), (steps, maxInFlight) => {
      const { clock, sent, dropped, driver } = start({ maxInFlight, arrivals: every(13) })
      driver.begin(0)
      const open = new Set<number>()
      let seen = 0
      for (const { pick, waitMs } of steps) {
        clock.advance(waitMs)
        for (; seen < sent.length; seen++) open.add(seen)
        const place = [...open][pick % Math.max(1, open.size)]
        if (place === undefined) continue
        open.delete(place)
        sent[place]!.settle('ok', 'a')
      }
      for (const { dueAtMs, atMs } of sent) expect(atMs).toBe(dueAtMs)
      expect(driver.inFlight).toBeLessThanOrEqual(maxInFlight)
      const firsts = sent.filter(({ body }) => body === '0').length
      // Every arrival begins a session or is dropped.
      expect(firsts + dropped.length).toBe(Math.floor(clock.nowMs() / 13) + 1)
    }),
    { numRuns: 60 },
  )
})
