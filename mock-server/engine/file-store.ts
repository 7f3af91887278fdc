/**
 * The files of a provider, bounded in number and in bytes. The oldest go first, and are then unknown as
 * one that has expired: a server that runs for weeks takes the next upload all the same, where refusing it would
 * leave every caller to clean up after those before. A file that alone is beyond the bound is refused.
 */
import type { Clock } from '../../base/clock.ts'
import { fileTooLarge } from '../../protocol/errors/file.ts'
import type { FileObject, NewFile } from '../../protocol/file-object.ts'

export interface KeptFile {
  readonly object: FileObject
  readonly bytes: Buffer
}

export interface FileStore {
  /** Throws ApiError 413 for a file larger than the whole store. */
  add(file: NewFile): KeptFile
  /** The same under an id that a client named. */
  addAs(id: string, file: NewFile): KeptFile
  get(id: string): KeptFile | undefined
  /** Whether there was one. */
  delete(id: string): boolean
  /** Oldest first. */
  all(): FileObject[]
  clear(): void
  /** The most bytes that all files may have together. */
  readonly maxBytes: number
}

export interface FileStoreParts {
  readonly clock: Clock
  /** Unix seconds, for `created_at`. */
  readonly created: () => number
  readonly newId: () => string
  readonly maxFiles: number
  readonly maxBytes: number
}

export function createFileStore({
  clock,
  created,
  newId,
  maxFiles,
  maxBytes,
}: FileStoreParts): FileStore {
  const files = new Map<string, KeptFile & { readonly goneAtMs: number }>()
  let keptBytes = 0

  function remove(id: string): boolean {
    const file = files.get(id)
    if (!file) return false
    keptBytes -= file.bytes.length
    return files.delete(id)
  }

  function dropExpired(): void {
    const nowMs = clock.wallMs()
    for (const [id, { goneAtMs }] of files) if (goneAtMs <= nowMs) remove(id)
  }

  function addAs(id: string, { filename, purpose, expiresAfterS, bytes }: NewFile): KeptFile {
    if (bytes.length > maxBytes) throw fileTooLarge(bytes.length, maxBytes)
    remove(id)
    dropExpired()
    for (const [oldest] of files) {
      if (files.size < maxFiles && keptBytes + bytes.length <= maxBytes) break
      remove(oldest)
    }
    const createdS = created()
    const object: FileObject = {
      object: 'file',
      id,
      purpose,
      filename,
      bytes: bytes.length,
      created_at: createdS,
      expires_at: expiresAfterS === undefined ? null : createdS + expiresAfterS,
      status: 'processed',
      status_details: null,
    }
    const goneAtMs = clock.wallMs() + (expiresAfterS ?? Number.POSITIVE_INFINITY) * 1000
    const file = { object, bytes, goneAtMs }
    files.set(id, file)
    keptBytes += bytes.length
    return file
  }

  return {
    maxBytes,
    add: file => addAs(newId(), file),
    addAs,
    get(id) {
      const file = files.get(id)
      if (file && file.goneAtMs <= clock.wallMs()) remove(id)
      return files.get(id)
    },
    delete(id) {
      dropExpired()
      return remove(id)
    },
    all() {
      dropExpired()
      return [...files.values()].map(({ object }) => object)
    },
    clear() {
      files.clear()
      keptBytes = 0
    },
  }
}
