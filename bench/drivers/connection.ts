/**
 * One connection of ours, a request at a time. An HTTP client of the usual kind waits a turn of the event loop
 * before it writes on a connection that was used before; here the write is made when it is asked for.
 */
import { isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import type { Ending } from '../exchange.ts'
import { openSocket } from './quick-socket.ts'
import { ResponseReader } from './response.ts'

export interface Target {
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

/** Told of one request; every stamp says when the bytes had come, which may be before they are read. */
export interface ConnectionListener {
  touched(atMs: number): void
  headed(status: number, requestId: string | undefined): void
  /** A piece of the body, `bytes` from `from` to `to`; the memory is used again when this returns. */
  fed(bytes: Buffer, from: number, to: number): void
  /** Once, and the last. */
  ended(ending: Ending, atMs: number, detail?: string): void
}

export interface Connection {
  /** Writes now, which is `atMs`, or as soon as it is connected. The request before must have ended. */
  send(bytes: Buffer, atMs: number, listener: ConnectionListener): void
  /** Another request may be sent. */
  readonly isFree: boolean
  /** When its last request ended. */
  readonly freeSinceMs: number
  /** Tells its listener nothing more. */
  close(): void
}

export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url)
  const isSecure = protocol === 'https:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isSecure ? 443 : 80),
    isSecure,
  }
}

export function openConnection(target: Target, clock: Clock): Connection {
  let listener: ConnectionListener | undefined
  let isOpen = true
  let keepsAlive = true
  /** When a request was sent, or bytes came last. */
  let lastAtMs = 0
  let freeSinceMs = 0

  const response = new ResponseReader({
    headed(head) {
      keepsAlive = head.keepsAlive
      listener?.headed(head.status, head.requestId)
    },
    fed: (bytes, from, to) => listener?.fed(bytes, from, to),
    completed: () => end('complete', lastAtMs),
  })

  function end(ending: Ending, atMs: number, detail?: string): void {
    const told = listener
    listener = undefined
    freeSinceMs = atMs
    if (ending !== 'complete' || !keepsAlive) close()
    told?.ended(ending, atMs, detail)
  }

  /** One stamp a read: all that is in it had come by then, and not before it was asked for. */
  function read(bytes: Buffer, length: number, atMs: number): void {
    if (!isOpen) return
    lastAtMs = Math.max(atMs, lastAtMs)
    listener?.touched(lastAtMs)
    const wrong = response.feed(bytes, length)
    if (wrong !== undefined) end('garbled', lastAtMs, `the response is not HTTP: ${wrong}`)
  }

  function close(): void {
    isOpen = false
    listener = undefined
    socket.destroy()
  }

  const socket = target.isSecure
    ? openSecurely(target, bytes => read(bytes, bytes.length, clock.nowMs()))
    : openSocket(target.host, target.port, clock, read)
  socket.on('end', () => {
    lastAtMs = clock.nowMs()
    response.closed()
    if (isOpen) end('closed', lastAtMs)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (isOpen) end('broken', clock.nowMs(), error.code ?? error.message)
  })

  return {
    send(bytes, atMs, next) {
      listener = next
      lastAtMs = atMs
      socket.write(bytes)
    },
    get isFree() {
      return isOpen && listener === undefined
    },
    get freeSinceMs() {
      return freeSinceMs
    },
    close,
  }
}

/** The server's certificate is checked. */
function openSecurely({ host, port }: Target, onBytes: (bytes: Buffer) => void): Socket {
  const servername = isIP(host) ? '' : host
  const socket = connectSecurely({ host, port, servername, ALPNProtocols: ['http/1.1'] })
  return socket.setNoDelay(true).on('data', onBytes)
}
