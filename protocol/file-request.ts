/**
 * The form of a file's upload as it was asked for, or the API's own refusal. The words are those of a schema
 * validator, which this endpoint has kept where newer ones have others.
 */

import { isObject } from './checks.ts'
import { notJsonLines, wrongPurpose } from './errors/file.ts'
import {
  aboveMaximum,
  belowMinimum,
  missingProperty,
  notOfType,
  notOneOf,
} from './errors/schema.ts'
import { defaultExpiryS, type NewFile, uploadPurposes } from './file-object.ts'

/** The purposes whose files are JSON lines, and the API that reads them. */
const JSON_LINES: Readonly<Record<string, string>> = { batch: 'Batch', 'fine-tune': 'Fine-Tuning' }

export const minExpiryS = 3600
export const maxExpiryS = 2_592_000

/**
 * `fields` are a form's: texts, lists and objects. Throws ApiError for what OpenAI would refuse;
 * `lenient`: any purpose and any expiry will do.
 */
export function parseFileUpload(
  fields: unknown,
  file: { readonly name: string; readonly bytes: Buffer } | undefined,
  lenient = false,
): NewFile {
  const { purpose, expires_after: expiry } = isObject(fields) ? fields : {}
  if (!file) throw missingProperty('file')
  if (purpose === undefined) throw missingProperty('purpose')
  if (typeof purpose !== 'string') throw notOfType(purpose, 'string', 'purpose')
  if (!lenient) {
    if (!uploadPurposes.includes(purpose)) throw wrongPurpose(purpose, uploadPurposes)
    const api = JSON_LINES[purpose]
    if (api !== undefined && !file.name.endsWith('.jsonl')) throw notJsonLines(api)
  }
  return {
    filename: file.name,
    purpose,
    expiresAfterS: readExpiry(expiry, lenient) ?? defaultExpiryS(purpose),
    bytes: file.bytes,
  }
}

function readExpiry(expiry: unknown, lenient: boolean): number | undefined {
  if (expiry === undefined) return undefined
  if (!isObject(expiry)) throw notOfType(expiry, 'object', 'expires_after')
  const { anchor, seconds } = expiry
  const said = Number(seconds)
  if (lenient) return Number.isInteger(said) ? said : undefined
  if (anchor !== 'created_at') throw notOneOf(anchor, ['created_at'], 'expires_after.anchor')
  if (typeof seconds !== 'string' || !/^-?\d+$/.test(seconds)) {
    throw notOfType(seconds, 'integer', 'expires_after.seconds')
  }
  if (said < minExpiryS) throw belowMinimum(said, minExpiryS, 'expires_after.seconds')
  if (said > maxExpiryS) throw aboveMaximum(said, maxExpiryS, 'expires_after.seconds')
  return said
}
