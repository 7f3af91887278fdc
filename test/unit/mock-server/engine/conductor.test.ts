import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../../../base/clock.ts'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createRandom } from '../../../../base/random.ts'
import { createConductor, OVER, type Part } from '../../../../mock-server/engine/conductor.ts'

/** A slot of the wheel and a whole millisecond of the timer. */
const LATENESS_MS = 1.25

interface Played {
  readonly name: string
  readonly dueMs: number
  readonly atMs: number
}

/** A part that is due at these times, in ascending order, and writes into `log` when it is played. */
function part(name: string, dueMs: readonly number[], log: Played[]): Part {
  let step = 0
  return {
    dueMs: dueMs[0]!,
    play(nowMs) {
      log.push({ name, dueMs: dueMs[step]!, atMs: nowMs })
      return dueMs[++step] ?? OVER
    },
    failed: rethrow,
  }
}

function rethrow(error: unknown): never {
  throw error
}

/** A manual clock that can stand still for its timers, as an event loop does that is held up. */
function createHeldClock() {
  const manual = createManualClock()
  let heldMs = 0
  const clock: Clock = {
    nowMs: () => manual.nowMs() + heldMs,
    wallMs: manual.wallMs,
    after: manual.after,
  }
  return {
    clock,
    advance: manual.advance,
    /** Time passes and no timer runs. */
    hold(ms: number): void {
      heldMs += ms
    },
  }
}

test('a part is played when it is due, never before', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start(part('a', [10.1], log))
  clock.advance(10)
  expect([log, conductor.active]).toEqual([[], 1])
  clock.advance(LATENESS_MS)
  expect(log).toHaveLength(1)
  expect(log[0]!.atMs).toBeGreaterThanOrEqual(10.1)
  expect(conductor.active).toBe(0)
})

test('a part that is due is played as it is started', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  clock.advance(5)
  conductor.start(part('now', [5, 7], log))
  conductor.start(part('past', [1], log))
  expect(log.map(({ name, atMs }) => `${name} at ${atMs}`)).toEqual(['now at 5', 'past at 5'])
  expect(conductor.active).toBe(1)
  clock.advance(2 + LATENESS_MS)
  expect(log).toHaveLength(3)
  expect(conductor.active).toBe(0)
})

test('a part is told once that it is over: at its end, or when it is stopped', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const over: string[] = []
  const told = (name: string, dueMs: number[]): Part => ({
    ...part(name, dueMs, []),
    over: () => void over.push(`${name} at ${clock.nowMs()}`),
  })
  const stopped = told('stopped', [10, 50])
  conductor.start(stopped)
  conductor.start(told('ended', [10, 20]))
  conductor.start(told('at once', [0]))
  expect(over).toEqual(['at once at 0'])
  clock.advance(30)
  conductor.stop(stopped)
  conductor.stop(stopped)
  clock.advance(100)
  expect(over).toEqual(['at once at 0', 'ended at 20', 'stopped at 30'])
})

test('parts are played in order of their due times, whatever order they came in', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start(part('late', [30], log))
  conductor.start(part('early', [10], log))
  conductor.start(part('both', [20, 40], log))
  clock.advance(100)
  expect(log.map(({ name, dueMs }) => `${name} ${dueMs}`)).toEqual([
    'early 10',
    'both 20',
    'late 30',
    'both 40',
  ])
})

test('lateness does not add up over a thousand steps', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const due = Array.from({ length: 1000 }, (_, i) => 350.7 + i * 18.3)
  conductor.start(part('a', due, log))
  clock.advance(20_000)
  expect(log.map(({ dueMs }) => dueMs)).toEqual(due)
  const lateness = log.map(({ dueMs, atMs }) => atMs - dueMs)
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lateness)).toBeLessThanOrEqual(LATENESS_MS)
})

test('a wait of many turns of the wheel is waited in full', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const due = [4096, 5000, 60_000, 600_000]
  for (const dueMs of due) conductor.start(part(String(dueMs), [dueMs], log))
  clock.advance(59_999)
  expect(log.map(({ dueMs }) => dueMs)).toEqual([4096, 5000])
  clock.advance(600_000)
  expect(log.map(({ dueMs }) => dueMs)).toEqual(due)
  for (const { dueMs, atMs } of log) expect(atMs - dueMs).toBeLessThanOrEqual(LATENESS_MS)
})

test('thousands of parts at once are all on time', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const random = createRandom('conductor')
  const log: Played[] = []
  for (let i = 0; i < 3000; i++) {
    const startMs = random.next() * 100
    conductor.start(
      part(
        `${i}`,
        [0, 20, 40, 60].map(ms => startMs + ms),
        log,
      ),
    )
  }
  expect(conductor.active).toBe(3000)
  clock.advance(200)
  expect([log.length, conductor.active]).toEqual([12_000, 0])
  const lateness = log.map(({ dueMs, atMs }) => atMs - dueMs)
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lateness)).toBeLessThanOrEqual(LATENESS_MS)
})

