/** /uploads: large files in parts. */
import { createHash } from 'node:crypto'
import { createRandom } from '../../../base/random.ts'
import { missingParameter } from '../../../protocol/errors/field.ts'
import { uploadId, uploadPartId } from '../../../protocol/ids.ts'
import { parseUploadCompletion, parseUploadRequest } from '../../../protocol/upload-request.ts'
import { createUploadStore } from '../../engine/upload-store.ts'
import type { Provider } from '../../provider.ts'
import type { Endpoint } from '../endpoint.ts'
import { storedFiles } from '../stored-files.ts'

const MAX_UPLOADS = 1000
const MAX_PART_BYTES = 256 * 2 ** 20

export function uploadEndpoints(provider: Provider): readonly Endpoint[] {
  const { clock, created, options, seed } = provider
  const { lenient } = options
  const random = createRandom(seed, 'upload ids')
  const uploads = createUploadStore({
    clock,
    created,
    newId: () => uploadId(random),
    newPartId: () => uploadPartId(random),
    files: provider.shared(storedFiles),
    md5: bytes => createHash('md5').update(bytes).digest('hex'),
    maxUploads: MAX_UPLOADS,
    maxPartBytes: MAX_PART_BYTES,
    lenient,
  })
  provider.onReset(uploads.clear)
  return [
    {
      method: 'POST',
      path: '/uploads',
      name: 'uploads',
      answer: ({ body }) => uploads.create(parseUploadRequest(body, lenient)),
    },
    {
      method: 'POST',
      path: '/uploads/:id/parts',
      name: 'uploads',
      body: 'form',
      answer({ params, files }) {
        const data = files.get('data')?.[0]
        if (!data) throw missingParameter('data')
        return uploads.addPart(params.id!, data.bytes)
      },
    },
    {
      method: 'POST',
      path: '/uploads/:id/complete',
      name: 'uploads',
      answer: ({ params, body }) => uploads.complete(params.id!, parseUploadCompletion(body)),
    },
    {
      method: 'POST',
      path: '/uploads/:id/cancel',
      name: 'uploads',
      body: 'any',
      answer: ({ params }) => uploads.cancel(params.id!),
    },
  ]
}
