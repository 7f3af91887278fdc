/** A fair draw of a bounded number from a stream of unknown length: each has the same chance to be among those kept. */
import type { Random } from '../../base/random.ts'

export interface Reservoir {
  readonly seen: number
  /** Where the next one is to be kept, in place of what is there; undefined: not at all. */
  place(): number | undefined
}

export function createReservoir(capacity: number, random: Random): Reservoir {
  let seen = 0
  return {
    get seen() {
      return seen
    },
    place() {
      const place = seen < capacity ? seen : random.integer(seen + 1)
      seen++
      return place < capacity ? place : undefined
    },
  }
}
