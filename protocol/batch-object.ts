/** A batch as the API tells of it, and how it may go from one status to the next. */
import type { BatchFault } from './batch-lines.ts'
import type { BatchUsage } from './batch-usage.ts'
import { noBatchUsage } from './batch-usage.ts'

export type BatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'

export interface RequestCounts {
  readonly total: number
  readonly completed: number
  readonly failed: number
}

/** The key order is the wire's; times are Unix seconds. */
export interface BatchObject {
  readonly id: string
  readonly object: 'batch'
  readonly endpoint: string
  readonly model: string | null
  readonly errors: { readonly object: 'list'; readonly data: readonly BatchFault[] } | null
  readonly input_file_id: string
  readonly completion_window: string
  readonly status: BatchStatus
  readonly output_file_id: string | null
  readonly error_file_id: string | null
  readonly created_at: number
  readonly in_progress_at: number | null
  readonly expires_at: number
  readonly finalizing_at: number | null
  readonly completed_at: number | null
  readonly failed_at: number | null
  readonly expired_at: number | null
  readonly cancelling_at: number | null
  readonly cancelled_at: number | null
  readonly request_counts: RequestCounts
  readonly usage: BatchUsage
  readonly metadata: Readonly<Record<string, string>> | null
}

/** What the client may choose of it. */
export type BatchTerms = Pick<
  BatchObject,
  'endpoint' | 'input_file_id' | 'completion_window' | 'metadata'
>

/** The window within which a batch must be done. */
export const completionWindowS = 86_400

export function newBatch(id: string, terms: BatchTerms, createdS: number): BatchObject {
  return {
    id,
    object: 'batch',
    endpoint: terms.endpoint,
    model: null,
    errors: null,
    input_file_id: terms.input_file_id,
    completion_window: terms.completion_window,
    status: 'validating',
    output_file_id: null,
    error_file_id: null,
    created_at: createdS,
    in_progress_at: null,
    expires_at: createdS + completionWindowS,
    finalizing_at: null,
    completed_at: null,
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
    usage: noBatchUsage,
    metadata: terms.metadata,
  }
}

const next: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  validating: ['failed', 'in_progress', 'expired', 'cancelling'],
  in_progress: ['finalizing', 'expired', 'cancelling'],
  finalizing: ['completed', 'expired', 'cancelling'],
  cancelling: ['cancelled'],
  failed: [],
  completed: [],
  expired: [],
  cancelled: [],
}

export function mayBecome({ status }: BatchObject, then: BatchStatus): boolean {
  return next[status].includes(then)
}

/** The batch in its next status, stamped with the time. Throws for a step that no batch takes. */
export function become(
  batch: BatchObject,
  status: Exclude<BatchStatus, 'validating'>,
  nowS: number,
  more: Partial<BatchObject> = {},
): BatchObject {
  if (!mayBecome(batch, status)) throw new Error(`a batch is never ${status} after ${batch.status}`)
  return { ...batch, ...more, status, [`${status}_at`]: nowS }
}
