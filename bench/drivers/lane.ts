/**
 * One connection's worth of load: an autocannon client, watched and mended.
 *
 * autocannon 9 loses count where a connection ends at the wrong moment: the parser is not reset, the
 * pending request stays queued so that every later latency is wrong, and a FIN mid-stream is silent
 * (see test/integration/bench.test.ts). So every new connection passes through `reconnect`, which settles what was
 * in flight, retires the old socket and starts from a clean parser and queue.
 */
import { Socket } from 'node:net'
import { createExchange, type Ending, type Exchange } from '../exchange.ts'
import type { Request } from '../work/request.ts'
import type { DriverContext } from './driver.ts'

/** What is used of autocannon's client besides its events. */
export interface LaneClient {
  on(event: 'response', listener: () => void): unknown
  on(event: 'headers', listener: (head: Head) => void): unknown
  on(event: 'body', listener: (piece: Uint8Array) => void): unknown
  on(event: 'connError', listener: (error: NodeJS.ErrnoException) => void): unknown
  destroy(): void
  _connect(): void
  /** The bytes of the next request; called for each, right before they are written. */
  getRequestBuffer(): Buffer
  conn: Socket
  readonly parser: { execute(chunk: Uint8Array): unknown; reinitialize(type: string): void }
  readonly pipelinedRequests: { clear(): void; addBody(piece: Uint8Array): void }
  readonly reqsMade: number
  /** No request is sent once `reqsMade` has come to this; 0: no end. */
  responseMax: number
  /** 1: opens a new connection after the next response. */
  reconnectRate: number
}

interface Head {
  readonly statusCode: number
  readonly shouldKeepAlive: boolean
  /** Names and values by turns, as they came. */
  readonly headers: readonly string[]
}

export interface Lane {
  /** Connects and sends the first request, `delayMs` from now. */
  begin(delayMs: number): void
  readonly busy: boolean
  readonly opened: number
  drain(): void
  /** Settles the request in flight as timed out when no byte came for `idleMs`. */
  expire(idleMs: number): void
  stop(atMs: number): void
}

export interface LaneContext extends DriverContext {
  /** A whole request as it goes over the wire. */
  write(request: Request): Buffer
}

/** After a connection that could not be made, the next try waits, or a dead target would be hammered. */
const refusedDelayMs = 100

/** Call from autocannon's `setupClient`. Nothing is connected before `begin`. */
export function createLane(
  client: LaneClient,
  { clock, work, write, onSent, onContent, onSettled }: LaneContext,
): Lane {
  assertKnown(client)
  let exchange: Exchange | undefined
  let readAtMs = 0
  let lastByteAtMs = 0
  let opened = 0
  /** Requests made, with the one that is being written. */
  let made = 0
  let delayMs = 0
  let stage: 'waiting' | 'running' | 'draining' | 'stopped' = 'waiting'
  let cancelConnect: () => void = () => {}

  function settle(ending: Ending, atMs: number, detail?: string): void {
    if (!exchange) return
    const sample = exchange.ended(ending, atMs, detail)
    exchange = undefined
    if (sample.outcome === 'connect_error') delayMs = refusedDelayMs
    onSettled(sample, atMs)
  }

  // A socket that was never opened, so that autocannon has one to destroy before the first connect.
  client.conn = new Socket()
  const connect = client._connect.bind(client)
  client._connect = function reconnect() {
    if (stage === 'waiting') return
    settle('closed', clock.nowMs())
    retire(client.conn)
    client.pipelinedRequests.clear()
    client.parser.reinitialize('RESPONSE')
    client.reconnectRate = 0
    const waitMs = stage === 'running' ? delayMs : 0
    delayMs = 0
    if (waitMs > 0) cancelConnect = clock.after(waitMs, open)
    else open()
  }
  function open(): void {
    if (stage === 'running') {
      opened++
      connect()
    } else client.destroy()
  }

  // One stamp a read: all that is in it has arrived now.
  const execute = client.parser.execute.bind(client.parser)
  client.parser.execute = chunk => {
    readAtMs = clock.nowMs()
    lastByteAtMs = readAtMs
    exchange?.touched(readAtMs)
    const result = execute(chunk)
    if (result instanceof Error) {
      settle('garbled', readAtMs, `the response is not HTTP: ${result.message}`)
      client._connect()
    }
    return result
  }
  // autocannon would keep the whole body as text for hooks that are not used here.
  client.pipelinedRequests.addBody = () => {}

  // Stamped when all is built and the write is next; autocannon's own builder takes some 30 µs a request.
  client.getRequestBuffer = () => {
    const request = work.next()
    const bytes = write(request)
    if (stage === 'stopped') return bytes
    const sentAtMs = clock.nowMs()
    lastByteAtMs = sentAtMs
    made = client.reqsMade + 1
    const { scenario, reader } = request
    const index = onSent(sentAtMs)
    exchange = createExchange({ index, scenario, dueAtMs: undefined, sentAtMs }, reader)
    return bytes
  }
  client.on('headers', ({ statusCode, shouldKeepAlive, headers }) => {
    exchange?.headed(statusCode, requestIdOf(headers))
    // Without this the next request would be written to a connection that the server is closing.
    if (!shouldKeepAlive) client.reconnectRate = 1
  })
  client.on('body', piece => {
    const count = exchange?.fed(piece, readAtMs) ?? 0
    if (count > 0) onContent(readAtMs, count)
  })
  client.on('response', () => settle('complete', readAtMs))
  client.on('connError', error => {
    settle('broken', clock.nowMs(), error.code ?? error.message)
  })

  return {
    begin(startDelayMs) {
      if (stage !== 'waiting') return
      stage = 'running'
      delayMs = startDelayMs
      client._connect()
    },
    get busy() {
      return exchange !== undefined
    },
    get opened() {
      return opened
    },
    drain() {
      stage = 'draining'
      client.responseMax = made
    },
    expire(idleMs) {
      const nowMs = clock.nowMs()
      if (!exchange || nowMs - lastByteAtMs < idleMs) return
      settle('timeout', nowMs, `no byte for ${Math.round(idleMs)} ms`)
      client._connect()
    },
    stop(atMs) {
      stage = 'stopped'
      cancelConnect()
      settle('open', atMs)
      client.destroy()
    },
  }
}

function requestIdOf(headers: readonly string[]): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === 'x-request-id') return headers[i + 1]
  }
  return undefined
}

/** Takes autocannon's listeners off a socket that is done with, so that its late events reach nobody. */
function retire(socket: Socket): void {
  for (const event of ['data', 'end', 'error']) socket.removeAllListeners(event)
  // Whatever this socket has yet to report was settled before.
  socket.on('error', () => {})
  socket.destroy()
}

function assertKnown(client: LaneClient): void {
  const { parser, pipelinedRequests } = client
  for (const part of [
    client._connect,
    client.getRequestBuffer,
    parser?.execute,
    parser?.reinitialize,
    pipelinedRequests?.clear,
  ]) {
    if (typeof part !== 'function') {
      throw new Error('This autocannon is built differently from version 9; the bench needs 9.0.')
    }
  }
}
