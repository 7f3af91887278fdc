/** Identifiers in the shapes that OpenAI gives them. */
import type { Random } from '../base/random.ts'

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const HEX = '0123456789abcdef'

/** `chatcmpl-` and 29 letters or digits. */
export function completionId(random: Random): string {
  return `chatcmpl-${draw(random, ALPHANUMERIC, 29)}`
}

/** `req_` and 32 hexadecimal digits. */
export function requestId(random: Random): string {
  return `req_${draw(random, HEX, 32)}`
}

/** `fp_` and 10 hexadecimal digits. */
export function systemFingerprint(random: Random): string {
  return `fp_${draw(random, HEX, 10)}`
}

function draw(random: Random, alphabet: string, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet[random.integer(alphabet.length)]
  return text
}
