/** The drawing of an instance under way, as its parts see it. */
import type { Random } from '../../../base/random.ts'

export interface Drawing {
  readonly random: Random
  /** How likely a property that is not required is given. */
  readonly optional: number
  /** Nothing more is to be drawn: the value is too large already. */
  isSpent(): boolean
  draw(schema: unknown, name: string, depth: number): unknown
}

/** Where a value stands in a drawing. */
export interface Place {
  readonly name: string
  readonly depth: number
  /** Only what must be is drawn: no optional property, no more items than needed, the shortest branch. */
  readonly terse: boolean
}
