/** Whose request it is: the API key, or OpenAI's own 401. */
import type { IncomingMessage } from 'node:http'
import { noKey, wrongKey } from '../../protocol/api-error.ts'

/** `accepted` empty: any key will do. Throws ApiError for no key or a wrong one. */
export function authenticate(request: IncomingMessage, accepted: ReadonlySet<string>): string {
  const header = request.headers.authorization
  if (!header) throw noKey()
  const key = header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : ''
  if (key === '') throw noKey()
  if (accepted.size > 0 && !accepted.has(key)) throw wrongKey(key)
  return key
}
