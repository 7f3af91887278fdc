/**
 * A token's event to its socket, by one system call and now.
 *
 * The event is put together in one buffer that all streams share and handed to `fs.writeSync` on the
 * socket's descriptor: nothing is allocated, and the stream machinery, whose state is cold memory at
 * 2,000 streams, is not touched (`npm run perf pace`). That is only done where nothing is queued on the
 * socket; what the kernel does not take at once goes the usual way.
 */
import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

const scratch = Buffer.allocUnsafeSlow(8192)
export const maxEventBytes = scratch.length

/** A socket's descriptor; undefined where there is none (Windows, TLS), and the usual way is taken. */
export function descriptorOf(socket: Socket): number | undefined {
  // Not part of Node's documented surface, as is what answer-now.ts uses and nothing else: hence the checks.
  const fd = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd
  return typeof fd === 'number' && fd >= 0 && !('encrypted' in socket) ? fd : undefined
}

/**
 * Writes the five parts end to end, together at most `maxEventBytes`.
 * Returns false when the socket is full: what is left is queued, and the next event should wait.
 */
export function writeNow(
  socket: Socket,
  fd: number | undefined,
  before: Uint8Array,
  id: Uint8Array,
  middle: Uint8Array,
  token: Uint8Array,
  after: Uint8Array,
): boolean {
  let length = before.length
  scratch.set(before, 0)
  scratch.set(id, length)
  length += id.length
  scratch.set(middle, length)
  length += middle.length
  scratch.set(token, length)
  length += token.length
  scratch.set(after, length)
  return send(socket, fd, length + after.length)
}

/** The same for a text, of any length. */
export function writeTextNow(socket: Socket, fd: number | undefined, text: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 > maxEventBytes) return socket.write(text)
  return send(socket, fd, scratch.write(text))
}

/** Sends the first `length` bytes of the scratch buffer. */
function send(socket: Socket, fd: number | undefined, length: number): boolean {
  let written = 0
  if (fd !== undefined && socket.writableLength === 0 && !socket.destroyed) {
    try {
      written = writeSync(fd, scratch, 0, length)
    } catch {
      // Full, or gone: the usual way waits for the one, and reports the other as the socket's error.
    }
    if (written === length) return true
  }
  return socket.write(Buffer.from(scratch.subarray(written, length)))
}
