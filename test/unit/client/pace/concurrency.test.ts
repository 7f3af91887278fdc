import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createRandom } from '../../../../base/random.ts'
import { createConcurrency, type Started } from '../../../../client/pace/concurrency.ts'

interface Server {
  readonly slots: number
  /** Beyond its slots it refuses, or lets wait in silence. */
  readonly refuses?: boolean
  /** Ms to the first token of a request that has a slot, in the mean. */
  readonly ttftMs?: number
  readonly serviceMs?: number
  /** Whether first tokens can be seen. */
  readonly isStream?: boolean
  /** Of all requests, those that fail. */
  readonly errorShare?: number
}

/** A closed loop: as many requests as the limit allows, always. */
function simulate(seed: number, initial: Server, { max = 1000, start = 4 } = {}) {
  const clock = createManualClock()
  const random = createRandom(seed)
  const changes: { from: number; to: number; why: string }[] = []
  const control = createConcurrency({ start, max }, change => {
    changes.push(change)
    clock.after(0, fill)
  })
  let server = initial
  let inFlight = 0
  let running = 0
  let refusals = 0
  const queue: (() => void)[] = []

  function fill(): void {
    while (inFlight < control.limit) send()
  }

  function send(): void {
    const nowMs = clock.nowMs()
    inFlight++
    const started = control.sent(nowMs)
    const { slots, refuses = false, errorShare = 0 } = server
    if (running >= slots && refuses) clock.after(5, () => refuse(started))
    else if (random.next() < errorShare) clock.after(50, () => fail(started))
    else if (running >= slots) queue.push(() => serve(started))
    else serve(started)
  }

  function refuse(started: Started): void {
    refusals++
    control.refused(started, { nowMs: clock.nowMs(), others: inFlight - 1 })
    // A refused one backs off, and comes again.
    inFlight--
    clock.after(200 * random.next(), fill)
  }

  function fail(started: Started): void {
    control.failed(started, clock.nowMs())
    inFlight--
    clock.after(100, fill)
  }

  function serve(started: Started): void {
    running++
    const { ttftMs = 300, serviceMs = 3000, isStream = true } = server
    const firstAtMs = clock.nowMs() + ttftMs * (0.5 + random.next())
    const durationMs = serviceMs * (0.67 + 0.67 * random.next())
    clock.after(durationMs, () => {
      control.succeeded(started, {
        nowMs: clock.nowMs(),
        ttftMs: isStream ? firstAtMs - started.sentAtMs : undefined,
        inputTokens: 20,
        outputTokens: 100,
        inFlight,
      })
      running--
      inFlight--
      if (running < server.slots) queue.shift()?.()
      fill()
    })
  }

  fill()
  return {
    control,
    changes,
    /** Limits seen each second. */
    run(seconds: number): number[] {
      const limits: number[] = []
      for (let i = 0; i < seconds; i++) {
        clock.advance(1000)
        limits.push(control.limit)
      }
      return limits
    },
    become(next: Server): void {
      server = next
    },
    get refusals() {
      return refusals
    },
  }
}

const worst = (limits: number[], truth: number) =>
  Math.max(...limits.map(limit => Math.abs(limit - truth) / truth))

for (const refuses of [true, false]) {
  test.each([1, 2, 3, 4, 5])(
    `finds 16 slots within 15 % in a minute, refusing: ${refuses}, seed %i`,
    seed => {
      const loop = simulate(seed, { slots: 16, refuses })
      loop.run(60)
      expect(worst(loop.run(60), 16)).toBeLessThanOrEqual(0.15)
      expect(loop.refusals).toBeLessThan(refuses ? 60 : 1)
    },
  )
}

test.each([
  { slots: 3, refuses: true },
  { slots: 60, refuses: true },
  { slots: 200, refuses: true },
  { slots: 60, refuses: false },
  { slots: 200, refuses: false },
])('finds the slots of %o', server => {
  const loop = simulate(1, server)
  loop.run(120)
  expect(worst(loop.run(60), server.slots)).toBeLessThanOrEqual(server.slots < 10 ? 0.34 : 0.2)
})

