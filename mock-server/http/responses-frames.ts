/** One answer of a WebSocket: its events as frames, its refusal as a frame, to the rest of the server a response. */
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import type { Sink } from '../engine/responses/run-log.ts'
import { closeExchange, type Exchange } from './exchange.ts'
import { createPacing } from './pacing.ts'

export interface FrameResponse extends ServerResponse {
  /** Called before a refusal is sent. */
  onRefused: (() => void) | undefined
}

/**
 * What an exchange asks of a response, of which there is one per message and not one per connection.
 * `over`: called when its last frame was sent.
 */
export function createFrameResponse(connection: WebSocket, over: () => void): FrameResponse {
  const response = Object.assign(new EventEmitter(), {
    statusCode: 0,
    headersSent: false,
    /** It never waits for its turn on the connection. */
    socket: connection,
    onRefused: undefined as (() => void) | undefined,
    writeHead(status: number) {
      response.statusCode = status
      response.headersSent = true
      return response
    },
    end(json?: string) {
      const { statusCode, onRefused } = response
      if (statusCode >= 400) onRefused?.()
      if (json !== undefined) {
        connection.send(statusCode >= 400 ? refusalFrame(statusCode, json) : json)
      }
      over()
      return response
    },
    destroy() {
      connection.close(1011)
      return response
    },
  })
  return response as unknown as FrameResponse
}

/** `json`: the body that the answer over HTTP would have. */
function refusalFrame(status: number, json: string): string {
  return JSON.stringify({ type: 'error', status, ...(JSON.parse(json) as object) })
}

export function errorFrame(error: ApiError): string {
  return refusalFrame(error.status, error.toBody())
}

/** What a reader that does not keep up may have waiting for it. */
const MAX_BUFFERED_BYTES = 65_536

/** `drained`: called when a frame has gone out. */
export function frameSink(
  exchange: Exchange,
  connection: WebSocket,
  dueMs: readonly number[],
  drained: () => void,
): Sink {
  const { provider, response, entry } = exchange
  const pacing = createPacing(exchange)
  return {
    isFull: () => connection.bufferedAmount > MAX_BUFFERED_BYTES,
    write({ data, tokens }, step) {
      if (!response.headersSent) response.writeHead(200)
      connection.send(data, drained)
      entry.done.bytes += Buffer.byteLength(data)
      if (tokens > 0) pacing.told(provider.clock.nowMs(), dueMs[step]!, tokens, step)
    },
    end() {
      closeExchange(exchange, 'ok')
      response.end()
    },
  }
}
