import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wholeUs } from '../../../bench/microseconds.ts'
import { timesOf } from '../../../bench/times.ts'

const stamps = { sentAtMs: 1000, firstByteAtMs: undefined, contentAtMs: [], endedAtMs: 1250 }

it('what did not happen has no time', () => {
  expect(timesOf(stamps, 0)).toEqual({
    ttfbMs: undefined,
    ttftMs: undefined,
    gapsMs: [],
    tpotMs: undefined,
    e2eMs: 250,
  })
})

it('times count from the send, in whole µs', () => {
  const contentAtMs = [1200.00004, 1220.0006, 1245.0002]
  const times = timesOf({ ...stamps, firstByteAtMs: 1010.12345, contentAtMs }, 3)
  expect(times).toEqual({
    ttfbMs: 10.123,
    ttftMs: 200,
    gapsMs: [20.001, 24.999],
    tpotMs: 22.5,
    e2eMs: 250,
  })
})

it('TPOT is spread over the tokens, however many came in a chunk, and one token has none', () => {
  const contentAtMs = [1100, 1180]
  expect(timesOf({ ...stamps, contentAtMs }, 5).tpotMs).toBe(20)
  expect(timesOf({ ...stamps, contentAtMs }, 1).tpotMs).toBeUndefined()
})

it('the gaps together are as long as from the first content to the last', () => {
  const gap = fc.double({ min: 0, max: 500, noNaN: true })
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 200 }), gaps => {
      let atMs = 1000
      const contentAtMs = gaps.map(gapMs => (atMs += gapMs))
      const { ttftMs, gapsMs } = timesOf({ ...stamps, contentAtMs }, gaps.length)
      const sumUs = gapsMs.reduce((sum, gapMs) => sum + Math.round(gapMs * 1000), 0)
      expect(sumUs).toBe(Math.round((wholeUs(atMs - 1000) - ttftMs!) * 1000))
    }),
  )
})