test('answers that are not streamed show no first token: growth ends where throughput does', () => {
  const loop = simulate(1, { slots: 16, refuses: false, isStream: false })
  const limits = loop.run(300)
  expect(Math.max(...limits)).toBeLessThanOrEqual(64)
  expect(loop.control.limit).toBeLessThanOrEqual(32)
  expect(loop.control.limit).toBeGreaterThanOrEqual(14)
  expect(loop.changes.map(({ why }) => why)).toContainEqual(
    expect.stringMatching(/brings no more throughput$/),
  )
})

test('the limit stays below its maximum, and at it where nothing speaks against it', () => {
  const loop = simulate(1, { slots: 1000 }, { max: 24 })
  expect(Math.max(...loop.run(60))).toBe(24)
  expect(loop.control.limit).toBe(24)
})

test('a server that shrinks is followed down, one that grows again up', () => {
  const loop = simulate(2, { slots: 16, refuses: true })
  loop.run(40)
  loop.become({ slots: 6, refuses: true })
  loop.run(60)
  expect(loop.control.limit).toBeLessThanOrEqual(7)
  loop.become({ slots: 40, refuses: true })
  loop.run(300)
  expect(loop.control.limit).toBeGreaterThan(14)
})

test('first tokens that are late at any limit are no reason to go down to one', () => {
  const loop = simulate(3, { slots: 1000 }, { max: 20 })
  loop.run(40)
  expect(loop.control.limit).toBe(20)
  loop.become({ slots: 1000, ttftMs: 1800 })
  loop.run(300)
  expect(loop.control.limit).toBeGreaterThanOrEqual(10)
})

test('a few errors only stop growth, many cut the limit by a fifth once a window', () => {
  const few = simulate(1, { slots: 1000, errorShare: 0.03 }, { start: 10, max: 100 })
  few.run(60)
  expect(few.changes.filter(({ from, to }) => to < from)).toEqual([])
  const many = simulate(1, { slots: 1000, errorShare: 0.7 }, { start: 10, max: 100 })
  many.run(44)
  const cuts = many.changes.filter(({ from, to }) => to < from)
  expect(cuts.map(({ from, to }) => [from, to])).toEqual([
    [10, 8],
    [8, 6],
    [6, 4],
  ])
  expect(cuts[0]?.why).toMatch(/^\d+ of \d+ requests failed$/)
})

test('successes sent before the last cut do not let the limit grow', () => {
  const changes: unknown[] = []
  const control = createConcurrency({ start: 8, max: 100 }, change => changes.push(change))
  const sent = Array.from({ length: 40 }, () => control.sent(0))
  control.refused(sent[0]!, { nowMs: 10, others: 7 })
  expect(control.limit).toBe(7)
  const success = {
    nowMs: 1000,
    ttftMs: 100,
    inputTokens: 10,
    outputTokens: 10,
    inFlight: 7,
  }
  for (const started of sent) control.succeeded(started, success)
  expect(control.limit).toBe(7)
  for (let i = 0; i < 7; i++) {
    control.succeeded(control.sent(1000), { ...success, nowMs: 2000 })
  }
  expect(control.limit).toBe(8)
})

test('a limit that is not used does not grow', () => {
  const control = createConcurrency({ start: 8, max: 100 }, () => {
    throw new Error('no change')
  })
  const success = { nowMs: 500, ttftMs: 100, inputTokens: 1, outputTokens: 1, inFlight: 3 }
  for (let i = 0; i < 100; i++) control.succeeded(control.sent(0), success)
  expect(control.limit).toBe(8)
})

test('refused with nothing else in flight, one request may still be sent', () => {
  const control = createConcurrency({ start: 4, max: 4 }, () => {})
  for (let i = 0; i < 5; i++) control.refused(control.sent(0), { nowMs: 0, others: 0 })
  expect(control.limit).toBe(1)
})
