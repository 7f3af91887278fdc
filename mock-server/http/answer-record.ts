/** An answer that is written down while it is sent: its status, its headers, its body before HTTP frames it. */
import type { ServerResponse } from 'node:http'

export interface AnswerRecord {
  /** All that was sent; undefined: nothing was, or more than is kept. */
  taken(): { status: number; headers: readonly string[]; body: Uint8Array } | undefined
}

/** To be called before anything is sent, all of it by `writeHead`, `write` and `end`. */
export function recordAnswer(response: ServerResponse, maxBytes: number): AnswerRecord {
  const { writeHead, write, end } = response
  let head: { status: number; headers: readonly string[] } | undefined
  let parts: Uint8Array[] = []
  let bytes = 0

  function take(chunk: unknown, encoding: unknown): void {
    if (chunk === undefined || bytes > maxBytes) return
    const part =
      typeof chunk === 'string'
        ? Buffer.from(chunk, encoding as BufferEncoding | undefined)
        : (chunk as Uint8Array)
    bytes += part.length
    if (bytes > maxBytes) parts = []
    else parts.push(part)
  }

  Object.assign(response, {
    writeHead(status: number, headers: string[]) {
      head = { status, headers: [...headers] }
      return writeHead.call(response, status, headers)
    },
    write(chunk: unknown, encoding?: BufferEncoding) {
      take(chunk, encoding)
      return Reflect.apply(write, response, [chunk, encoding])
    },
    end(chunk?: unknown, encoding?: BufferEncoding) {
      take(chunk, encoding)
      return Reflect.apply(end, response, [chunk, encoding])
    },
  })
  return {
    taken: () => (head && bytes <= maxBytes ? { ...head, body: Buffer.concat(parts) } : undefined),
  }
}
