import { expect, it } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { createRecorder } from '../../../bench/recorder.ts'
import { triesOf, waitsOf } from '../../../bench/sample.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'

const refused = { outcome: 'http_429', status: 429, lastedMs: 5, waitedMs: 20 } as const

it('what the client held back is no lag, and in every time from when it was due', () => {
  const sample = sampleOf({ dueAtMs: 100, sentAtMs: 152, heldMs: 50, ttftMs: 10, e2eMs: 30 })
  expect(waitsOf(sample)).toEqual({ lagMs: 2, ttftDueMs: 62, responseMs: 82 })
  expect(waitsOf({ ...sample, heldMs: undefined }).lagMs).toBe(52)
})

it('a lag is not less than nothing, however its parts are rounded', () => {
  expect(waitsOf(sampleOf({ dueAtMs: 0, sentAtMs: 7, heldMs: 7.001 })).lagMs).toBe(0)
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
