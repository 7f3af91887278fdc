/** One request as it is to be sent, and how its answer is read. */
import type { Reader } from '../read/reader.ts'
import type { Sample } from '../sample.ts'

/** Looks at an answer that came whole; returns what is wrong with it, undefined: nothing. */
export type Check = (sample: Sample, text: string) => string | undefined

/** Where a request stands in its session. */
export interface Place {
  /** Counts sessions from 0 as they begin. */
  readonly session: number
  /** From 1. */
  readonly turn: number
  /** The last of its turns. */
  readonly turns: number
}

export interface Request {
  /** Below the base URL, such as `/chat/completions`, with the query if there is one. */
  readonly path: string
  /** All of them but those that HTTP itself needs: names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
  readonly reader: Reader
  /** The name of the scenario it belongs to; undefined where the run has but one. */
  readonly scenario: string | undefined
  /** Judges the answer; undefined: whatever comes whole is right. */
  readonly check?: Check | undefined
  /** The answer's text is wanted: `Exchange.text`. */
  readonly keepsText?: true | undefined
  /** Undefined: it stands alone. */
  readonly place?: Place | undefined
}
