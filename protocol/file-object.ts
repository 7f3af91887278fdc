/** A file as the API tells of it. */

/** What a file may be uploaded for. */
export const uploadPurposes: readonly string[] = [
  'fine-tune',
  'assistants',
  'batch',
  'user_data',
  'vision',
  'evals',
]

/** What the endpoint of a file says; the key order is the wire's. */
export interface FileObject {
  readonly object: 'file'
  readonly id: string
  /** One of `uploadPurposes`, or of what the API makes itself: `batch_output` and the like. */
  readonly purpose: string
  readonly filename: string
  readonly bytes: number
  /** Unix seconds, as is the next. */
  readonly created_at: number
  readonly expires_at: number | null
  readonly status: 'processed'
  readonly status_details: null
}

/** A file before it has an id. */
export interface NewFile {
  readonly filename: string
  readonly purpose: string
  /** Seconds from its creation until it is gone; undefined: it stays. */
  readonly expiresAfterS: number | undefined
  readonly bytes: Buffer
}

/** Files of batches go by themselves, all others stay until they are deleted. */
export function defaultExpiryS(purpose: string): number | undefined {
  return purpose === 'batch' ? 30 * 86_400 : undefined
}

export function deletedFile(id: string) {
  return { object: 'file', deleted: true, id }
}
