/** An upload in parts as the API tells of it. */
import type { FileObject } from './file-object.ts'

export type UploadStatus = 'pending' | 'completed' | 'cancelled' | 'expired'

/** The key order is the wire's. */
export interface UploadObject {
  readonly id: string
  readonly object: 'upload'
  /** What the file is to have, as the client said. */
  readonly bytes: number
  /** Unix seconds, as is `expires_at`. */
  readonly created_at: number
  readonly filename: string
  readonly purpose: string
  readonly status: UploadStatus
  readonly expires_at: number
  /** Once it is completed. */
  readonly file: FileObject | null
}

export interface UploadPartObject {
  readonly id: string
  readonly object: 'upload.part'
  readonly created_at: number
  readonly upload_id: string
}