test('a stopped part counts no more from that moment and is not played', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const stopped = part('stopped', [10, 20], log)
  conductor.start(stopped)
  conductor.start(part('kept', [15], log))
  clock.advance(12)
  conductor.stop(stopped)
  expect(conductor.active).toBe(1)
  conductor.stop(stopped) // a second time is no harm
  expect(conductor.active).toBe(1)
  clock.advance(100)
  expect(log.map(({ name }) => name)).toEqual(['stopped', 'kept'])
  expect(conductor.active).toBe(0)
})

test('a part may stop itself and others while it is played', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const victim = part('victim', [10, 20], log)
  const killer: Part = {
    dueMs: 10,
    play(nowMs) {
      log.push({ name: 'killer', dueMs: 10, atMs: nowMs })
      conductor.stop(victim)
      conductor.stop(killer)
      return 15
    },
    failed: rethrow,
  }
  conductor.start(killer)
  conductor.start(victim) // in the same slot, after it
  clock.advance(100)
  expect(log.map(({ name }) => name)).toEqual(['killer'])
  expect(conductor.active).toBe(0)
})

test('a part may start another while it is played', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start({
    dueMs: 10,
    play(nowMs) {
      conductor.start(part('child', [nowMs + 5, nowMs + 500], log))
      return OVER
    },
    failed: rethrow,
  })
  clock.advance(17)
  expect(log.map(({ name }) => name)).toEqual(['child'])
  expect(conductor.active).toBe(1)
  clock.advance(500)
  expect([log.length, conductor.active]).toEqual([2, 0])
})

test('after the event loop was held, everything overdue is played once and the rest on time', () => {
  const { clock, advance, hold } = createHeldClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const due = Array.from({ length: 500 }, (_, i) => 20 * (i + 1))
  conductor.start(part('a', due, log))
  conductor.start(part('b', due, log))
  advance(50)
  expect(log).toHaveLength(4)
  hold(6000) // longer than a turn of the wheel
  advance(20)
  expect(log.filter(({ name }) => name === 'a').map(({ dueMs }) => dueMs)).toEqual(
    due.filter(ms => ms <= 6060),
  )
  advance(10_000)
  expect(log.filter(({ name }) => name === 'b').map(({ dueMs }) => dueMs)).toEqual(due)
  expect(log.every(({ dueMs, atMs }) => atMs >= dueMs)).toBe(true)
  const later = log.filter(({ dueMs }) => dueMs > 6060).map(({ dueMs, atMs }) => atMs - dueMs)
  expect(Math.max(...later)).toBeLessThanOrEqual(LATENESS_MS)
})

test('pump plays what is due without waiting for the timer', () => {
  const { clock, advance, hold } = createHeldClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start(part('a', [10, 30], log))
  advance(1)
  hold(15)
  conductor.keepUp()
  expect(log).toEqual([{ name: 'a', dueMs: 10, atMs: 16 }])
  conductor.keepUp()
  expect(log).toHaveLength(1)
})

test('idle, it sleeps; started again, it is on time at once', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start(part('a', [10], log))
  clock.advance(1000)
  expect(clock.pending).toBe(0)
  clock.advance(100_000)
  conductor.start(part('b', [101_003], log))
  clock.advance(3 + LATENESS_MS)
  expect(log.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(clock.pending).toBe(0)
})

type Action =
  | { do: 'start'; inMs: number; gaps: number[] }
  | { do: 'stop'; which: number }
  | { do: 'advance'; ms: number }

const fraction = (max: number) => fc.integer({ min: 0, max: max * 10 }).map(tenths => tenths / 10)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    do: fc.constant('start' as const),
    inMs: fc.oneof(fraction(50), fraction(9000)),
    gaps: fc.array(
      fraction(300).map(ms => ms + 1),
      { maxLength: 8 },
    ),
  }),
  fc.record({ do: fc.constant('stop' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.oneof(fraction(30), fraction(6000)) }),
)

