import { expect, it } from 'vitest'
import { burstSchedule, parseBurst } from '../../../../bench/schedule/burst.ts'
import { parseRate, parseRateRange } from '../../../../bench/schedule/rate.ts'

it.each([
  ['50', 50],
  ['0.5/s', 0.5],
  ['300/m', 5],
  ['36 / h', 0.01],
  ['.25', 0.25],
  ['0', 0],
  ['-1', undefined],
  ['50/x', undefined],
  ['fifty', undefined],
  ['', undefined],
  ['1e9', undefined],
  ['200000', undefined],
])('the rate %j is %j a second', (text, perSecond) => {
  expect(parseRate(text)).toBe(perSecond)
})

it('a range is two rates, of which one is more than nothing', () => {
  expect(parseRateRange('10..60/m')).toEqual({ fromPerSecond: 10, toPerSecond: 1 })
  expect(parseRateRange('0..5')).toEqual({ fromPerSecond: 0, toPerSecond: 5 })
  for (const text of ['0', '0..0', '1..', '..1', '1..2..3']) {
    expect(parseRateRange(text), text).toBe(undefined)
  }
})

it('bursts are so many at once, again and again', () => {
  expect(parseBurst('3/10s')).toEqual({ count: 3, everyMs: 10_000 })
  expect(parseBurst('50/s')).toEqual({ count: 50, everyMs: 1000 })
  for (const text of ['0/s', '5', '5/', '5/0s', '1.5/s', 'x/s']) {
    expect(parseBurst(text), text).toBe(undefined)
  }
  const schedule = burstSchedule({ count: 3, everyMs: 500 })
  const arrivals = schedule.arrivals()
  const times = Array.from({ length: 7 }, () => arrivals.next().value?.atMs)
  expect(times).toEqual([0, 0, 0, 500, 500, 500, 1000])
  expect([schedule.expected(1000), schedule.expected(1001)]).toEqual([6, 9])
})
