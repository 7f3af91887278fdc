/** Identifiers in the shapes that OpenAI gives them. */
import { mixBits, type Random } from '../base/random.ts'

/** `chatcmpl-` and 29 letters or digits. */
export function completionId(random: Random): string {
  return `chatcmpl-${alphanumeric(random, 29)}`
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

function alphanumeric(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += PAIRS[random.integer(PAIRS.length)]
  return text.slice(0, length)
}

function hexadecimal(random: Random, length: number): string {
  let text = ''
  while (text.length < length)
    text += random
      .integer(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, length)
}
