/** Images that answers link to: kept as what they are painted from, a bounded number of them. */
import { unknownImageFile } from '../../protocol/errors/media.ts'
import type { Mosaic } from '../../protocol/image-mosaic.ts'
import { encodePng } from '../../protocol/image-png.ts'
import { createStore, type Store } from '../engine/store.ts'
import type { Provider } from '../provider.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { sendBytes } from './exchange.ts'

export interface ImageFile {
  readonly id: string
  readonly picture: Mosaic
}

/** A picture is some 10 KB. */
const MAX_FILES = 1000

export function createImageFiles({ onReset }: Provider): Store<ImageFile> {
  const files = createStore<ImageFile>(MAX_FILES)
  onReset(files.clear)
  return files
}

const PATH = '/images/files/'

/** Where the client that asks can fetch the file, which needs no key. */
export function imageUrl({ exchange, provider }: Call, id: string): string {
  const { host } = exchange.request.headers
  return `${host === undefined ? provider.origin : `${new URL(provider.origin).protocol}//${host}`}/v1${PATH}${id}.png`
}

export function imageFileEndpoint(files: Store<ImageFile>): Endpoint {
  return {
    method: 'GET',
    path: `${PATH}:name`,
    name: 'images',
    isOpen: true,
    async answer({ exchange, params }) {
      const file = files.get(params.name!.replace(/\.png$/, ''))
      if (!file) throw unknownImageFile()
      const bytes = await encodePng(file.picture)
      if (exchange.entry.done.outcome !== 'open') return
      sendBytes(exchange, bytes, ['content-type', 'image/png'])
    },
  }
}
