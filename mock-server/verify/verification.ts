/** What came of a verification: plain data, the same in code, over HTTP and in files. */
import type { JournalEntry } from '../engine/journal.ts'
import type { Verdict } from './assertion.ts'
import type { AssertionName } from './assertions.ts'
import type { Where } from './where.ts'

/** A request that a finding speaks of; what it said is in the journal. */
export interface Witness
  extends Pick<JournalEntry, 'number' | 'requestId' | 'key' | 'attempt' | 'receivedAtMs'> {
  readonly status: number
  readonly outcome: JournalEntry['done']['outcome']
  readonly durationMs?: number | undefined
}

export interface VerifyResult {
  /** The expectation's name, if it has one. */
  readonly name?: string | undefined
  readonly assertion: AssertionName
  /** What was asked for, as it was written. */
  readonly expected: unknown
  readonly where?: Where | undefined
  /** `inconclusive`: it could not be told, which is no pass. */
  readonly verdict: Verdict
  /** Why, in one sentence without a full stop. */
  readonly says: string
  /** How many requests, waits or calls were looked at. */
  readonly judged: number
  /** At most 20 breaches, each in one sentence, with at most 20 requests that show it. */
  readonly evidence: readonly { readonly says: string; readonly requests: readonly Witness[] }[]
  /** How many breaches there are beyond these. */
  readonly moreEvidence: number
}

export interface Verification {
  /** Whether every assertion passed. */
  readonly passed: boolean
  readonly results: readonly VerifyResult[]
}
