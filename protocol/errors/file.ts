/** Refusals of files, uploads and batches. */
import { ApiError } from './api-error.ts'
import { notOneOf } from './schema.ts'

/** The same refusal as the endpoints of files say it: they repeat it beside the error. */
export function withDetail(error: ApiError): ApiError {
  const { status, message, type, param, code, headers } = error
  const beside = { ...error.beside, detail: { message, code } }
  return new ApiError(status, message, { type, param, code, headers, beside })
}

/** `param`: where the id was named. */
export function noSuchFile(id: string, param = 'id'): ApiError {
  return new ApiError(404, `No such File object: ${id}`, { param })
}

export function wrongPurpose(purpose: unknown, supported: readonly string[]): ApiError {
  const { message } = notOneOf(purpose, supported, 'purpose')
  return new ApiError(400, message, { param: 'purpose' })
}

/** `api`: what the file is for, e.g. `Batch`. */
export function notJsonLines(api: string): ApiError {
  return new ApiError(400, `Invalid file format for ${api} API. Must be .jsonl`)
}

export function downloadNotAllowed(purpose: string): ApiError {
  return new ApiError(400, `Not allowed to download files of purpose: ${purpose}`)
}

/** More than all files together may have; wording of our own. */
export function fileTooLarge(bytes: number, maxBytes: number): ApiError {
  return new ApiError(
    413,
    `The file is too large: it has ${bytes} bytes, and ${maxBytes} bytes is the most that can be stored.`,
    { code: 'file_too_large' },
  )
}

export function noSuchUpload(id: string): ApiError {
  return new ApiError(404, `No such Upload object: ${id}`, { param: 'upload_id' })
}

/** `status`: completed, cancelled or expired; wording of our own. */
export function uploadOver(id: string, status: string): ApiError {
  return new ApiError(400, `Upload ${id} is ${status} and can no longer be changed.`, {
    param: 'upload_id',
  })
}

export function noSuchPart(id: string, index: number): ApiError {
  return new ApiError(400, `No such Part object: ${id}`, { param: `part_ids[${index}]` })
}

/** Wording of our own, as in the two below. */
export function uploadSizeDiffers(said: number, given: number): ApiError {
  return new ApiError(
    400,
    `The parts have ${given} bytes in all, but the upload was created for ${said} bytes.`,
    { param: 'part_ids' },
  )
}

export function uploadChecksumDiffers(said: string, found: string): ApiError {
  return new ApiError(400, `The parts have the MD5 checksum ${found}, but ${said} was given.`, {
    param: 'md5',
  })
}

export function partNotTaken(maxBytes: number): ApiError {
  return new ApiError(
    400,
    `The part does not fit: the parts of all pending uploads may have ${maxBytes} bytes together. Complete or cancel other uploads first.`,
    { param: 'data' },
  )
}

export function noSuchBatch(id: string): ApiError {
  return new ApiError(404, `No batch found with id '${id}'.`)
}

export function batchOver(status: string): ApiError {
  return new ApiError(409, `Cannot cancel a batch with status '${status}'.`)
}

/** A batch's input that was not uploaded for one; wording of our own. */
export function notForBatches(id: string, purpose: string): ApiError {
  return new ApiError(
    400,
    `Invalid input file: ${id} has the purpose '${purpose}'. Expected a file with the purpose 'batch'.`,
    { param: 'input_file_id' },
  )
}
