/** What a server knows of what its clients did. */
import type { Clock } from '../../base/clock.ts'
import type { Journal, JournalEntry } from '../engine/journal.ts'

export interface Witnessed {
  /** In order of arrival. */
  readonly entries: readonly JournalEntry[]
  /** Wall-clock ms. */
  readonly nowMs: number
  /** Requests that the journal no longer has. */
  readonly forgotten: number
}

export function witnessedBy({ journal, clock }: { journal: Journal; clock: Clock }): Witnessed {
  return { entries: journal.entries(), nowMs: clock.wallMs(), forgotten: journal.forgotten }
}
