import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { buildUsers } from '../../../../bench/drivers/users.ts'
import { timeNames } from '../../../../bench/measure.ts'
import { createRecorder } from '../../../../bench/recorder.ts'
import { type Outcome, outcomes, type Sample } from '../../../../bench/sample.ts'
import { oneRequest } from '../../../../bench/work/conversation.ts'
import { inMicroseconds, sampleOf } from '../../../helpers/bench-sample.ts'
import { createStage } from '../../../helpers/driver-stage.ts'

const endMs = 3000
const windowMs = 2000

const samples = fc.array(
  fc.record({
    sentAtMs: fc.double({ min: 0, max: endMs, noNaN: true }),
    lagMs: fc.double({ min: 0, max: 50, noNaN: true }),
    ttftMs: fc.double({ min: 0.1, max: 500, noNaN: true }),
    gapsMs: fc.array(fc.double({ min: 0, max: 90, noNaN: true }), { maxLength: 8 }),
    outcome: fc.constantFrom<Outcome>(...outcomes),
    worker: fc.nat(3),
  }),
  { minLength: 1, maxLength: 120 },
)

function sampleFrom(drawn: Omit<Sample, 'index'> & { readonly lagMs: number }, index: number) {
  const { sentAtMs, lagMs, gapsMs, ttftMs, outcome } = drawn
  const lastedMs = gapsMs.reduce((sum, gapMs) => sum + gapMs, ttftMs! + 1)
  const isOpen = outcome === 'open' || outcome === 'cancelled'
  return inMicroseconds(
    sampleOf({
      ...{ index, outcome, sentAtMs, ttftMs, gapsMs, dueAtMs: sentAtMs - lagMs },
      contentChunks: gapsMs.length + 1,
      outputTokens: gapsMs.length + 1,
      tpotMs: gapsMs.length > 0 && !isOpen ? lastedMs / gapsMs.length : undefined,
      e2eMs: isOpen ? undefined : lastedMs,
      censoredMs: isOpen ? lastedMs : undefined,
    }),
  )
}

/** All that it knows but for what it draws: dots, and requests to look at. */
function recorded(batches: readonly (readonly Sample[])[]) {
  const recorder = createRecorder(createRandom('r'))
  recorder.begin(endMs - windowMs)
  for (const batch of batches) {
    for (const { dueAtMs, sentAtMs } of batch) recorder.sent(dueAtMs ?? sentAtMs)
    for (const sample of batch) recorder.settled(sample)
  }
  recorder.finish(endMs)
  const times = timeNames.map(name => [
    name,
    recorder.times[name].stats(),
    recorder.times[name].bins(),
    recorder.times[name].encoded(),
  ])
  const { longestOpenMs, tokens, timeline } = recorder
  return {
    counts: recorder.counts(),
    longestOpenMs,
    tokens,
    times,
    slots: timeline.slots(windowMs),
  }
}

it('what workers tell in batches comes to the same numbers as if one had told it, value for value', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 20 }), (drawn, batchSize) => {
      const all = drawn.map((one, index) => ({ ...one, index }))
      const made = all.map(one => sampleFrom(one as never, one.index))
      const batches: Sample[][] = []
      for (let worker = 0; worker < 4; worker++) {
        const own = made.filter((_, index) => all[index]!.worker === worker)
        while (own.length > 0) batches.push(own.splice(0, batchSize))
      }
      batches.sort((a, b) => (b[0]!.index % 7) - (a[0]!.index % 7))
      expect(recorded(batches)).toEqual(recorded([made]))
    }),
    { seed: 1, numRuns: 25 },
  )
})

it('what was sent after the end is no part of the warm-up', () => {
  const recorder = createRecorder(createRandom('r'))
  recorder.sent(5)
  recorder.begin(10)
  recorder.finish(20)
  expect([9, 15, 21].map(atMs => recorder.sent(atMs))).toEqual([false, true, false])
  expect(recorder.counts()).toMatchObject({ sent: 1, warmup: 2 })
})

it('users are divided, and each begins when it would have and thinks as long', () => {
  const starts = (number: number, of: number) => {
    const { context, sender, sent, clock } = createStage()
    const driver = buildUsers(
      {
        ...{ users: 7, rampMs: 700, share: { number, of }, cancelling: undefined },
        think: parseDistribution('uniform(10ms,90ms)', 'ms'),
        random: createRandom('users'),
        converse: () => oneRequest(() => context.work.next()),
      },
      context,
      sender,
    )
    driver.begin()
    for (let ms = 0; ms < 1000; ms++) {
      for (const one of sent) one.settle()
      clock.advance(1)
    }
    return sent.map(({ atMs }) => atMs)
  }
  const whole = starts(0, 1)
  expect(whole.length).toBeGreaterThan(50)
  const divided = [0, 1, 2].flatMap(number => starts(number, 3))
  expect(divided.sort((a, b) => a - b)).toEqual(whole.sort((a, b) => a - b))
})
