/** Requests about uploads as they were asked for: unknown JSON to plain data, or the API's own refusal. */

import {
  arrayOf,
  type Checks,
  checkFields,
  integer,
  isObject,
  objectOf,
  oneOf,
  required,
  string,
  text,
} from './checks.ts'
import { wrongType } from './errors/field.ts'
import { defaultExpiryS, uploadPurposes } from './file-object.ts'
import { maxExpiryS, minExpiryS } from './file-request.ts'

export interface UploadRequest {
  readonly bytes: number
  readonly filename: string
  readonly purpose: string
  /** Of the file that it becomes. */
  readonly expiresAfterS: number | undefined
}

const MAX_BYTES = 8 * 2 ** 30
/** Parts of one upload. */
export const maxParts = 10_000

/** `expires_after` of a file, wherever JSON names it. */
export const expiresAfter = objectOf({
  anchor: required(oneOf('created_at')),
  seconds: required(integer(minExpiryS, maxExpiryS)),
})

const uploadFields: Checks = {
  bytes: required(integer(1, MAX_BYTES)),
  filename: required(text({ minLength: 1 })),
  mime_type: required(string),
  purpose: required(oneOf(...uploadPurposes)),
  expires_after: expiresAfter,
}

/** Throws ApiError for a body that OpenAI would refuse; `lenient`: only for one that says nothing usable. */
export function parseUploadRequest(body: unknown, lenient = false): UploadRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  if (!lenient) checkFields(body, uploadFields)
  const { bytes, filename, purpose, expires_after: expiry } = body
  const said = typeof purpose === 'string' ? purpose : 'user_data'
  return {
    bytes: typeof bytes === 'number' ? bytes : 0,
    filename: typeof filename === 'string' ? filename : 'upload',
    purpose: said,
    expiresAfterS: expirySeconds(expiry) ?? defaultExpiryS(said),
  }
}

/** The seconds of an `expires_after` that was checked, or of a lenient one that has any. */
export function expirySeconds(expiry: unknown): number | undefined {
  const seconds = isObject(expiry) ? expiry.seconds : undefined
  return typeof seconds === 'number' ? seconds : undefined
}

export interface UploadCompletion {
  /** In the order of the file. */
  readonly partIds: readonly string[]
  /** The checksum that the file must have, in lower-case hexadecimal. */
  readonly md5: string | undefined
}

const completionFields: Checks = {
  part_ids: required(arrayOf(string, 'a string', { minLength: 1, maxLength: maxParts })),
  md5: string,
}

/** Throws ApiError for a body that OpenAI would refuse. */
export function parseUploadCompletion(body: unknown): UploadCompletion {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  checkFields(body, completionFields)
  const { part_ids: partIds, md5 } = body as { part_ids: string[]; md5?: string | null }
  return { partIds, md5: md5?.toLowerCase() || undefined }
}
