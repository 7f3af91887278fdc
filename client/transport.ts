/** One attempt's way to the API and back: a request out, a head and then chunks in. */

import { fieldsOf, textOf } from '../protocol/lenient.ts'
import { readRetryAfter } from '../protocol/rate-limit-headers.ts'
import { readWireError, type WireError } from '../protocol/read-chunk.ts'
import { type Refusal, refusalOf } from './failure.ts'

export interface Transport {
  /** Loads what sending needs, so that no attempt's time is spent on it. */
  prepare?(): Promise<void>
  /**
   * Resolves when the head of a good answer has come; aborting `signal` ends the attempt at any time, with
   * the socket. Rejects with RefusedError, BadStreamError, or what the network says.
   */
  send(request: WireRequest, signal: AbortSignal): Promise<WireResponse>
  /** Ends every connection. */
  close(): Promise<void>
}

/** Chat completions, or the Responses API. */
export type Api = 'chat' | 'responses'

export interface WireRequest {
  readonly api: Api
  /** The JSON body; `stream: true` in it asks for events. */
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

export interface WireResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Headers
  /**
   * The chunks (of the Responses API the events) as parsed JSON, those that came together together; one whole
   * completion or response when no stream was asked for. Ends at [DONE], at a response's last event or at the end
   * of the body, whether the answer is whole or not: the reader of the chunks judges that.
   * Throws StreamError for an error in the stream, BadStreamError for what is no stream.
   */
  readonly chunks: AsyncIterable<Iterable<unknown>>
}

export type Headers = Readonly<Record<string, string>>

/** The server answered with a status that is no success. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal
  readonly headers: Headers
  constructor(refusal: Refusal, headers: Headers, cause?: unknown) {
    super(`${refusal.status} ${refusal.message}`, { cause })
    this.refusal = refusal
    this.headers = headers
  }
}

/** An error that came inside a stream that had begun with 200. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly error: WireError
  constructor(error: WireError, cause?: unknown) {
    super(error.message, { cause })
    this.error = error
  }
}

/** What came is no event stream of JSON, or outgrew what may be buffered. */
export class BadStreamError extends Error {
  override readonly name = 'BadStreamError'
}

/** Bytes of a body that is read whole: a refusal, or a completion that is not streamed. */
export const maxBodyBytes = 16 * 1024 * 1024

export function refusedError(
  status: number,
  headers: Headers,
  body: string,
  wallMs: number,
): RefusedError {
  const word = headers['x-should-retry']
  const json = parseJson(body)
  const refusal = refusalOf(status, readWireError(json) ?? readDetail(json), body, {
    retryAfterMs: readRetryAfter(name => headers[name], wallMs),
    shouldRetry: word === 'true' ? true : word === 'false' ? false : undefined,
  })
  return new RefusedError(refusal, headers)
}

/** What FastAPI's servers say, if it is in words. */
function readDetail(json: unknown): WireError | undefined {
  const message = textOf(fieldsOf(json).detail)
  if (message === undefined) return undefined
  return { message, type: undefined, code: undefined, param: undefined }
}

/**
 * Refuses a success that is no event stream: an error page, a JSON error under 200, a completion that
 * was not streamed. A server that names no type at all is given the benefit of the doubt.
 */
export function checkEventStream(
  headers: Headers,
  readStart: () => Promise<string>,
): Promise<void> {
  const type = headers['content-type']
  return !type || /^text\/event-stream\b/i.test(type) ? Promise.resolve() : refuse(type, readStart)
}

async function refuse(type: string, readStart: () => Promise<string>): Promise<never> {
  const start = await readStart()
  const error = readWireError(parseJson(start))
  if (error) throw new StreamError(error)
  const seen = start.trim().slice(0, 120).replaceAll(/\s+/g, ' ')
  throw new BadStreamError(`Expected text/event-stream, but got ${type}: ${seen}`)
}

/** What a server says of a refused request may hold the key; what is shown of it may not. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < MIN_SECRET_LENGTH ? text : text.replaceAll(apiKey, '(key)')
}

/** Shorter ones are no secrets, and would be found in ordinary words. */
const MIN_SECRET_LENGTH = 12

export function parseJson(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Reads a body to its end as text. Throws BadStreamError beyond `maxBodyBytes`. */
export async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of bytes) {
    text += decoder.decode(part, { stream: true })
    if (text.length > maxBodyBytes) {
      throw new BadStreamError(`The body is longer than ${maxBodyBytes} bytes.`)
    }
  }
  return text + decoder.decode()
}
