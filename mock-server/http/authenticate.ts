/** Whose request it is: the API key, or OpenAI's own 401. */
import type { IncomingMessage } from 'node:http'
import { noKey, wrongKey } from '../../protocol/errors/key.ts'

/**
 * `accepted` empty: any key will do. `keyHeader`: where the key may stand without `Bearer`.
 * Throws ApiError for no key or a wrong one.
 */
export function authenticate(
  request: IncomingMessage,
  accepted: ReadonlySet<string>,
  keyHeader?: string,
): string {
  const bare = keyHeader === undefined ? undefined : request.headers[keyHeader]
  const key = typeof bare === 'string' && bare !== '' ? bare : bearer(request.headers.authorization)
  if (key === '') throw noKey()
  if (accepted.size > 0 && !accepted.has(key)) throw wrongKey(key)
  return key
}

function bearer(header = ''): string {
  return header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : ''
}
