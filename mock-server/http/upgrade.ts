/**
 * Requests that ask for another protocol: WebSocket goes its own way, any other wish is passed over.
 *
 * A server that listens for `upgrade` is handed every such request by Node, also those that RFC 9110 §7.8 lets it
 * ignore: Java's own client asks for `h2c` with each first request.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** `webSocket`: takes over the connection, or refuses it. */
export function handleUpgrades(server: Server, webSocket: UpgradeHandler): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node has taken its own listener off: without one, a client's reset would end the process.
    socket.on('error', () => socket.destroy())
    if (request.headers.upgrade?.toLowerCase() === 'websocket') webSocket(request, socket, head)
    else readAgain(server, request, { socket, head })
  })
}

/** Has the request parsed once more, without its wish. */
function readAgain(
  server: Server,
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): void {
  const { method, url, httpVersion, rawHeaders } = request
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (!WISHES.has(name.toLowerCase())) text += `${name}: ${rawHeaders[i + 1]}\r\n`
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]))
  // What is encrypted is read by the listener of its own event; the other would shake hands again.
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}

const WISHES = new Set(['upgrade', 'http2-settings', 'connection'])
