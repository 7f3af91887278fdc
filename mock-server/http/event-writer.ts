/** Server-sent events after a response's headers, framed as HTTP chunks, one write an event. */
import type { Socket } from 'node:net'
import { dataEvent } from '../../protocol/sse.ts'

export interface EventWriter {
  /** True while the client reads slower than it is written to. */
  readonly full: boolean
  /** One event with this JSON as its data. */
  write(json: string): void
  writeEvent(event: string): void
  /** An event that is framed already (see frameSize) and plain ASCII. */
  writeFramed(bytes: string): void
}

/** The HTTP chunk header of an event of `length` bytes; CRLF follows the event. */
export function frameSize(length: number): string {
  return `${length.toString(16)}\r\n`
}

/**
 * Writes straight to the socket of a response that owns it: `response.write` would frame each event in
 * three writes and cost more than the event's own system call.
 */
export function createEventWriter(socket: Socket): EventWriter {
  let full = false

  function send(bytes: string, encoding: 'latin1' | 'utf8'): void {
    full = !socket.write(bytes, encoding)
  }
  function writeEvent(event: string): void {
    const length = Buffer.byteLength(event)
    send(`${frameSize(length)}${event}\r\n`, length === event.length ? 'latin1' : 'utf8')
  }

  return {
    get full() {
      full &&= socket.writableNeedDrain
      return full
    },
    write: json => writeEvent(dataEvent(json)),
    writeEvent,
    writeFramed: bytes => send(bytes, 'latin1'),
  }
}
