/** Who asks, told without the API key: the first 12 hexadecimal digits of its SHA-256. */
import { createHash } from 'node:crypto'

/** Keys whose hash is remembered: hashing one takes as long as a token. */
const MAX_KNOWN = 1024
const known = new Map<string, string>()

/** Undefined for no key. */
export function callerOf(apiKey: string): string | undefined {
  if (apiKey === '') return undefined
  let caller = known.get(apiKey)
  if (caller === undefined) {
    caller = createHash('sha256').update(apiKey).digest('hex').slice(0, 12)
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(apiKey, caller)
  }
  return caller
}
