/**
 * A stretch of a run: what its requests came to. Neighbouring requests share the moods of machine and
 * network, so stretches are what is drawn again and again, and never single requests.
 */
import { type TimeName, timeNames } from '../measure.ts'
import { accountOf, recordTimes, type Sample } from '../sample.ts'
import { createValueCounts, type ValueCounts } from './value-counts.ts'

export interface Block {
  readonly times: Readonly<Record<TimeName, ValueCounts>>
  /** Requests that came to an end, or were cut off by the end of the run. */
  readonly requests: number
  /** Of them those that failed or were cut. */
  readonly errors: number
}

export interface OpenBlock extends Block {
  record(sample: Sample): void
  /** Takes in all that another holds. */
  add(other: Block): void
}

export function createBlock(): OpenBlock {
  const times = Object.fromEntries(timeNames.map(name => [name, createValueCounts()])) as Record<
    TimeName,
    ValueCounts
  >
  let requests = 0
  let errors = 0
  return {
    times,
    get requests() {
      return requests
    },
    get errors() {
      return errors
    },
    record(sample) {
      const account = accountOf(sample.outcome)
      requests++
      if (account === 'failed' || account === 'cut') errors++
      else recordTimes(sample, times)
    },
    add(other) {
      for (const name of timeNames) times[name].add(other.times[name])
      requests += other.requests
      errors += other.errors
    },
  }
}
