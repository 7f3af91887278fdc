/**
 * The last requests of a run, as many as a mock server's journal remembers, to be held against it. Each is written over
 * the one that is forgotten for it: a thousand samples that live for a second each are what a garbage collector stands
 * still for.
 */
import type { Sample } from '../sample.ts'
import { Stamps } from '../stamps.ts'
import type { Measured } from './ground-truth.ts'

export interface LastSamples {
  /** A request without an id is in no journal. */
  add(sample: Sample): void
  readonly count: number
  /** In no particular order; good until the next `add`. */
  samples(): Iterable<Measured>
}

type Place = { -readonly [Key in keyof Omit<Measured, 'gapsMs'>]: Measured[Key] } & {
  readonly gaps: Stamps
}

export function createLastSamples(capacity = 1000): LastSamples {
  const places: Place[] = []
  let next = 0
  return {
    get count() {
      return places.length
    },
    *samples() {
      for (const { gaps, ...times } of places) yield { ...times, gapsMs: gaps.all() }
    },
    add({ requestId, outcome, ttftMs, e2eMs, gapsMs }) {
      if (requestId === undefined) return
      places[next] ??= { requestId, outcome, ttftMs, e2eMs, gaps: new Stamps() }
      const place = places[next]!
      next = (next + 1) % capacity
      place.requestId = requestId
      place.outcome = outcome
      place.ttftMs = ttftMs
      place.e2eMs = e2eMs
      place.gaps.clear()
      for (const gapMs of gapsMs) place.gaps.add(gapMs)
    },
  }
}
