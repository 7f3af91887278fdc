import { expect, it } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { inMicroseconds } from '../../../bench/microseconds.ts'
import { createRecorder } from '../../../bench/recorder.ts'
import { triesOf, waitsOf } from '../../../bench/sample.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'

const refused = { outcome: 'http_429', status: 429, lastedMs: 5, waitedMs: 20 } as const

it('what the client held back is no lag, and in every time from when it was due', () => {
  const sample = sampleOf({ dueAtMs: 100, sentAtMs: 152, heldMs: 50, ttftMs: 10, e2eMs: 30 })
  expect(waitsOf(sample)).toEqual({ lagMs: 2, ttftDueMs: 62, responseMs: 82 })
  expect(waitsOf({ ...sample, heldMs: undefined }).lagMs).toBe(52)
})

it('rounded to whole µs its lag is still not less than nothing', () => {
  const sample = sampleOf({ dueAtMs: 0.0004, sentAtMs: 7.0002, heldMs: 6.9997 })
  const whole = inMicroseconds(sample)
  expect([whole.sentAtMs, whole.heldMs]).toEqual([7, 7])
  expect(waitsOf(whole).lagMs).toBe(0)
  expect('heldMs' in inMicroseconds(sampleOf({}))).toBe(false)
})

it('tries that were never sent are not counted', () => {
  expect(triesOf(sampleOf({}))).toBe(1)
  expect(triesOf(sampleOf({ givenUp: [refused] }))).toBe(2)
  expect(triesOf(sampleOf({ givenUp: [refused], isUnsent: true }))).toBe(1)
  const recorder = createRecorder(createRandom('tries'))
  recorder.begin(0)
  const open = { outcome: 'open', isUnsent: true, e2eMs: undefined, censoredMs: 9 } as const
  for (const sample of [sampleOf(open), sampleOf({ givenUp: [refused], ...open })]) {
    recorder.sent(sample.sentAtMs)
    recorder.settled(sample)
  }
  expect(recorder.counts()).toMatchObject({ sent: 2, open: 2, attempts: 1, throttled: 1 })
})
