import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatGoDuration, parseGoDuration } from '../../../protocol/go-duration.ts'

test.each([
  // as recorded in public answers of api.openai.com
  [12, '12ms'],
  [9, '9ms'],
  [174, '174ms'],
  [3890, '3.89s'],
  [18_642, '18.642s'],
  [41_724, '41.724s'],
  [20_000, '20s'],
  [360_000, '6m0s'],
  [60_000, '1m0s'],
  [8640, '8.64s'],
  [0, '0s'],
  // as Go prints
  [0.4, '0s'],
  [0.6, '1ms'],
  [999.6, '1s'],
  [59_999.7, '1m0s'],
  [90_500, '1m30.5s'],
  [3_600_000, '1h0m0s'],
  [7_384_500, '2h3m4.5s'],
])('%d ms is written %s', (ms, text) => {
  expect(formatGoDuration(ms)).toBe(text)
})

test.each([
  ['6m0s', 360_000],
  ['1.5s', 1500],
  ['20ms', 20],
  ['2h3m4.5s', 7_384_500],
  ['0s', 0],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['1ns', 1e-6],
])('%s is read as %d ms', (text, ms) => {
  expect(parseGoDuration(text)).toBeCloseTo(ms, 9)
})

test.each(['', '-1', '0', '20', '-5s', 's', '1s ', '1,5s', 'soon', '1m30'])(
  '%j is no Go duration',
  text => {
    expect(parseGoDuration(text)).toBeUndefined()
  },
)

test('what is written is read back to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 * 86_400_000 }), ms => {
      expect(parseGoDuration(formatGoDuration(ms))).toBeCloseTo(ms, 3)
    }),
    { seed: 1, numRuns: 500 },
  )
})
