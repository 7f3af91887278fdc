/**
 * What a connection may do before it is a request: how long its head may take and be, how long its body may take.
 * What goes beyond is answered in the API's own shape and closed, where Node would send a bare status line.
 */
import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import {
  brokenRequest,
  headersTooLarge,
  requestTooSlow,
  urlTooLong,
} from '../../protocol/errors/http.ts'

export const connectionBounds = {
  /** All headers with the request line. */
  maxHeaderSize: 16_384,
  headersTimeout: 30_000,
  /** The whole request: a slow line may well take this long for a large file. */
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5000,
  /** Clients reuse a connection after a pause; one closed at that moment would be a reset to them. */
  keepAliveTimeout: 75_000,
} satisfies ServerOptions

export const maxUrlLength = 8192
export const maxHeaders = 256

/** What of a request that was parsed goes beyond; undefined: nothing. */
export function excessOf({ url = '', rawHeaders }: IncomingMessage): ApiError | undefined {
  if (url.length > maxUrlLength) return urlTooLong(maxUrlLength)
  if (rawHeaders.length > 2 * maxHeaders) return headersTooLarge(maxHeaders, 'headers')
  return undefined
}

/** Answers what is no request at all, in words. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // A status line in the middle of another answer would be read as part of it.
    const { _httpMessage: isAnswering, bytesRead } = socket as Duplex & Connection
    // A connection that was opened ahead of its first request has asked for no answer.
    const isSilent = bytesRead === 0
    if (!socket.writable || isSilent || isAnswering) socket.destroy()
    else socket.end(rawAnswer(refusalOf(error)), () => socket.destroy())
  })
}

interface Connection {
  readonly bytesRead?: number
  /** The response that is being written; not part of Node's documented surface. */
  readonly _httpMessage?: unknown
}

function refusalOf(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): ApiError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTooSlow()
  if (error.code !== 'HPE_HEADER_OVERFLOW') return brokenRequest()
  const firstLine = error.rawPacket?.indexOf('\n') ?? 0
  const isUrl = firstLine < 0 || firstLine > maxUrlLength
  return isUrl ? urlTooLong(maxUrlLength) : headersTooLarge(connectionBounds.maxHeaderSize, 'bytes')
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
}

function rawAnswer(error: ApiError): string {
  const body = error.toBody()
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_TEXT[error.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
