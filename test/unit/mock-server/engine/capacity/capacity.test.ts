import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../../base/manual-clock.ts'
import { createRandom } from '../../../../../base/random.ts'
import { createCapacity } from '../../../../../mock-server/engine/capacity/capacity.ts'
import { seatPart } from '../../../../../mock-server/engine/capacity/seated-part.ts'
import {
  type CapacitySettings,
  UNBOUNDED,
} from '../../../../../mock-server/engine/capacity/settings.ts'
import { OVER } from '../../../../../mock-server/engine/conductor.ts'
import { createExactConductor } from '../../../../../mock-server/engine/exact-conductor.ts'

interface Asked {
  readonly ttftMs?: number
  readonly itlMs?: number
  readonly tokens?: number
  readonly prompt?: number
  readonly kvTokens?: number
  /** What the due times are alone, in place of the three above; the first `leads` come before the first token. */
  readonly alone?: readonly number[]
  readonly leads?: number
  readonly over?: () => void
}

/** An engine on a manual clock, and requests that write down when each of their tokens was said. */
function engine(settings: Partial<CapacitySettings> = {}) {
  const clock = createManualClock()
  const conductor = createExactConductor(clock, { held() {}, full() {} })
  const capacity = createCapacity(clock, { ...UNBOUNDED, slots: 16, queue: 1000, ...settings })

  function send(asked: Asked = {}) {
    const { ttftMs = 100, itlMs = 10, tokens = 5, prompt = 0, kvTokens = 0, leads = 0 } = asked
    const alone = asked.alone ?? Array.from({ length: tokens }, (_, i) => ttftMs + i * itlMs)
    const seat = capacity.claim()
    if (!seat) return undefined
    const startMs = clock.nowMs()
    const dueMs = [...alone]
    const saidMs: number[] = []
    const need = { kvTokens, prefillTokens: prompt, durationMs: alone.at(-1)! }
    if (!seat.enter(need, startMs)) return undefined
    const inner = {
      get dueMs() {
        return startMs + dueMs[0]!
      },
      play(nowMs: number) {
        const atMs = startMs + dueMs[saidMs.length]!
        if (!(atMs <= nowMs)) throw new Error(`played at ${nowMs}, due at ${atMs}`)
        saidMs.push(atMs)
        if (saidMs.length < dueMs.length) return startMs + dueMs[saidMs.length]!
        asked.over?.()
        return OVER
      },
      failed(error: unknown) {
        throw error
      },
    }
    const part = seatPart(inner, {
      seat,
      startMs,
      dueMs,
      leads,
      start: conductor.start,
      stop: conductor.stop,
      ready() {},
      reached() {},
    })
    part.start()
    const hangUp = () => {
      part.stop()
      seat.leave(clock.nowMs())
    }
    return { startMs, saidMs, seat, hangUp }
  }

  return { clock, conductor, capacity, send: send as (asked?: Asked) => NonNullable<Sent> }
  type Sent = ReturnType<typeof send>
}

test('a request alone is paced as its plan says', () => {
  const { clock, send } = engine({ stepGrowthMs: 3, prefillChunk: 100, stepMs: 10 })
  clock.advance(7)
  const { saidMs } = send({ prompt: 5000 })
  clock.advance(1000)
  expect(saidMs).toEqual([107, 117, 127, 137, 147])
})

test.each([16, 32, 64, 200])(
  '16 slots and 500 ms end in 32 requests a second at %i at once, and the queue says when they begin',
  atOnce => {
    const { clock, capacity, send } = engine()
    const sent: ReturnType<typeof send>[] = []
    const again = () => void sent.push(send({ ttftMs: 180, itlMs: 5, tokens: 65, over: again }))
    for (let i = 0; i < atOnce; i++) again()
    clock.advance(20_000)

    const doneFromTo = (fromMs: number, toMs: number) =>
      sent.filter(
        ({ saidMs }) => saidMs.length === 65 && saidMs[64]! > fromMs && saidMs[64]! <= toMs,
      )
    expect(doneFromTo(10_000, 20_000)).toHaveLength(10 * 32)
    // Little's law: so many in the system, 32 of them a second; all but the service is the queue.
    const ttftMs = doneFromTo(10_000, 20_000).map(({ saidMs, startMs }) => saidMs[0]! - startMs)
    const mean = ttftMs.reduce((sum, ms) => sum + ms, 0) / ttftMs.length
    expect(mean).toBeCloseTo((1000 * atOnce) / 32 - 500 + 180, 6)
    expect(capacity.state()).toMatchObject({ running: 16, waiting: atOnce - 16 })
  },
)

