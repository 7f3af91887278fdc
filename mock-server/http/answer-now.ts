/**
 * A whole answer, head and body, to its socket by one write and now.
 *
 * `writeHead` looks through every name and value for what may not stand in a header, and `end` writes once more,
 * of nothing. Here the head is put together from what is known to be sound: 5 µs of 46 a request, the client's in
 * it. What Node adds to a head stands here as Node writes it; it takes the answer for one of its own.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import { systemClock } from '../../base/clock.ts'
import { connectionBounds } from './bounds.ts'

/** What a response knows of its own head; not part of Node's documented surface, hence the check. */
interface Inside {
  _header?: string | null
  _headerSent?: boolean
}

/**
 * `headers`: names and values, the length among them, none of them the connection's and none with a line end.
 * Returns false, and has done nothing, where the usual way must be taken: the connection is to be closed, its
 * socket is another response's for now, or Node is built differently.
 */
export function answerNow(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  body: string,
  encoding: 'latin1' | 'utf8',
): boolean {
  const socket: unknown = response.socket
  const inside = response as unknown as Inside
  if (!(socket instanceof Socket) || !response.shouldKeepAlive) return false
  if (inside._header !== null || inside._headerSent !== false) return false
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  head += `Date: ${dateNow()}\r\n${LASTING}`
  response.statusCode = status
  inside._header = head
  inside._headerSent = true
  socket.write(head + body, encoding)
  response.end()
  return true
}

const { keepAliveTimeout } = connectionBounds
const LASTING = `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveTimeout / 1000}\r\n\r\n`

let date = ''
let dateUntilMs = 0

/** Made once a second. */
function dateNow(): string {
  const wallMs = systemClock.wallMs()
  if (wallMs >= dateUntilMs || wallMs < dateUntilMs - 1000) {
    dateUntilMs = wallMs - (wallMs % 1000) + 1000
    date = new Date(wallMs).toUTCString()
  }
  return date
}
