/** A request's body, up to a bound. */
import type { IncomingMessage } from 'node:http'
import { type ApiError, bodyTooLarge, brokenJson, nestedTooDeep } from '../../protocol/api-error.ts'

/**
 * Calls back once with the parsed JSON and its length in bytes, or with an ApiError (413, 400); not at
 * all when the client goes away first, which the response's `close` tells.
 * A callback and not a promise: it saves two turns of the microtask queue on the hottest path.
 */
export function readJson(
  request: IncomingMessage,
  maxBytes: number,
  done: (error: ApiError | undefined, body?: unknown, length?: number) => void,
): void {
  let first: Buffer | undefined
  let more: Buffer[] | undefined
  let length = 0
  let refused = false

  function refuse(): void {
    refused = true
    first = more = undefined
    done(bodyTooLarge(maxBytes))
  }
  if (Number(request.headers['content-length']) > maxBytes) refuse()

  request.on('data', (chunk: Buffer) => {
    if (refused) return // read to its end all the same, or the client would not read our answer
    length += chunk.length
    if (length > maxBytes) refuse()
    else if (!first) first = chunk
    else if (more) more.push(chunk)
    else more = [first, chunk]
  })
  request.on('end', () => {
    if (refused) return
    const text = more ? Buffer.concat(more).toString() : (first?.toString() ?? '')
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch (cause) {
      done(Object.assign(brokenJson(), { cause }))
      return
    }
    if (text.length > 2 * MAX_NESTING && nestingOf(text) > MAX_NESTING) {
      done(nestedTooDeep(MAX_NESTING))
    } else done(undefined, body, length)
  })
}

/** Deeper than any real request; `JSON.stringify` overflows the stack somewhere beyond 5,000. */
const MAX_NESTING = 512

/** How deep the brackets of a JSON text go. */
function nestingOf(json: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i)
    if (quoted) {
      if (unit === BACKSLASH) i++
      else if (unit === QUOTE) quoted = false
    } else if (unit === QUOTE) quoted = true
    else if (unit === BRACKET || unit === BRACE) deepest = Math.max(deepest, ++depth)
    else if (unit === CLOSING_BRACKET || unit === CLOSING_BRACE) depth--
  }
  return deepest
}
const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const BRACE = 0x7b
const CLOSING_BRACE = 0x7d
