/** The last requests of a run, as many as a mock server's journal remembers, to be held against it. */
import type { Sample } from '../sample.ts'

export interface LastSamples {
  add(sample: Sample): void
  /** In no particular order. */
  readonly samples: readonly Sample[]
}

export function createLastSamples(capacity = 1000): LastSamples {
  const samples: Sample[] = []
  let next = 0
  return {
    samples,
    add(sample) {
      samples[next] = sample
      next = (next + 1) % capacity
    },
  }
}
