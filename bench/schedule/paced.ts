/** Arrivals at a rate: gaps of some pattern, laid out along a rate's course. */
import type { Random } from '../../base/random.ts'
import type { Arrival, Schedule } from './arrival.ts'
import { gapsOf, type Pattern } from './gaps.ts'
import type { RateCourse } from './rate-course.ts'

export interface Paced {
  readonly course: RateCourse
  readonly pattern: Pattern
  /** Of gamma gaps. */
  readonly shape: number
  /** The rate in words. */
  readonly rateWords: string
  readonly random: Random
}

export function pacedSchedule({ course, pattern, shape, rateWords, random }: Paced): Schedule {
  const patternWords = pattern === 'gamma' ? `gamma (shape ${shape})` : patternNames[pattern]
  return {
    words: `${patternWords}, ${rateWords}`,
    firstPerSecond: course.firstPerSecond,
    spanMs: course.spanMs,
    expected: ms => course.countAt(ms),
    *arrivals(): Generator<Arrival, undefined> {
      const gaps = gapsOf(pattern, shape, random.fork('gaps'))
      const timeOf = course.createReader()
      for (let count = gaps.first(); ; count += gaps.next()) {
        const atMs = timeOf(count)
        if (atMs === undefined) return undefined
        yield { atMs, hint: undefined }
      }
    },
  }
}

const patternNames = { constant: 'constant', poisson: 'Poisson' } as const
