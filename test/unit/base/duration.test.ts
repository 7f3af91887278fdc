import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../../base/duration.ts'

test.each([
  ['350ms', 350],
  ['1.2s', 1200],
  ['.5s', 500],
  ['6m', 360_000],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  [' 20ms ', 20],
  ['20', 20], // a bare number is ms
  ['0', 0],
  [1.5, 1.5],
])('%j is %d ms', (text, expected) => {
  expect(parseDuration(text)).toBeCloseTo(expected, 12)
})

test.each(['', ' ', 'soon', '5 ms', '-5ms', '5x', '1m30', 'ms', '1.2.3s', '1e3', '٣s', '5S'])(
  '%j is no duration',
  text => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('the number %d is no duration', value => {
  expect(parseDuration(value)).toBeUndefined()
})

test.each([
  [0.4, '0.4 ms'],
  [0, '0 ms'],
  [9.999, '10 ms'],
  [12.345, '12.3 ms'],
  [211.6, '212 ms'],
  [1250, '1.25 s'],
  [59_990, '59.99 s'],
  [200_000, '3 m 20 s'],
  [3_600_000, '1 h'],
  [5_430_000, '1 h 30 m'],
])('%d ms reads as %j', (value, expected) => {
  expect(formatDuration(value)).toBe(expected)
})