test('who comes first is served first', () => {
  const { clock, send } = engine({ slots: 1 })
  const all = [1, 2, 3].map(() => send({ ttftMs: 100, tokens: 1 }))
  clock.advance(1000)
  expect(all.map(({ saidMs }) => saidMs)).toEqual([[100], [200], [300]])
})

test('a step takes longer for each other request that runs when it begins', () => {
  const { clock, send } = engine({ stepGrowthMs: 2 })
  send({ tokens: 2 })
  send({ tokens: 2 })
  const long = send({ tokens: 6 })
  clock.advance(1000)
  // Three run until the short ones end, at 114; from then on it is alone.
  expect(long.saidMs).toEqual([100, 114, 124, 134, 144, 154])
})

test('tokens that come in one step stay together however full the batch is', () => {
  const { clock, send } = engine({ stepGrowthMs: 2 })
  const bursts = send({ alone: [100, 110, 110, 110, 120] })
  send({ tokens: 50 })
  clock.advance(1000)
  expect(bursts.saidMs).toEqual([100, 112, 112, 112, 124])
})

test('a prompt is read before its first token is due, one prompt after another', () => {
  const { clock, send } = engine({ prefillMsPerToken: 0.125 })
  const first = send({ prompt: 8000, tokens: 1 })
  const second = send({ prompt: 400, tokens: 1 })
  const third = send({ prompt: 800, tokens: 1 })
  const cached = send({ prompt: 0, tokens: 1 })
  clock.advance(10_000)
  const all = [first, second, third, cached]
  expect(all.map(({ saidMs }) => saidMs)).toEqual([[1100], [1150], [1250], [100]])
  expect(second.seat.readyMs! - second.seat.admittedMs!).toBe(1050)
})

test('a stream stands still while a whole prompt is read', () => {
  const { clock, send } = engine({ prefillMsPerToken: 0.1, stepMs: 10 })
  const stream = send({ tokens: 8 })
  clock.advance(125)
  send({ prompt: 1000, tokens: 1 })
  clock.advance(1000)
  expect(stream.saidMs).toEqual([100, 110, 120, 230, 240, 250, 260, 270])
})

test('in chunks a prompt leaves a step to streams in between, and takes longer for it', () => {
  const { clock, send } = engine({ prefillMsPerToken: 0.1, prefillChunk: 250, stepMs: 10 })
  const stream = send({ tokens: 10 })
  clock.advance(125)
  const reads = send({ prompt: 1000, tokens: 1 })
  clock.advance(1000)
  // 25 ms of prompt in a gap of 10 each: four times, and then nothing more.
  expect(stream.saidMs).toEqual([100, 110, 120, 155, 190, 225, 260, 270, 280, 290])
  expect(reads.seat.readyMs! - reads.seat.admittedMs!).toBe(4 * 25 + 3 * 10)
})

test('short prompts share a chunk, and nobody waits for a step when nobody decodes', () => {
  const { clock, send } = engine({ prefillMsPerToken: 0.1, prefillChunk: 1000, stepMs: 10 })
  const all = [1000, 300, 300, 600].map(prompt => send({ prompt, tokens: 1, ttftMs: 0 }))
  clock.advance(1000)
  // The first is read by itself, as it was alone when it came; the last is cut at the chunk's end.
  expect(all.map(({ saidMs }) => saidMs)).toEqual([[100], [200], [200], [220]])
})

