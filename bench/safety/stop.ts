/** Why a run ended before its time, other than by its user: part of its summary. */

export interface Stop {
  readonly why: 'budget' | 'errors'
  /** A sentence. */
  readonly says: string
}

/** What a run has cost. */
export interface Spending {
  /** By usage, or by what was counted where none came; null: the price of some of it is not known. */
  readonly dollars: number | null
  readonly budgetDollars: number | null
  /** Where the prices are from; null: none is known. */
  readonly source: string | null
}
