/** What a run by turns says of its base. */
import type { Comparison } from '../compare/comparison.ts'
import type { TimeName } from '../measure.ts'
import type { Counts } from '../recorder.ts'
import type { Stats } from '../tally.ts'

/** The base, and how head compares with it. */
export interface Against {
  readonly url: string
  readonly rounds: number
  /** Mean length of a measured turn. */
  readonly turnMs: number
  readonly counts: Counts
  readonly times: Readonly<Record<`${TimeName}Ms`, Stats>>
  readonly comparison: Comparison
}
