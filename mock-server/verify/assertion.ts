/** What an assertion is: its settings, what a bare value stands for, and a judge that looks at the journal only. */
import type { Given, OptionTable, Resolved, Row } from '../../base/option-table.ts'
import type { JournalEntry } from '../engine/journal.ts'
import type { Call } from './calls.ts'

/** What is judged. */
export interface Scene {
  /** The requests in scope, oldest first. */
  readonly entries: readonly JournalEntry[]
  /** The calls of which an attempt is in scope, each with all of its attempts. */
  readonly calls: readonly Call[]
  /** Wall-clock ms: until when what is still open has lasted. */
  readonly nowMs: number
  /** Requests that the journal has forgotten since it was last emptied: 0 unless it was too small. */
  readonly forgotten: number
}

export type Verdict = 'passed' | 'failed' | 'inconclusive'

/** What a judge found. */
export interface Finding {
  readonly verdict: Verdict
  /** One sentence for people, without a full stop. */
  readonly says: string
  /** How many requests, retries or calls were looked at; 0: there was nothing to judge. */
  readonly judged: number
  readonly evidence?: readonly Evidence[]
  /** It holds whatever else there was that the journal has forgotten; said of a pass. */
  readonly isCertain?: boolean
}

export interface Evidence {
  /** One sentence for people, without a full stop. */
  readonly says: string
  readonly requests: readonly JournalEntry[]
}

export interface Assertion<
  Table extends OptionTable = OptionTable,
  Short extends (keyof Table & string) | undefined = (keyof Table & string) | undefined,
> {
  /** One sentence: what must be true. */
  readonly help: string
  readonly settings: Table
  /** The setting that a bare value is of; undefined: there is nothing to say but `true`. */
  readonly short: Short
  /** What is wrong with settings that are each allowed, as the end of a sentence. */
  readonly fault?: (settings: Resolved<Table>) => string | undefined
  judge(scene: Scene, settings: Resolved<Table>): Finding
}

/** What may be written behind an assertion's name. */
export type GivenSettings<A> =
  A extends Assertion<infer Table, infer Short>
    ?
        | (keyof Table extends never ? never : Given<Table>)
        | (Short extends string ? InOf<Table[Short]> : true)
    : never
type InOf<R> = R extends Row<infer _, infer In> ? In : never

/** Keeps the types of an assertion's settings where it is written. */
export function assertion<
  Table extends OptionTable,
  const Short extends (keyof Table & string) | undefined = undefined,
>({
  short,
  ...rest
}: Omit<Assertion<Table, Short>, 'short'> & { readonly short?: Short }): Assertion<Table, Short> {
  return { ...rest, short: short as Short }
}

/** A setting that must be given. */
export type Needed<T, In> = Row<Exclude<T, undefined>, In> & { readonly isNeeded: true }

export function needed<T, In>(row: Row<T, In>): Needed<T, In> {
  return { ...(row as unknown as Row<Exclude<T, undefined>, In>), isNeeded: true }
}

/** The finding of a rule that nobody may break: it fails with every breach as evidence. */
export function ruled(
  judged: number,
  breaches: readonly Evidence[],
  {
    none,
    kept,
    broken,
  }: {
    /** There was nothing to judge. */
    readonly none: string
    readonly kept: string
    readonly broken: string
  },
): Finding {
  if (breaches.length > 0) return { verdict: 'failed', says: broken, judged, evidence: breaches }
  if (judged === 0) return { verdict: 'inconclusive', says: none, judged }
  return { verdict: 'passed', says: kept, judged }
}
