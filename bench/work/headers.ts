/** Headers of requests: what the user adds, where the key stands, what all requests have in common. */
import { version } from '../../base/package.ts'
import type { Endpoint } from './endpoints.ts'

export type Headers = Readonly<Record<string, string>>

/** Names in lower case; undefined: it is not written `Name: value`, or HTTP does not allow it. */
export function readHeader(text: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/s.exec(text) ?? []
  if (name === undefined || value === undefined) return undefined
  const lower = name.toLowerCase()
  // Bytes that a header may have: no line break, no control character.
  const isSound = /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && !ownHeaders.includes(lower)
  return isSound ? [lower, value] : undefined
}

/** Those that go with the connection, or with the length of the body. */
const ownHeaders = ['host', 'connection', 'content-length', 'transfer-encoding']

/** How a key is shown; `auto`: as the endpoint wants it. */
export const authStyles = ['auto', 'bearer', 'api-key', 'x-api-key', 'none'] as const
export type AuthStyle = (typeof authStyles)[number]

export interface HeaderOptions {
  readonly endpoint: Endpoint
  readonly streams: boolean
  readonly auth: AuthStyle
  readonly apiKey: string
  readonly added: Headers
}

/** All headers of one scenario's requests; what the user adds wins. */
export function headersFor({ endpoint, streams, auth, apiKey, added }: HeaderOptions): Headers {
  return {
    'content-type': 'application/json',
    accept: streams ? 'text/event-stream' : '*/*',
    'user-agent': `tokadence/${version}`,
    ...keyHeaders(auth === 'auto' ? (endpoint.keyHeader ?? 'bearer') : auth, apiKey),
    ...endpoint.headers,
    ...added,
  }
}

function keyHeaders(style: string, apiKey: string): Headers {
  if (style === 'none') return {}
  return style === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { [style]: apiKey }
}

/** What all have, with the same value. */
export function commonHeaders([first = {}, ...rest]: readonly Headers[]): Headers {
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every(own => own[name] === value)),
  )
}

export function withoutHeaders(headers: Headers, common: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !(name in common)))
}
