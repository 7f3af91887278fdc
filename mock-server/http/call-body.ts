/** The body of a call: JSON, a form, either, or none. */
import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { unsupportedContentType } from '../../protocol/errors/http.ts'
import type { ServerOptions } from '../options.ts'
import { readJson } from './read-body.ts'
import { readForm, type UploadedFile } from './read-form.ts'

/** `any`: JSON or a form, or none. */
export type BodyKind = 'json' | 'form' | 'any' | 'none'

/** The files of a form, by field. */
export type Files = ReadonlyMap<string, readonly UploadedFile[]>

type BodyRead = (error: ApiError | undefined, body: unknown, files: Files, length: number) => void

const NO_FILES: Files = new Map()

/** Calls back once with what the endpoint wants of a body, or with an ApiError; not at all when the client goes away. */
export function readCallBody(
  { maxBodyBytes, lenient }: Pick<ServerOptions, 'maxBodyBytes' | 'lenient'>,
  kind: BodyKind,
  request: IncomingMessage,
  done: BodyRead,
): void {
  const type = request.headers['content-type'] ?? ''
  if (kind === 'none') {
    request.resume()
    done(undefined, undefined, NO_FILES, 0)
  } else if (!lenient && kind === 'json' && !isJson(type)) {
    request.resume()
    done(unsupportedContentType(type, 'application/json'), undefined, NO_FILES, 0)
  } else if (lenient && mayBeForm(kind) && !type.startsWith('multipart/') && !isJson(type)) {
    // What its client did not make into a form has no fields.
    request.resume()
    done(undefined, {}, NO_FILES, 0)
  } else if (kind === 'form' || (kind === 'any' && type.startsWith('multipart/'))) {
    readForm(request, maxBodyBytes, (error, form) =>
      done(error, form?.fields, form?.files ?? NO_FILES, form?.length ?? 0),
    )
  } else {
    readJson(
      request,
      maxBodyBytes,
      (error, body, length) => done(error, body, NO_FILES, length ?? 0),
      {
        mayBeEmpty: kind === 'any',
      },
    )
  }
}

function mayBeForm(kind: BodyKind): boolean {
  return kind === 'form' || kind === 'any'
}

/** A body whose kind is not said is taken for JSON. */
function isJson(type: string): boolean {
  return (
    type === 'application/json' || type === '' || /^application\/([\w.-]+\+)?json\b/i.test(type)
  )
}
