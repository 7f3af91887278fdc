/** What a recording must not hold: keys, cookies, whose account it is. */
import type { Headers } from './recording.ts'

/** What stands where a secret was. */
export const REDACTED = '[redacted]'

/** Headers that tell what was asked or answered; the rest (times, routes, machines) is left out. */
const KEPT =
  /^(accept|content-type|content-length|content-encoding|content-disposition|cache-control|location|www-authenticate|retry-after(-ms)?|x-should-retry|x-request-id|x-ratelimit-.*|openai-beta|openai-model|openai-processing-ms|openai-version)$/

/** Headers of which only the name is kept: that they were there may matter. */
const SECRET_HEADER =
  /^(authorization|proxy-authorization|cookie|set-cookie|(x-)?api-key|x-goog-api-key|openai-organization|openai-project)$/

export function redactHeaders(headers: Readonly<Record<string, unknown>>): Headers {
  const kept: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    if (SECRET_HEADER.test(name)) kept[name] = REDACTED
    else if (KEPT.test(name)) kept[name] = one(value)
  }
  return kept
}

function one(value: unknown): string | readonly string[] {
  if (!Array.isArray(value)) return String(value)
  return value.length === 1 ? String(value[0]) : value.map(String)
}

/** Names whose text values are secrets, in bodies (MCP tools carry some) and in queries. */
const SECRET_NAME =
  /^((proxy-)?authorization|(x-)?api[-_]?key|(client[-_]?)?secret|password|cookie|(access|refresh|auth|bearer)[-_]?token)$/i
const SECRET_PARAMETER = /^(key|sig|signature|token)$/i

export function redactQuery(query: URLSearchParams): URLSearchParams {
  const redacted = new URLSearchParams()
  for (const [name, value] of query) {
    redacted.append(name, isSecretParameter(name) ? 'redacted' : value)
  }
  return redacted
}

function isSecretParameter(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_PARAMETER.test(name)
}

/** A copy of a JSON value in which the texts under a secret's name are gone. */
export function redactJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === 'string' && SECRET_NAME.test(name) ? REDACTED : redactJson(item),
    ]),
  )
}

/** OpenAI's own keys, wherever they stand; what makes them long enough to be one is masked. */
const KEY = /\b(?:sk-|ek_|sess-)[A-Za-z0-9_-]{20,}/g
const KEY_STARTS = ['sk-', 'ek_', 'sess-']

/**
 * The same bytes with stars over keys and over each of `secrets`: as long as before, so that lengths and
 * the chunks' borders stay true. Returns `bytes` itself when there is nothing to hide.
 */
export function maskSecrets(bytes: Buffer, secrets: readonly string[]): Buffer {
  const found: [start: number, length: number][] = []
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue
    for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + secret.length)) {
      found.push([at, Buffer.byteLength(secret)])
    }
  }
  if (KEY_STARTS.some(start => bytes.includes(start))) {
    for (const { index, 0: key } of bytes.toString('latin1').matchAll(KEY)) {
      found.push([index, key.length])
    }
  }
  if (found.length === 0) return bytes
  const masked = Buffer.from(bytes)
  for (const [start, length] of found) masked.fill('*', start, start + length)
  return masked
}

/** `not-needed` and the like are no secrets, and may be words of the answer. */
const SHORTEST_SECRET = 16

/** The same over a body in chunks: a secret may lie across their borders. */
export function maskChunks<T extends { readonly bytes: Buffer }>(
  chunks: readonly T[],
  secrets: readonly string[],
): readonly T[] {
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes))
  const masked = maskSecrets(whole, secrets)
  if (masked === whole) return chunks
  let start = 0
  return chunks.map(chunk => {
    const bytes = masked.subarray(start, start + chunk.bytes.length)
    start += bytes.length
    return { ...chunk, bytes }
  })
}
