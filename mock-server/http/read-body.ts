/** A request's body, up to a bound. */
import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import {
  bodyTooLarge,
  brokenJson,
  nestedTooDeep,
  tooManyValues,
} from '../../protocol/errors/http.ts'
import { jsonBounds, jsonExcess } from '../../protocol/json-bounds.ts'

/**
 * Calls back once with the parsed JSON and its length in bytes, or with an ApiError (413, 400); not at
 * all when the client goes away first, which the response's `close` tells. `mayBeEmpty`: no body is undefined.
 * A callback and not a promise: it saves two turns of the microtask queue on the hottest path.
 */
export function readJson(
  request: IncomingMessage,
  maxBytes: number,
  done: (error: ApiError | undefined, body?: unknown, length?: number) => void,
  { mayBeEmpty = false }: { mayBeEmpty?: boolean } = {},
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
    if (text === '' && mayBeEmpty) return done(undefined, undefined, 0)
    let body: unknown
    try {
      body = parseJson(text)
    } catch (error) {
      done(error as ApiError)
      return
    }
    done(undefined, body, length)
  })
}

/** Throws ApiError for what is no JSON (400), nested too deep (400) or of too many values (413). */
export function parseJson(text: string): unknown {
  // Before it is parsed: 32 MB of brackets take `JSON.parse` several seconds.
  const excess = jsonExcess(text)
  if (excess === 'levels') throw nestedTooDeep(jsonBounds.maxLevels)
  if (excess === 'values') throw tooManyValues(jsonBounds.maxValues)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw Object.assign(brokenJson(), { cause })
  }
}
