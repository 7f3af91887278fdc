/** /files: uploaded, listed, told of, read and deleted. */
import { isUtf8 } from 'node:buffer'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import { downloadNotAllowed, noSuchFile, withDetail } from '../../../protocol/errors/file.ts'
import { deletedFile } from '../../../protocol/file-object.ts'
import { parseFileUpload } from '../../../protocol/file-request.ts'
import { pageOf } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { sendBytes } from '../exchange.ts'
import { readPageQuery } from '../page-query.ts'
import { findFile, storedFiles } from '../stored-files.ts'

const MAX_LISTED = 10_000
/** What clients hand over for the API's own use is not given back. */
const NOT_FOR_DOWNLOAD = ['assistants', 'user_data']

export function fileEndpoints(provider: Provider): readonly Endpoint[] {
  const store = provider.shared(storedFiles)
  const { lenient } = provider.options

  function create({ body, files }: Call) {
    return store.add(parseFileUpload(body, files.get('file')?.[0], lenient)).object
  }

  function list({ query }: Call) {
    const purpose = query.get('purpose')
    const page = readPageQuery(query, { fallback: MAX_LISTED, max: MAX_LISTED, lenient })
    const files = store.all()
    return pageOf(purpose ? files.filter(file => file.purpose === purpose) : files, page)
  }

  function remove({ params }: Call) {
    const id = params.id!
    if (!store.delete(id) && !lenient) throw noSuchFile(id)
    return deletedFile(id)
  }

  function sendContent({ exchange, params }: Call): void {
    const { object, bytes } = findFile(provider, params.id!)
    if (NOT_FOR_DOWNLOAD.includes(object.purpose) && !lenient) {
      throw downloadNotAllowed(object.purpose)
    }
    const type = isUtf8(bytes) ? 'text/plain; charset=utf-8' : 'application/octet-stream'
    const disposition = ['content-disposition', attachment(object.filename)]
    sendBytes(exchange, bytes, ['content-type', type, ...disposition])
  }

  const endpoints: readonly Endpoint[] = [
    { method: 'POST', path: '/files', name: 'files', body: 'form', answer: create },
    { method: 'GET', path: '/files', name: 'files', answer: list },
    {
      method: 'GET',
      path: '/files/:id',
      name: 'files',
      answer: ({ params }) => findFile(provider, params.id!).object,
    },
    { method: 'DELETE', path: '/files/:id', name: 'files', answer: remove },
    { method: 'GET', path: '/files/:id/content', name: 'files', answer: sendContent },
  ]
  return endpoints.map(endpoint => ({ ...endpoint, answer: inDetail(endpoint.answer) }))
}

/** Whatever these endpoints refuse, they say twice. */
function inDetail(answer: Endpoint['answer']): Endpoint['answer'] {
  return call => {
    try {
      return answer(call)
    } catch (error) {
      throw error instanceof ApiError ? withDetail(error) : error
    }
  }
}

/** Any name as a header's value: what is no plain character is given in a second, encoded form. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
  const disposition = `attachment; filename="${plain}"`
  if (plain === name) return disposition
  const wellFormed = Buffer.from(name).toString()
  return `${disposition}; filename*=UTF-8''${encodeURIComponent(wellFormed)}`
}