test('whatever is started, stopped and waited for: each step is played once, in order, on time', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), actions => {
      const clock = createManualClock()
      const conductor = createConductor(clock)
      const log: Played[] = []
      const model: { part: Part; due: number[]; stoppedAtMs: number }[] = []
      const overAtMs = ({ due, stoppedAtMs }: (typeof model)[number]) =>
        Math.min(stoppedAtMs, due.at(-1)! + LATENESS_MS)

      for (const step of actions) {
        if (step.do === 'advance') clock.advance(step.ms)
        else if (step.do === 'start') {
          const due = [clock.nowMs() + step.inMs]
          for (const gap of step.gaps) due.push(due.at(-1)! + gap)
          const started = part(String(model.length), due, log)
          model.push({ part: started, due, stoppedAtMs: Number.POSITIVE_INFINITY })
          conductor.start(started)
        } else if (model.length > 0) {
          const entry = model[step.which % model.length]!
          conductor.stop(entry.part)
          entry.stoppedAtMs = Math.min(entry.stoppedAtMs, clock.nowMs())
        }
        const atLeast = model.filter(
          ({ due, stoppedAtMs }) =>
            stoppedAtMs === Number.POSITIVE_INFINITY && due.at(-1)! > clock.nowMs(),
        )
        const atMost = model.filter(entry => overAtMs(entry) > clock.nowMs())
        expect(conductor.active).toBeGreaterThanOrEqual(atLeast.length)
        expect(conductor.active).toBeLessThanOrEqual(atMost.length)
      }
      clock.advance(20_000)

      expect(conductor.active).toBe(0)
      for (const [index, { due, stoppedAtMs }] of model.entries()) {
        const seen = log.filter(({ name }) => name === String(index)).map(({ dueMs }) => dueMs)
        expect(seen).toEqual(due.slice(0, seen.length)) // once each, in order
        // All that was certainly due before the stop, and nothing that was due after it.
        expect(seen.length).toBeGreaterThanOrEqual(
          due.filter(ms => ms + LATENESS_MS < stoppedAtMs).length,
        )
        expect(seen.length).toBeLessThanOrEqual(due.filter(ms => ms <= stoppedAtMs).length)
      }
      for (const { dueMs, atMs } of log) {
        expect(atMs).toBeGreaterThanOrEqual(dueMs)
        expect(atMs - dueMs).toBeLessThanOrEqual(LATENESS_MS + 1e-6)
      }
      // Between parts, order holds to a slot of a quarter of a millisecond.
      const slots = log.map(({ dueMs }) => Math.ceil(dueMs * 4))
      expect(slots).toEqual([...slots].sort((a, b) => a - b))
    }),
    { seed: 1, numRuns: 150 },
  )
})

test('a part that throws is stopped and told, and the others play on', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const failures: unknown[] = []
  const broken: Part = {
    dueMs: 10,
    play() {
      throw new Error('no such token')
    },
    failed: error => failures.push((error as Error).message),
  }
  conductor.start(broken)
  conductor.start(part('sound', [10, 20], log))
  clock.advance(100)
  expect(failures).toEqual(['no such token'])
  expect(log.map(({ name }) => name)).toEqual(['sound', 'sound'])
  expect(conductor.active).toBe(0)
})

test('a reply without gaps is played in large bites, so that it takes no time and holds up nobody', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  conductor.start(part('burst', new Array(1000).fill(10), log))
  clock.advance(10)
  expect(log.length).toBe(256)
  clock.advance(10)
  expect(log.length).toBe(1000)
})

test('a reply whose steps are long ends its round soon, however late the round before made it', () => {
  const { clock, advance, hold } = createHeldClock()
  const conductor = createConductor(clock)
  const log: Played[] = []
  const heavy = part('heavy', new Array(1000).fill(10), log)
  conductor.start({
    ...heavy,
    play(nowMs) {
      hold(1)
      return heavy.play(nowMs)
    },
  })
  conductor.start(part('light', [20, 40], log))
  const ofRound = () => log.splice(0).map(({ name }) => name)
  advance(10)
  expect(ofRound()).toEqual(new Array(8).fill('heavy'))
  advance(1)
  expect(ofRound()).toEqual(new Array(8).fill('heavy'))
  advance(1)
  expect(ofRound()).toContain('light')
})

test('what was stopped is not held, though nothing else is played any more', async () => {
  const conductor = createConductor(createManualClock())
  const start = (dueMs: number) => {
    const held = { ...part('held', [dueMs], []), ballast: new Array(1000).fill(dueMs) }
    conductor.start(held)
    return new WeakRef(held)
  }
  const references = [10, 10, 500].map(start)
  for (const reference of references) conductor.stop(reference.deref()!)
  await new Promise(setImmediate) // a reference that was looked at holds until then
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  expect(references.map(reference => reference.deref())).toEqual([undefined, undefined, undefined])
  expect(conductor.active).toBe(0)
})

test('in a long round parts are told the time at which they are played, not when the round began', () => {
  const { clock, advance, hold } = createHeldClock()
  const conductor = createConductor(clock)
  const apart: number[] = []
  for (let i = 0; i < 500; i++) {
    conductor.start({
      dueMs: 10,
      play(nowMs) {
        apart.push(clock.nowMs() - nowMs)
        hold(0.01)
        return OVER
      },
      failed: rethrow,
    })
  }
  advance(11)
  expect(apart).toHaveLength(500)
  expect(Math.max(...apart)).toBeLessThan(0.17)
})
