/** Journal entries as they would be after some requests, for verdicts on them. */
import type { Done, JournalEntry } from '../../../../mock-server/engine/journal.ts'
import type { Expectation } from '../../../../mock-server/verify/expectation.ts'
import { verify } from '../../../../mock-server/verify/verify.ts'

export interface Told extends Partial<Omit<JournalEntry, 'done' | 'receivedAtMs' | 'error'>> {
  /** Ms at which it came. */
  readonly at: number
  /** Ms until it was over; undefined: it is still open. */
  readonly takes?: number
  readonly done?: Partial<Done>
  /** The error's code, which makes it a refusal. */
  readonly code?: string
}

export const startMs = 1_735_689_600_000

/** Numbered from 1, in the order in which they are told. */
export function entriesOf(told: readonly Told[]): JournalEntry[] {
  return told.map(({ at, takes, done, code, ...more }, index) => {
    const isRefusal = code !== undefined
    return {
      number: index + 1,
      requestId: `req_${index + 1}`,
      method: 'POST',
      path: '/v1/chat/completions',
      endpoint: 'chat.completions',
      caller: 'alice',
      receivedAtMs: startMs + at,
      attempt: 1,
      ...(isRefusal ? { error: { code, message: 'No.' } } : {}),
      ...more,
      done: {
        outcome: takes === undefined ? 'open' : isRefusal ? 'refused' : 'ok',
        status: takes === undefined ? 0 : isRefusal ? 429 : 200,
        chunks: 0,
        bytes: 0,
        eventMs: [],
        maxPacingErrorMs: 0,
        ...(takes === undefined ? {} : { durationMs: takes }),
        ...done,
      },
    }
  })
}

/** As the official SDK sends it: with its own count. */
export function counted(attempt: number): Pick<JournalEntry, 'attempt' | 'headers'> {
  return { attempt, headers: { 'x-stainless-retry-count': String(attempt - 1) } }
}

export interface Seen {
  /** Ms at which it is looked. */
  readonly nowMs?: number
  readonly forgotten?: number
}

export function verified(
  expectations: Expectation | readonly Expectation[],
  told: readonly Told[],
  { nowMs = 3_600_000, forgotten = 0 }: Seen = {},
) {
  return verify(expectations, { entries: entriesOf(told), nowMs: startMs + nowMs, forgotten })
}

/** The verdict, the sentence and the evidence of the only result. */
export function finding(expectation: Expectation, told: readonly Told[], seen?: Seen) {
  const [result] = verified(expectation, told, seen).results
  const { verdict, says, evidence } = result!
  return { verdict, says, evidence: evidence.map(one => one.says) }
}
