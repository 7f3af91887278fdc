/** A multipart form: its fields and its files, up to bounds. */
import type { IncomingMessage } from 'node:http'
import type { BusboyInstance } from '@fastify/busboy'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import {
  bodyTooLarge,
  brokenForm,
  internalError,
  unsupportedContentType,
} from '../../protocol/errors/http.ts'
import { addField, baseName, createFields, type FormFields } from './form-fields.ts'

export interface UploadedFile {
  /** Without a path. */
  readonly name: string
  /** As the client named it, e.g. `image/png`; `text/plain` when it did not. */
  readonly type: string
  readonly bytes: Buffer
}

export interface Form {
  /** Every value is a text, a list or an object of them; the objects have no prototype. */
  readonly fields: FormFields
  /** By field, without the brackets of a list. */
  readonly files: Map<string, UploadedFile[]>
  /** Of the whole body, in bytes. */
  readonly length: number
}

type FormRead = (error: ApiError | undefined, form?: Form) => void

const MAX_PARTS = 1000
const MAX_FIELD_BYTES = 2 ** 20
/** Of a field's or a file's name. */
const MAX_NAME_LENGTH = 512

/**
 * Calls back once with the form, or with an ApiError (413 for a body of more than `maxBytes`, 400 for
 * anything else); not at all when the client goes away first, which the response's `close` tells.
 */
export function readForm(request: IncomingMessage, maxBytes: number, done: FormRead): void {
  const type = request.headers['content-type']
  let refusal: ApiError | undefined
  if (!/^multipart\/form-data\s*(;|$)/i.test(type ?? '')) {
    refusal = unsupportedContentType(type, 'multipart/form-data')
  } else if (Number(request.headers['content-length']) > maxBytes) {
    refusal = bodyTooLarge(maxBytes)
  }
  if (refusal) {
    request.resume() // read to its end all the same, or the client would not read our answer
    done(refusal)
    return
  }
  // Loaded with the first form: most servers never see one, and it would be a tenth of their start.
  import('@fastify/busboy').then(
    ({ Busboy: open }) => {
      if (!request.destroyed) readParts(request, maxBytes, open, done)
    },
    cause => done(Object.assign(internalError(), { cause })),
  )
}

type OpenParser = typeof import('@fastify/busboy')['Busboy']

function readParts(
  request: IncomingMessage,
  maxBytes: number,
  open: OpenParser,
  done: FormRead,
): void {
  const fields = createFields()
  const files = new Map<string, UploadedFile[]>()
  let length = 0
  let over = false

  function finish(error?: ApiError): void {
    if (over) return
    over = true
    if (error) files.clear()
    done(error, error ? undefined : { fields, files, length })
  }

  let parser: BusboyInstance
  try {
    parser = open({
      headers: { ...request.headers, 'content-type': request.headers['content-type']! },
      limits: { parts: MAX_PARTS, fieldSize: MAX_FIELD_BYTES, headerPairs: 20 },
    })
  } catch (cause) {
    request.resume()
    finish(Object.assign(brokenForm('the Content-Type header names no boundary'), { cause }))
    return
  }

  parser.on('field', (name, value, _, isCut) => {
    const why = wrongName(name)
    if (why) finish(brokenForm(why))
    else if (isCut) {
      finish(brokenForm(`the field '${name}' is longer than ${MAX_FIELD_BYTES} bytes`))
    } else if (!addField(fields, name, value)) {
      finish(brokenForm(`the field '${name}' contradicts the fields before it`))
    }
  })
  parser.on('file', (field, file, name, _, fileType) => {
    const chunks: Buffer[] = []
    file.on('error', ended)
    file.on('data', (chunk: Buffer) => {
      if (!over) chunks.push(chunk)
    })
    const why = wrongName(field) ?? (name ? wrongName(name, 'file name') : undefined)
    if (why) finish(brokenForm(why))
    file.on('end', () => {
      if (over) return
      const key = baseName(field)
      const list = files.get(key) ?? []
      list.push({ name: unescaped(name ?? ''), type: fileType, bytes: Buffer.concat(chunks) })
      files.set(key, list)
    })
  })
  parser.on('partsLimit', () => finish(brokenForm(`it has more than ${MAX_PARTS} parts`)))
  parser.on('error', ended)
  parser.on('finish', () => finish())
  function ended(cause: unknown): void {
    finish(Object.assign(brokenForm('it ended before its last boundary'), { cause }))
  }

  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (over) return
    if (length > maxBytes) finish(bodyTooLarge(maxBytes))
    else parser.write(chunk)
  })
  // A client that goes away sends no end: the parser never finishes, and goes with its request.
  request.on('end', () => parser.end())
}

/** Clients write quotes and line breaks of a name as HTML's forms do. */
function unescaped(name: string): string {
  return name.replace(/%(?:22|0D|0A)/gi, decodeURIComponent)
}

/** What is wrong with a name; undefined when nothing is. */
function wrongName(name: string | undefined, kind = 'field name'): string | undefined {
  if (name === undefined || name === '') return `a part has no ${kind}`
  if (name.length > MAX_NAME_LENGTH) return `a ${kind} is longer than ${MAX_NAME_LENGTH} characters`
  return undefined
}
