/** Server-sent events to a response whose headers are out, framed as HTTP chunks, one write an event. */
import type { ServerResponse } from 'node:http'
import { dataEvent } from '../../protocol/sse.ts'

export interface EventWriter {
  /** True while the client reads slower than it is written to. */
  readonly full: boolean
  write(json: string): void
  writeEvent(event: string): void
  /** The bytes around a text of `length` ASCII characters in an event `before + text + after`. */
  frame(before: string, length: number, after: string): EventFrame
  writeFramed(frame: EventFrame, text: string): void
}

export interface EventFrame {
  readonly before: string
  readonly after: string
}

/**
 * Writes straight to the socket. Where the response does not own its socket yet (HTTP pipelining), the
 * response itself is written to.
 */
export function createEventWriter(response: ServerResponse): EventWriter {
  const { socket } = response
  if (!socket) {
    const writeEvent = (event: string): void => void response.write(event)
    return {
      get full() {
        return response.writableNeedDrain
      },
      write: json => writeEvent(dataEvent(json)),
      writeEvent,
      frame: (before, _, after) => ({ before: `data: ${before}`, after: `${after}\n\n` }),
      writeFramed: ({ before, after }, text) => writeEvent(before + text + after),
    }
  }

  let full = false
  function send(bytes: string, encoding: 'latin1' | 'utf8'): void {
    full = !socket!.write(bytes, encoding)
  }
  function writeEvent(event: string): void {
    const length = Buffer.byteLength(event)
    send(`${length.toString(16)}\r\n${event}\r\n`, length === event.length ? 'latin1' : 'utf8')
  }

  return {
    get full() {
      full &&= socket.writableNeedDrain
      return full
    },
    write: json => writeEvent(dataEvent(json)),
    writeEvent,
    frame(before, length, after) {
      const size = 'data: '.length + before.length + length + after.length + 2
      return { before: `${size.toString(16)}\r\ndata: ${before}`, after: `${after}\n\n\r\n` }
    },
    writeFramed({ before, after }, text) {
      send(before + text + after, 'latin1')
    },
  }
}
