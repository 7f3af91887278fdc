/**
 * Uploads in parts: pending until completed, cancelled or an hour old; a completed one is a file.
 *
 * The parts of all pending uploads share one bound of bytes. Beyond it a part is refused: to drop an older one
 * would make a wrong file of an upload that is still going on.
 */
import type { Clock } from '../../base/clock.ts'
import {
  fileTooLarge,
  noSuchPart,
  noSuchUpload,
  partNotTaken,
  uploadChecksumDiffers,
  uploadOver,
  uploadSizeDiffers,
} from '../../protocol/errors/file.ts'
import type { UploadObject, UploadPartObject, UploadStatus } from '../../protocol/upload-object.ts'
import {
  maxParts,
  type UploadCompletion,
  type UploadRequest,
} from '../../protocol/upload-request.ts'
import type { FileStore } from './file-store.ts'
import { createStore } from './store.ts'

export interface UploadStore {
  /** Throws ApiError for a file that could not be stored. */
  create(request: UploadRequest): UploadObject
  /** These throw ApiError for an unknown upload, and for one that is no longer pending. */
  addPart(id: string, bytes: Buffer): UploadPartObject
  /** Throws ApiError also for unknown parts, a wrong size, a wrong checksum; the upload is pending still. */
  complete(id: string, completion: UploadCompletion): UploadObject
  /** One that is cancelled already stays so. */
  cancel(id: string): UploadObject
  clear(): void
}

export interface UploadStoreParts {
  readonly clock: Clock
  /** Unix seconds, for `created_at`. */
  readonly created: () => number
  readonly newId: () => string
  readonly newPartId: () => string
  readonly files: FileStore
  /** The MD5 checksum in lower-case hexadecimal. */
  readonly md5: (bytes: Buffer) => string
  readonly maxUploads: number
  /** Of the parts of all pending uploads together. */
  readonly maxPartBytes: number
  /** Unknown uploads and parts come into being, sizes and checksums are taken as they are. */
  readonly lenient: boolean
}

interface Upload {
  readonly id: string
  object: UploadObject
  readonly expiresAfterS: number | undefined
  readonly goneAtMs: number
  readonly parts: Map<string, Buffer>
}

const LIFE_S = 3600

export function createUploadStore(given: UploadStoreParts): UploadStore {
  const { clock, created, newId, newPartId, files, md5, maxPartBytes, lenient } = given
  const uploads = createStore<Upload>(given.maxUploads, dropParts)
  let keptBytes = 0

  function dropParts({ parts }: Upload): void {
    for (const bytes of parts.values()) keptBytes -= bytes.length
    parts.clear()
  }

  function end(
    upload: Upload,
    status: UploadStatus,
    more: Partial<UploadObject> = {},
  ): UploadObject {
    dropParts(upload)
    upload.object = { ...upload.object, status, ...more }
    return upload.object
  }

  function expireOld(): void {
    for (const upload of uploads.all()) {
      if (upload.object.status === 'pending' && upload.goneAtMs <= clock.wallMs()) {
        end(upload, 'expired')
      }
    }
  }

  function createAs(
    id: string,
    { bytes, filename, purpose, expiresAfterS }: UploadRequest,
  ): Upload {
    const createdS = created()
    const object: UploadObject = {
      id,
      object: 'upload',
      bytes,
      created_at: createdS,
      filename,
      purpose,
      status: 'pending',
      expires_at: createdS + LIFE_S,
      file: null,
    }
    const goneAtMs = clock.wallMs() + LIFE_S * 1000
    return uploads.put({ id, object, expiresAfterS, goneAtMs, parts: new Map() })
  }

  function find(id: string): Upload {
    expireOld()
    const upload = uploads.get(id)
    if (upload) return upload
    if (!lenient) throw noSuchUpload(id)
    return comeIntoBeing(id)
  }

  /** Lenient: an id that nobody was given, or whose upload is over, is one that is pending. */
  function comeIntoBeing(id: string): Upload {
    const placeholder = { bytes: 0, filename: 'placeholder', purpose: 'user_data' }
    return createAs(id, { ...placeholder, expiresAfterS: undefined })
  }

  function pending(id: string): Upload {
    const upload = find(id)
    const { status } = upload.object
    if (status === 'pending') return upload
    if (!lenient) throw uploadOver(id, status)
    return comeIntoBeing(id)
  }

  function joined({ parts }: Upload, partIds: readonly string[]): Buffer {
    const chunks = partIds.map((partId, i) => {
      const part = parts.get(partId)
      if (!part && !lenient) throw noSuchPart(partId, i)
      return part ?? Buffer.alloc(0)
    })
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    // A part may be named often: its bytes are counted before they are copied.
    if (bytes > files.maxBytes) throw fileTooLarge(bytes, files.maxBytes)
    return Buffer.concat(chunks, bytes)
  }

  return {
    create(request) {
      expireOld()
      if (request.bytes > files.maxBytes) throw fileTooLarge(request.bytes, files.maxBytes)
      return createAs(newId(), request).object
    },
    addPart(id, bytes) {
      const { parts } = pending(id)
      // Parts of no bytes take room as well.
      if (keptBytes + bytes.length > maxPartBytes || parts.size >= maxParts) {
        throw partNotTaken(maxPartBytes)
      }
      const partId = newPartId()
      parts.set(partId, bytes)
      keptBytes += bytes.length
      return { id: partId, object: 'upload.part', created_at: created(), upload_id: id }
    },
    complete(id, { partIds, md5: wanted }) {
      const upload = pending(id)
      const { bytes: said, filename, purpose } = upload.object
      const bytes = joined(upload, partIds)
      if (!lenient) {
        if (bytes.length !== said) throw uploadSizeDiffers(said, bytes.length)
        const found = wanted === undefined ? undefined : md5(bytes)
        if (found !== wanted) throw uploadChecksumDiffers(wanted!, found!)
      }
      const file = files.add({ filename, purpose, expiresAfterS: upload.expiresAfterS, bytes })
      return end(upload, 'completed', { file: file.object })
    },
    cancel(id) {
      const upload = find(id)
      const { status } = upload.object
      if (!lenient && status !== 'pending' && status !== 'cancelled') throw uploadOver(id, status)
      return end(upload, 'cancelled')
    },
    clear: uploads.clear,
  }
}
