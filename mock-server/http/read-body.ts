/** A request's body, up to a bound. */
import type { IncomingMessage } from 'node:http'
import { type ApiError, bodyTooLarge, brokenJson } from '../../protocol/api-error.ts'

/**
 * Calls back once with the parsed JSON, or with an ApiError (413, 400); not at all when the client goes
 * away first, which the response's `close` tells.
 * A callback and not a promise: it saves two turns of the microtask queue on the hottest path.
 */
export function readJson(
  request: IncomingMessage,
  maxBytes: number,
  done: (error: ApiError | undefined, body?: unknown) => void,
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
    done(undefined, body)
  })
}
