/** What names a request's chance: the caller's own key, else what the request says. */
import type { IncomingMessage } from 'node:http'
import { createRandom, type Random } from '../../base/random.ts'
import type { Exchange } from './exchange.ts'

/** The `x-tokadence-key` header; '': none. */
export function callerKey({ headers }: IncomingMessage): string {
  const key = headers['x-tokadence-key']
  return typeof key === 'string' ? key : ''
}

/** The request's random stream, whose name the journal tells. `contentKey`: asked for where the caller names none. */
export function randomFor(
  { provider, request, entry }: Exchange,
  contentKey: () => string,
): Random {
  entry.key ??= callerKey(request) || contentKey()
  return createRandom(provider.seed, entry.key, entry.attempt)
}
