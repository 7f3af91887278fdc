import { expect, it } from 'vitest'
import { buildOpenLoop, type OpenLoop } from '../../../../bench/drivers/open-loop.ts'
import type { Arrival } from '../../../../bench/schedule/arrival.ts'
import { createStage, type Stage } from '../../../helpers/driver-stage.ts'

function* every(ms: number): Generator<Arrival, undefined> {
  for (let i = 0; ; i++) yield { atMs: i * ms, hint: undefined }
}

function start(given: Partial<OpenLoop>, stage: Stage = createStage()) {
  const { clock, context, sender } = stage
  let cancelRing: () => void = () => {}
  const alarm = {
    set(atMs: number, ring: () => void) {
      cancelRing()
      cancelRing = clock.at(atMs, ring)
    },
    cancel: () => cancelRing(),
  }
  const driver = buildOpenLoop(
    {
      arrivals: every(10),
      untilMs: Number.POSITIVE_INFINITY,
      maxInFlight: 1000,
      cancelling: undefined,
      ...given,
    },
    context,
    { alarm, senderOf: sender },
  )
  return { ...stage, stage, driver }
}

it('sends each request when it is due, though no answer comes', () => {
  const { clock, sent, driver } = start({})
  clock.advance(500)
  driver.begin(480)
  clock.advance(100)
  expect(sent.map(({ dueAtMs }) => dueAtMs)).toEqual([
    480, 490, 500, 510, 520, 530, 540, 550, 560, 570, 580, 590, 600,
  ])
  // Those that were late at the beginning went at once, the others to the instant.
  expect(sent.map(({ atMs }) => atMs).slice(0, 5)).toEqual([500, 500, 500, 510, 520])
  expect(driver.inFlight).toBe(13)
})

it('sends nothing from the end on, and leaves no timer', async () => {
  const { clock, sent, driver, stage } = start({ untilMs: 50 })
  driver.begin(0)
  clock.advance(1000)
  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10, 20, 30, 40])
  await driver.stop()
  expect([clock.pending, stage.isStopped]).toEqual([0, true])
})

it('what is due while too many are in flight is dropped, not put off', () => {
  const { clock, sent, dropped, driver } = start({ maxInFlight: 2 })
  driver.begin(0)
  clock.advance(35)
  expect(sent.map(({ body }) => body)).toEqual(['0', '1'])
  expect(dropped).toEqual([20, 30])
  sent[0]!.settle()
  clock.advance(10)
  expect(sent.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 10, 40])
})

it('bursts go in one instant, with what the trace says of them', () => {
  const arrivals = [0, 0, 0, 30].map((atMs, i) => ({ atMs, hint: { inputTokens: i } }))
  const { clock, sent, hints, driver } = start({
    arrivals: arrivals[Symbol.iterator]() as Iterator<Arrival, undefined>,
  })
  driver.begin(0)
  clock.advance(100)
  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 30])
  expect(hints).toEqual([0, 1, 2, 3].map(inputTokens => ({ inputTokens })))
})

it('drained by its last request it sends no more, whatever is due', () => {
  const stage = createStage(count => {
    if (count === 3) loop.driver.drain()
  })
  const loop = start({ arrivals: every(0.001) }, stage)
  loop.driver.begin(0)
  stage.clock.advance(10)
  expect(stage.sent).toHaveLength(3)
  expect(stage.clock.pending).toBe(0)
})

it('what was due at the end and is late even then counts as dropped', async () => {
  const { clock, sent, dropped, driver } = start({ untilMs: 45 })
  driver.begin(0)
  // Time passes without its timers: a generator that was held up.
  clock.nowMs = () => 100
  await driver.stop()
  expect(sent).toHaveLength(1)
  expect(dropped).toEqual([10, 20, 30, 40])
})

it('reads what has come before it goes on sending for long', () => {
  const { clock, sent, driver } = start({ arrivals: every(0.001) })
  let nowMs = 0
  clock.nowMs = () => (nowMs += 0.05)
  driver.begin(0)
  expect(sent.length).toBeGreaterThan(20)
  expect(sent.length).toBeLessThan(200)
})
