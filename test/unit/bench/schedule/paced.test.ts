import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import type { Schedule } from '../../../../bench/schedule/arrival.ts'
import { pacedSchedule } from '../../../../bench/schedule/paced.ts'
import { type RateCourse, rateCourse, steadyRate } from '../../../../bench/schedule/rate-course.ts'
import { parseStages } from '../../../../bench/schedule/stages.ts'
import { afterWarmup } from '../../../../bench/schedule/warmed.ts'

function scheduleOf(course: RateCourse, pattern: 'constant' | 'poisson' = 'constant'): Schedule {
  const random = createRandom('paced')
  return pacedSchedule({ course, pattern, shape: 1, rateWords: 'so', random })
}

function timesOf(schedule: Schedule, most: number): number[] {
  const times: number[] = []
  const arrivals = schedule.arrivals()
  for (let next = arrivals.next(); !next.done && times.length < most; next = arrivals.next()) {
    times.push(next.value.atMs)
  }
  return times
}

it('a constant rate is exact', () => {
  expect(timesOf(scheduleOf(steadyRate(40)), 5)).toEqual([0, 25, 50, 75, 100])
  const times = timesOf(scheduleOf(steadyRate(1000)), 100_001)
  expect(times.at(-1)).toBe(100_000)
})

it('is the same each time it is asked for, and without end', () => {
  const schedule = scheduleOf(steadyRate(50), 'poisson')
  expect(timesOf(schedule, 1000)).toEqual(timesOf(schedule, 1000))
  expect(schedule.spanMs).toBe(undefined)
  expect(schedule.expected(4000)).toBe(200)
})

it('a ramp sends the integral of its rate, each request when the integral comes to its number', () => {
  const course = rateCourse([{ fromPerSecond: 10, toPerSecond: 100, ms: 20_000 }])
  const times = timesOf(scheduleOf(course), 5000)
  expect(times).toHaveLength(1100)
  expect(course.spanMs).toBe(20_000)
  for (const [number, atMs] of times.entries()) {
    const seconds = atMs / 1000
    expect(10 * seconds + 2.25 * seconds ** 2).toBeCloseTo(number, 6)
  }
})

it('stages go evenly to their rate, and one of 0s is a step', () => {
  const course = rateCourse(parseStages('10/s:2s,50/s:0s,50/s:1s,0/s:1s')!)
  expect(course.countAt(2000)).toBe(20)
  expect(course.countAt(3000)).toBe(70)
  expect(course.countAt(9000)).toBe(95)
  const times = timesOf(scheduleOf(course), 1000)
  expect(times).toHaveLength(95)
  expect(times.slice(18, 23).map(Math.round)).toEqual([1800, 1900, 2000, 2020, 2040])
})

it('a stage of nothing is a pause', () => {
  const times = timesOf(
    scheduleOf(rateCourse(parseStages('10/s:1s,0/s:0s,0/s:5s,10/s:0s,10/s:1s')!)),
    99,
  )
  expect(times).toHaveLength(20)
  expect(times.filter(atMs => atMs > 900 && atMs < 6000)).toEqual([])
})

it('what cannot be read is no stages', () => {
  for (const text of ['', '10/s', '10/s:', '10/s:1s:2s', 'x:1s', '0/s:1s', '10/s:-1s', '10/s:0s']) {
    expect(parseStages(text), text).toBe(undefined)
  }
})

it('arrivals ascend, and their count is the rate’s integral, whatever the course', () => {
  const stretch = fc.record({
    fromPerSecond: fc.integer({ min: 0, max: 200 }),
    toPerSecond: fc.integer({ min: 0, max: 200 }),
    ms: fc.integer({ min: 0, max: 5000 }),
  })
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 5 }), stretches => {
      const course = rateCourse(stretches)
      const times = timesOf(scheduleOf(course), 10_000)
      expect(Math.abs(times.length - course.countAt(course.spanMs!))).toBeLessThanOrEqual(1)
      const steps = times.map((atMs, i) => atMs - (times[i - 1] ?? 0))
      const errors = times.map((atMs, number) => Math.abs(course.countAt(atMs) - number))
      expect(Math.min(0, ...steps)).toBe(0)
      expect(Math.max(0, ...errors)).toBeLessThan(1e-3)
    }),
  )
})

it('a warm-up comes before, at the rate of the beginning', () => {
  const arrivals = afterWarmup(scheduleOf(steadyRate(100)), 2000, createRandom('warm'))
  const times: number[] = []
  for (const { atMs } of arrivals) {
    if (atMs > 2100) break
    times.push(atMs)
  }
  const before = times.filter(atMs => atMs < 2000)
  expect(before.length).toBeGreaterThan(150)
  expect(before.length).toBeLessThan(250)
  expect(times.slice(before.length, before.length + 3)).toEqual([2000, 2010, 2020])
})
