/**
 * A short ASCII text to a socket, by one system call and now.
 *
 * `socket.write` goes through the stream machinery, whose state is cold memory at 2,000 streams; where
 * nothing is queued on a plain TCP socket, `fs.writeSync` on its descriptor does the same for less
 * (`npm run perf pace`). What the kernel does not take at once goes the usual way.
 */
import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

/** A socket's descriptor; undefined where there is none (Windows, TLS), and the usual way is taken. */
export function descriptorOf(socket: Socket): number | undefined {
  // Not part of Node's documented surface, and the only internal that is used: hence the checks.
  const fd = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd
  return typeof fd === 'number' && fd >= 0 && !('encrypted' in socket) ? fd : undefined
}

/** Returns false when the socket is full: the text is queued, and the next one should wait. */
export function writeNow(socket: Socket, fd: number | undefined, text: string): boolean {
  if (fd === undefined || socket.writableLength > 0 || socket.destroyed) {
    return socket.write(text, 'latin1')
  }
  let written = 0
  try {
    written = writeSync(fd, text, null, 'latin1')
  } catch {
    // Full, or gone: the usual way waits for the one, and reports the other as the socket's error.
  }
  return written === text.length || socket.write(text.slice(written), 'latin1')
}
