/** A request for a batch as it was asked for: unknown JSON to plain data, or the API's own refusal. */

import type { BatchTerms } from './batch-object.ts'
import { type Checks, checkFields, isObject, metadata, oneOf, required, string } from './checks.ts'
import { wrongType } from './errors/field.ts'
import { expiresAfter, expirySeconds } from './upload-request.ts'

export interface BatchRequest extends BatchTerms {
  /** Of the files of results, in seconds from their creation; undefined: they stay. */
  readonly outputExpiresAfterS: number | undefined
}

const endpoints = [
  '/v1/responses',
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/videos',
]

const fields: Checks = {
  input_file_id: required(string),
  endpoint: required(oneOf(...endpoints)),
  completion_window: required(oneOf('24h')),
  metadata,
  output_expires_after: expiresAfter,
}

/** Throws ApiError for a body that OpenAI would refuse; `lenient`: only for an endpoint or a file that is none. */
export function parseBatchRequest(body: unknown, lenient = false): BatchRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  if (lenient) {
    fields.endpoint!(body.endpoint, 'endpoint')
    string(body.input_file_id, 'input_file_id')
  } else checkFields(body, fields)
  const { input_file_id: inputFileId, endpoint, completion_window: window } = body
  return {
    input_file_id: String(inputFileId),
    endpoint: String(endpoint),
    completion_window: typeof window === 'string' ? window : '24h',
    metadata: (body.metadata as Record<string, string> | null | undefined) ?? null,
    outputExpiresAfterS: expirySeconds(body.output_expires_after),
  }
}
