/** Identifiers in the shapes that OpenAI gives them. */
import { mixBits, type Random } from '../base/random.ts'

/** `chatcmpl-` and 29 letters or digits. */
export function completionId(random: Random): string {
  return `chatcmpl-${alphanumeric(random, 29)}`
}

/** `cmpl-` and 29 letters or digits. */
export function textCompletionId(random: Random): string {
  return `cmpl-${alphanumeric(random, 29)}`
}

/** `call_` and 24 letters or digits. */
export function callId(random: Random): string {
  return `call_${alphanumeric(random, 24)}`
}

/** `file-` and 22 letters or digits. */
export function fileId(random: Random): string {
  return `file-${alphanumeric(random, 22)}`
}

/** `upload_` and 32 hexadecimal digits. */
export function uploadId(random: Random): string {
  return `upload_${hexadecimal(random, 32)}`
}

/** `part_` and 32 hexadecimal digits. */
export function uploadPartId(random: Random): string {
  return `part_${hexadecimal(random, 32)}`
}

/** `batch_` and 32 hexadecimal digits. */
export function batchId(random: Random): string {
  return `batch_${hexadecimal(random, 32)}`
}

/** `batch_req_` and 32 hexadecimal digits. */
export function batchRequestId(random: Random): string {
  return `batch_req_${hexadecimal(random, 32)}`
}

/**
 * `req_` and 32 hexadecimal digits, never twice the same: 24 that are drawn once, and a count whose
 * bits are mixed one to one.
 */
export function createRequestIds(random: Random): () => string {
  const start = `req_${hexadecimal(random, 24)}`
  let count = random.integer(2 ** 32)
  return () => {
    count = (count + 1) >>> 0
    const bits = mixBits(count)
    return (
      start +
      HEX[bits >>> 24] +
      HEX[(bits >>> 16) & 255] +
      HEX[(bits >>> 8) & 255] +
      HEX[bits & 255]
    )
  }
}

/** `fp_` and 10 hexadecimal digits. */
export function systemFingerprint(random: Random): string {
  return `fp_${hexadecimal(random, 10)}`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const ALPHANUMERIC = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789']
const PAIRS = ALPHANUMERIC.flatMap(first => ALPHANUMERIC.map(second => first + second))

export function alphanumeric(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += PAIRS[random.integer(PAIRS.length)]
  return text.slice(0, length)
}

export function hexadecimal(random: Random, length: number): string {
  let text = ''
  while (text.length < length)
    text += random
      .integer(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, length)
}