test('however prompts and streams mix, a stream is as late as prompts were read meanwhile', () => {
  const chunk = fc.constantFrom(64, 300, Number.POSITIVE_INFINITY)
  const prompts = fc.array(fc.record({ afterMs: fc.nat(200), prompt: fc.nat(2000) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(chunk, prompts, (prefillChunk, asked) => {
      const { clock, send, capacity } = engine({ prefillMsPerToken: 0.1, prefillChunk, stepMs: 10 })
      const stream = send({ tokens: 400, prompt: 0 })
      const sent = asked.map(({ afterMs, prompt }) => {
        clock.advance(afterMs)
        return send({ prompt, tokens: 1 })
      })
      clock.advance(100_000)
      const read = asked.reduce((sum, { prompt }) => sum + prompt, 0)
      const beforeFirst = Math.min(read * 0.1, 100)
      const lateMs = stream.saidMs.at(-1)! - (100 + 399 * 10)
      expect(lateMs).toBeLessThanOrEqual(read * 0.1 + 1e-6)
      expect(lateMs).toBeGreaterThanOrEqual(read * 0.1 - beforeFirst - 1e-6)
      for (const { seat } of sent) expect(seat.readyMs).toBeGreaterThanOrEqual(seat.admittedMs!)
      expect([...stream.saidMs].sort((a, b) => a - b)).toEqual(stream.saidMs)
      expect(capacity.state()).toMatchObject({ running: 0, waiting: 0 })
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('a request waits for room in memory, and nobody overtakes it', () => {
  const { clock, capacity, send } = engine({ kvTokens: 1000 })
  send({ kvTokens: 700, tokens: 1 })
  const large = send({ kvTokens: 400, tokens: 1 })
  const small = send({ kvTokens: 10, tokens: 1 })
  expect(capacity.state()).toEqual({
    ...{ slots: 16, queue: 1000, kvTokens: 1000 },
    ...{ running: 1, waiting: 2, kvUsed: 700 },
  })
  clock.advance(150)
  expect(capacity.state()).toMatchObject({ running: 2, waiting: 0, kvUsed: 410 })
  clock.advance(1000)
  expect([large.saidMs, small.saidMs]).toEqual([[200], [200]])
  expect(capacity.state().kvUsed).toBe(0)
})

test('what is larger than all memory counts as all of it', () => {
  const { clock, capacity, send } = engine({ kvTokens: 1000 })
  const { saidMs } = send({ kvTokens: 5000, tokens: 1 })
  expect(capacity.state().kvUsed).toBe(1000)
  clock.advance(100)
  expect(saidMs).toEqual([100])
})

test('when slots and queue are taken there is no place, and who waits as told gets one', () => {
  const { clock, capacity, send } = engine({ slots: 2, queue: 1 })
  send({ tokens: 1, ttftMs: 400 })
  clock.advance(50)
  send({ tokens: 1, ttftMs: 400 })
  const waits = send({ tokens: 1, ttftMs: 400 })
  expect(capacity.claim()).toBeUndefined()
  expect(capacity.waitMs()).toBe(350)
  clock.advance(capacity.waitMs())
  expect(waits.seat.admittedMs).toBe(400)
  expect(send({ tokens: 1 })).toBeDefined()
})

test('without a queue whoever finds no room is refused', () => {
  const { capacity, send } = engine({ slots: 2, queue: 0, kvTokens: 100 })
  send({ kvTokens: 60 })
  expect(send({ kvTokens: 60 })).toBeUndefined()
  expect(send({ kvTokens: 40 })).toBeDefined()
  expect(capacity.claim()).toBeUndefined()
  expect(capacity.claim(true)).toBeDefined()
})

test('places that were given out count before anything is known of their requests', () => {
  const { capacity } = engine({ slots: 2, queue: 1 })
  const seats = [capacity.claim(), capacity.claim(), capacity.claim()]
  expect(capacity.claim()).toBeUndefined()
  seats[0]!.leave(0)
  seats[0]!.leave(0)
  expect(capacity.state()).toMatchObject({ running: 0, waiting: 2 })
  expect(capacity.claim()).toBeDefined()
  expect(capacity.claim()).toBeUndefined()
})

test('who hangs up gives back a slot, a place, memory and what was left to read, at once', () => {
  const { clock, capacity, send } = engine({
    ...{ slots: 2, kvTokens: 100, prefillMsPerToken: 1, prefillChunk: 10 },
  })
  const reading = send({ kvTokens: 50, prompt: 1000 })
  const behind = send({ kvTokens: 50, prompt: 5, tokens: 1 })
  const waiting = send({ kvTokens: 50 })
  const last = send({ kvTokens: 50, tokens: 1 })
  clock.advance(15)
  waiting.hangUp()
  expect(capacity.state()).toMatchObject({ running: 2, waiting: 1, kvUsed: 100 })
  reading.hangUp()
  expect(capacity.state()).toMatchObject({ running: 2, waiting: 0, kvUsed: 100 })
  clock.advance(1000)
  // The chunk of that moment ends at 20; only then the next is read.
  expect(behind.saidMs).toEqual([125])
  expect(last.saidMs).toEqual([115])
  expect([reading.saidMs, waiting.saidMs]).toEqual([[], []])
})

test('1,000 hang-ups in every phase leave nothing behind', () => {
  const { clock, conductor, capacity, send } = engine({
    ...{ slots: 16, queue: 200, kvTokens: 20_000, stepGrowthMs: 0.5 },
    ...{ prefillMsPerToken: 0.05, prefillChunk: 512, stepMs: 10 },
  })
  const random = createRandom('hang-ups')
  const phases = { waiting: 0, reading: 0, starting: 0, saying: 0 }
  let hungUp = 0
  while (hungUp < 1000) {
    const sent = send({
      prompt: random.integer(3000),
      kvTokens: random.integer(4000),
      tokens: 1 + random.integer(40),
    })
    clock.advance(random.integer(30))
    if (!sent) continue
    const { saidMs, seat, hangUp } = sent
    clock.after(random.integer(2500), () => {
      if (saidMs.length > 0) phases.saying++
      else if (seat.readyMs !== undefined) phases.starting++
      else if (seat.admittedMs !== undefined) phases.reading++
      else phases.waiting++
      hangUp()
      hungUp++
    })
  }
  clock.advance(60_000)
  expect(Math.min(...Object.values(phases))).toBeGreaterThan(20)
  expect(capacity.state()).toMatchObject({ running: 0, waiting: 0, kvUsed: 0 })
  expect(conductor.active).toBe(0)
  expect(clock.pending).toBe(0)
  expect(send({ tokens: 1 }).seat.readyMs).toBe(clock.nowMs())
})

test('more slots begin what waits at once, and fewer let what runs come to its end', () => {
  const { clock, capacity, send } = engine({ slots: 1 })
  const all = [1, 2, 3, 4].map(() => send({ tokens: 1 }))
  clock.advance(40)
  capacity.configure({ ...capacity.settings, slots: 3 })
  expect(capacity.state()).toMatchObject({ slots: 3, running: 3, waiting: 1 })
  capacity.configure({ ...capacity.settings, slots: 1 })
  expect(capacity.state()).toMatchObject({ slots: 1, running: 3, waiting: 1 })
  clock.advance(1000)
  expect(all.map(({ saidMs }) => saidMs)).toEqual([[100], [140], [140], [240]])
})

test('what a reply announces does not wait for a slot, what it does next does', () => {
  const { clock, send } = engine({ slots: 1, prefillMsPerToken: 1 })
  send({ tokens: 1 })
  const told = send({ alone: [0, 30, 90, 100], leads: 2, prompt: 20 })
  expect(told.saidMs).toEqual([0])
  clock.advance(1000)
  expect(told.saidMs).toEqual([0, 150, 210, 220])
})

test('a long line of requests that take no time is served without going deeper and deeper', () => {
  const { clock, capacity, send } = engine({ slots: 1, queue: 2000 })
  send({ ttftMs: 5, tokens: 1 })
  const all = Array.from({ length: 2000 }, () => send({ ttftMs: 0, tokens: 1 }))
  clock.advance(5)
  expect(all.at(-1)!.saidMs).toEqual([5])
  expect(capacity.state()).toMatchObject({ running: 0, waiting: 0 })
})
