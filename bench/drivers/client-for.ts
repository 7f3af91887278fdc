/** The reference client as a load run uses it: its policy is the run's, its key and its address are the work's. */
import type { Random } from '../../base/random.ts'
import { type Client, createClient } from '../../client/index.ts'
import { createWireTransport } from '../../client/transport-wire.ts'
import type { DriverContext } from './driver.ts'

export interface ClientPolicy {
  /** Fixed: all that may be in flight are, from the start; adaptive: as many of them as the client finds good. */
  readonly pace: 'fixed' | 'adaptive'
  /** Sends of one request; 1: it is never tried again. */
  readonly maxAttempts: number
  /** Ms; the client's back-off. */
  readonly baseDelay: number
  /** Ms. */
  readonly maxDelay: number
}

export interface ClientSetting {
  /** Requests in flight at once, at most. */
  readonly concurrency: number
  readonly policy: ClientPolicy
  /** Draws the client's jitter. */
  readonly random: Random
}

/** As a client has it by default; a connection that does not stand by then will not. */
const connectTimeoutMs = 10_000

export function clientFor(
  { concurrency, policy, random }: ClientSetting,
  { url, query = '', headers, idleTimeoutMs, clock }: DriverContext,
): Client {
  const apiKey = keyOf(headers)
  // The key stands in the requests' own headers, in whichever way the API wants it shown.
  const wire = { url, query, apiKey, keyHeaders: {}, connectTimeout: connectTimeoutMs }
  return createClient(
    {
      ...policy,
      url,
      apiKey,
      concurrency,
      firstTokenTimeout: idleTimeoutMs,
      idleTimeout: idleTimeoutMs,
      totalTimeout: 0,
      counting: 'off',
    },
    { clock, random, transport: createWireTransport(wire, clock) },
  )
}

/** Never sent by the client itself; it takes the key out of what servers say. */
function keyOf(headers: DriverContext['headers']): string {
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
  return bearer ?? headers['api-key'] ?? headers['x-api-key'] ?? 'none'
}
