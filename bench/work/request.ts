/** One request as it is to be sent, and how its answer is read. */
import type { Reader } from '../read/reader.ts'

export interface Request {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string
  /** Beyond those that all requests of the run have. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly reader: Reader
  /** The name of the scenario it belongs to; undefined where the run has but one. */
  readonly scenario: string | undefined
}
