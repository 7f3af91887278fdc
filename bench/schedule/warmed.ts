/** A schedule after a warm-up, which runs at the rate that the schedule begins with. */
import type { Random } from '../../base/random.ts'
import type { Arrival, Schedule } from './arrival.ts'
import { gapsOf } from './gaps.ts'

/** The least rate of a warm-up, a second: some schedules begin with nothing. */
const leastPerSecond = 1

/** All of `schedule` is later by `warmupMs`; before it requests are due at random, as of many users. */
export function* afterWarmup(
  schedule: Schedule,
  warmupMs: number,
  random: Random,
): Generator<Arrival, undefined> {
  const gaps = gapsOf('poisson', 1, random)
  const meanMs = 1000 / Math.max(leastPerSecond, schedule.firstPerSecond)
  for (let atMs = 0; atMs < warmupMs; atMs += gaps.next() * meanMs) {
    yield { atMs, hint: undefined }
  }
  const arrivals = schedule.arrivals()
  for (let next = arrivals.next(); !next.done; next = arrivals.next()) {
    const { atMs, hint } = next.value
    yield { atMs: atMs + warmupMs, hint }
  }
  return undefined
}
