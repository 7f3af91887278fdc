/** An answer's head on its way before there is a body. */
import type { ServerResponse } from 'node:http'

const NOTHING = Buffer.alloc(0)

/**
 * Sends status and headers (names and values) now, as the Latin-1 that HTTP/1.1 has them in. A plain
 * `flushHeaders` writes them as UTF-8, which makes two bytes of each beyond ASCII.
 */
export function sendHead(response: ServerResponse, status: number, headers: string[]): void {
  response.writeHead(status, headers)
  response.write(NOTHING)
}
