/** One request's turn to be sent, and a law of such turns. */
import type { Hint } from '../work/hint.ts'

export interface Arrival {
  /** When it is due, in ms from the start of the schedule. */
  readonly atMs: number
  /** Where a trace tells them. */
  readonly hint: Hint | undefined
}

export interface Schedule {
  /** In words, as the end of "requests arrive …". */
  readonly words: string
  /** Requests a second at its beginning, for a warm-up to run at. */
  readonly firstPerSecond: number
  /** How long it lasts, ms; undefined: as long as anyone asks. */
  readonly spanMs: number | undefined
  /** How many requests are due in its first `ms`: exactly, or on average where chance has a part. */
  expected(ms: number): number
  /** Lazily, in order of time; the same each time it is asked for. */
  arrivals(): Iterator<Arrival, undefined>
}
