/** Of a request's headers those that say how its client behaves; never a key or a cookie. */
import type { IncomingHttpHeaders } from 'node:http'
import { keptHeaders } from '../engine/journal.ts'

/** Characters kept of each: clients can make them long. */
const KEPT_LENGTH = 256

/** Undefined: it has none of them. */
export function headersKept(
  headers: IncomingHttpHeaders,
): Readonly<Record<string, string>> | undefined {
  let kept: Record<string, string> | undefined
  for (const name of keptHeaders) {
    const value = headers[name]
    if (typeof value !== 'string') continue
    kept ??= {}
    kept[name] = value.length > KEPT_LENGTH ? beginningOf(value) : value
  }
  return kept
}

/** A copy: a slice would keep the whole text alive. */
function beginningOf(text: string): string {
  return `${Buffer.from(text.slice(0, KEPT_LENGTH)).toString()}…`
}
