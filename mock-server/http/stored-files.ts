/** The provider's files, which several families of endpoints add to and read. */
import { createRandom } from '../../base/random.ts'
import { noSuchFile } from '../../protocol/errors/file.ts'
import { fileId } from '../../protocol/ids.ts'
import { createFileStore, type FileStore, type KeptFile } from '../engine/file-store.ts'
import type { Provider } from '../provider.ts'

const MAX_FILES = 10_000
const MAX_FILE_BYTES = 256 * 2 ** 20

/** To be had by `provider.shared(storedFiles)`. */
export function storedFiles({ clock, seed, created, onReset }: Provider): FileStore {
  const random = createRandom(seed, 'file ids')
  const files = createFileStore({
    clock,
    created,
    newId: () => fileId(random),
    maxFiles: MAX_FILES,
    maxBytes: MAX_FILE_BYTES,
  })
  onReset(files.clear)
  return files
}

/**
 * The file of that id. Throws ApiError 404 for an unknown one, which `param` named; a lenient provider
 * makes it up instead.
 */
export function findFile(provider: Provider, id: string, param?: string): KeptFile {
  const files = provider.shared(storedFiles)
  const file = files.get(id)
  if (file) return file
  if (!provider.options.lenient) throw noSuchFile(id, param)
  const bytes = Buffer.from('placeholder\n')
  return files.addAs(id, {
    filename: 'placeholder.jsonl',
    purpose: 'batch',
    expiresAfterS: undefined,
    bytes,
  })
}
