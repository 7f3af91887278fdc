/**
 * One connection's worth of load: an autocannon client, watched and mended.
 *
 * autocannon 9 loses count where a connection ends at the wrong moment: the parser is not reset, the
 * pending request stays queued so that every later latency is wrong, and a FIN mid-stream is silent
 * (see test/integration/bench.test.ts). So every new connection passes through `reconnect`, which settles what was
 * in flight, retires the old socket and starts from a clean reader and queue. What comes is read by a reader of
 * ours, which makes less of each read: see response.ts and quick-socket.ts.
 */
import { Socket } from 'node:net'
import { type Ending, Exchange } from '../exchange.ts'
import type { Request } from '../work/request.ts'
import type { DriverContext } from './driver.ts'
import { openSocket } from './quick-socket.ts'
import { ResponseReader } from './response.ts'

/** What is used of autocannon's client. */
export interface LaneClient {
  on(event: 'connError', listener: (error: NodeJS.ErrnoException) => void): unknown
  emit(event: 'connError', error: Error): unknown
  destroy(): void
  /** Opens a connection and sends on it. */
  _connect(): void
  /** Sends the next request on the connection there is. */
  _doRequest(): void
  /** The bytes of the next request; called for each, right before they are written. */
  getRequestBuffer(): Buffer
  conn: Socket
  parser: { execute(chunk: Buffer): void }
  readonly pipelinedRequests: { clear(): void }
  readonly opts: { readonly hostname: string; readonly port: number }
  readonly secure: boolean
  readonly reqsMade: number
  readonly destroyed: boolean
  /** No request is sent once `reqsMade` has come to this; 0: no end. */
  responseMax: number
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
  { clock, work, write, turn, onSent, onContent, onSettled }: LaneContext,
): Lane {
  assertKnown(client)
  const exchange = new Exchange()
  /** A request is in flight. */
  let isBusy = false
  let opened = 0
  /** Requests made, with the one that is being written. */
  let made = 0
  let delayMs = 0
  let stage: 'waiting' | 'running' | 'draining' | 'stopped' = 'waiting'
  let cancelConnect: () => void = () => {}

  function settle(ending: Ending, atMs: number, detail?: string): void {
    if (!isBusy) return
    isBusy = false
    const sample = exchange.ended(ending, atMs, detail)
    if (sample.outcome === 'connect_error') delayMs = refusedDelayMs
    onSettled(sample, atMs)
  }

  let keepsAlive = true
  const response = new ResponseReader({
    headed(head) {
      keepsAlive = head.keepsAlive
      if (isBusy) exchange.headed(head.status, head.requestId)
    },
    fed(bytes, from, to) {
      const count = isBusy ? exchange.fed(bytes, from, to) : 0
      if (count > 0) onContent(exchange.lastAtMs, count)
    },
    completed() {
      settle('complete', exchange.lastAtMs)
      client.pipelinedRequests.clear()
      if (client.destroyed) return
      // Else the next request would be written to a connection that the server is closing.
      if (keepsAlive) client._doRequest()
      else client._connect()
    },
  })

  /** One stamp a read: all that is in it had come by then. */
  function readBytes(bytes: Buffer, length: number, atMs: number): void {
    if (isBusy) exchange.touched(atMs)
    const wrong = response.feed(bytes, length)
    if (wrong === undefined) return
    settle('garbled', exchange.lastAtMs, `the response is not HTTP: ${wrong}`)
    client._connect()
  }
  client.parser = { execute: bytes => readBytes(bytes, bytes.length, clock.nowMs()) }

  // A socket that was never opened, so that autocannon has one to destroy before the first connect.
  client.conn = new Socket()
  const connectSecurely = client._connect.bind(client)
  client._connect = function reconnect() {
    if (stage === 'waiting') return
    response.closed()
    settle('closed', clock.nowMs())
    retire(client.conn)
    client.pipelinedRequests.clear()
    response.reset()
    const waitMs = stage === 'running' ? delayMs : 0
    delayMs = 0
    if (waitMs > 0) cancelConnect = clock.after(waitMs, open)
    else open()
  }
  function open(): void {
    if (stage !== 'running') {
      client.destroy()
      return
    }
    opened++
    if (client.secure) connectSecurely()
    else connectPlainly()
  }
  function connectPlainly(): void {
    const { hostname: host, port } = client.opts
    const socket = openSocket(host, port, clock, readBytes)
    client.conn = socket
    socket.on('error', error => {
      if (!isBusy) delayMs = refusedDelayMs
      client.emit('connError', error)
      if (!client.destroyed) client._connect()
    })
    socket.on('end', () => {
      if (!client.destroyed) client._connect()
    })
    client._doRequest()
  }

  if (turn) {
    const send = client._doRequest.bind(client)
    client._doRequest = () => {
      const { conn } = client
      turn.enter(() => {
        // Whoever waits on a connection that was closed meanwhile has come again with a new one.
        const isSound = stage === 'running' && !client.destroyed && conn === client.conn
        if (isSound) send()
        return isSound
      })
    }
  }

  // Stamped when all is built and the write is next; autocannon's own builder takes some 30 µs a request.
  client.getRequestBuffer = () => {
    const request = work.next()
    const bytes = write(request)
    if (stage === 'stopped') return bytes
    const sentAtMs = clock.nowMs()
    made = client.reqsMade + 1
    const { scenario, reader } = request
    const index = onSent(sentAtMs)
    exchange.begin({ index, scenario, dueAtMs: undefined, sentAtMs }, reader, request)
    isBusy = true
    return bytes
  }
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
      return isBusy
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
      if (!isBusy || nowMs - exchange.lastAtMs < idleMs) return
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

/** Takes autocannon's listeners off a socket that is done with, so that its late events reach nobody. */
function retire(socket: Socket): void {
  for (const event of ['data', 'end', 'error']) socket.removeAllListeners(event)
  // Whatever this socket has yet to report was settled before.
  socket.on('error', () => {})
  socket.destroy()
}

function assertKnown({ _connect, _doRequest, getRequestBuffer, pipelinedRequests }: LaneClient) {
  for (const part of [_connect, _doRequest, getRequestBuffer, pipelinedRequests?.clear]) {
    if (typeof part !== 'function') {
      throw new Error('This autocannon is built differently from version 9; the bench needs 9.0.')
    }
  }
}
