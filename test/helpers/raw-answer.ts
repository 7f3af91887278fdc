/** One request on a bare socket, and all that came back: bytes, times, how the connection ended. */
import { connect } from 'node:net'

export interface RawAnswer {
  /** Undefined: not a byte came. */
  readonly status: number | undefined
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** What came after the headers, HTTP chunks taken apart. */
  readonly body: Buffer
  /** The HTTP chunks in order, and when each came, ms from the request; undefined: it was not chunked. */
  readonly chunks: readonly { readonly bytes: Buffer; readonly atMs: number }[] | undefined
  /** Whether the empty chunk came that ends a chunked body. */
  readonly hasLastChunk: boolean
  /** `open`: it was open still when `waitMs` had passed without a byte. */
  readonly end: 'open' | 'closed' | 'reset' | 'refused'
  /** When the headers came, and when the last byte did, ms from the request. */
  readonly headersAtMs: number
  readonly lastAtMs: number
}

/** `text`: as it is sent. `waitMs`: how long a silence lasts that is waited for no longer; `isWhole` ends it before. */
export function askRaw(
  port: number,
  text: string,
  {
    waitMs = 10_000,
    isWhole = wholeAnswer,
  }: { waitMs?: number; isWhole?: typeof wholeAnswer } = {},
): Promise<RawAnswer> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const parts: { bytes: Buffer; atMs: number }[] = []
    const startMs = performance.now()
    let end: RawAnswer['end'] = 'open'
    const giveUp = () => socket.destroy()
    let timer = setTimeout(giveUp, waitMs)
    socket.on('connect', () => socket.write(text))
    socket.on('data', bytes => {
      parts.push({ bytes, atMs: performance.now() - startMs })
      clearTimeout(timer)
      if (isWhole(read(parts, end))) giveUp()
      else timer = setTimeout(giveUp, waitMs)
    })
    socket.on('end', () => {
      end = 'closed'
    })
    socket.on('error', error => {
      end = ENDS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'closed'
    })
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(read(parts, end))
    })
  })
}

const ENDS: Readonly<Record<string, RawAnswer['end']>> = {
  ECONNRESET: 'reset',
  ECONNREFUSED: 'refused',
}

/** Whether nothing more belongs to it. */
export function wholeAnswer({ hasLastChunk, headers, body }: RawAnswer): boolean {
  return (
    hasLastChunk || body.length >= Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
  )
}

function read(parts: readonly { bytes: Buffer; atMs: number }[], end: RawAnswer['end']): RawAnswer {
  const all = Buffer.concat(parts.map(({ bytes }) => bytes))
  const headEnd = all.indexOf('\r\n\r\n')
  const head = (headEnd < 0 ? '' : all.toString('latin1', 0, headEnd)).split('\r\n')
  const headers = Object.fromEntries(
    head.slice(1).map(line => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
    }),
  )
  /** When the byte at this place came. */
  function timeAt(place: number): number {
    let before = 0
    for (const { bytes, atMs } of parts) {
      before += bytes.length
      if (place < before) return atMs
    }
    return parts.at(-1)?.atMs ?? 0
  }
  const bodyStart = headEnd < 0 ? all.length : headEnd + 4
  const isChunked = headers['transfer-encoding'] === 'chunked'
  const chunks: { bytes: Buffer; atMs: number }[] = []
  let hasLastChunk = false
  for (let place = bodyStart; isChunked; ) {
    const lineEnd = all.indexOf('\r\n', place)
    if (lineEnd < 0) break
    const size = Number.parseInt(all.toString('latin1', place, lineEnd), 16)
    const start = lineEnd + 2
    if (size === 0) hasLastChunk = true
    if (size === 0 || all.length < start + size + 2) break
    chunks.push({ bytes: all.subarray(start, start + size), atMs: timeAt(start + size - 1) })
    place = start + size + 2
  }
  return {
    status: head[0] ? Number(head[0].split(' ')[1]) : undefined,
    headers,
    body: isChunked ? Buffer.concat(chunks.map(({ bytes }) => bytes)) : all.subarray(bodyStart),
    chunks: isChunked ? chunks : undefined,
    hasLastChunk,
    end,
    headersAtMs: headEnd < 0 ? 0 : timeAt(headEnd + 3),
    lastAtMs: parts.at(-1)?.atMs ?? 0,
  }
}
