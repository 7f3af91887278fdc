/** When a batch does what: decided in full when it is created. */

export interface BatchPlan {
  /** Milliseconds from the batch's creation until its input is validated. */
  readonly validatedMs: number
  /** Milliseconds from finding the last answer until the result files are there; cancelling takes as long. */
  readonly finalizingMs: number
  /** When request `index` of `count` is sent, in milliseconds from the batch's creation. */
  dueMs(index: number, count: number): number
}

/** The share of a batch's time that goes into its first phase, and into its last. */
const EDGE = 0.1

/** `totalMs`: how long the batch is to take, its last answer aside. */
export function planBatch(totalMs: number): BatchPlan {
  const validatedMs = totalMs * EDGE
  return {
    validatedMs,
    finalizingMs: totalMs * EDGE,
    dueMs: (index, count) => validatedMs + ((totalMs * (1 - 2 * EDGE)) / count) * (index + 1),
  }
}
