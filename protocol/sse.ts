/**
 * Server-sent events: writing them, and reading them from bytes as they arrive.
 * WHATWG HTML §9.2 "Server-sent events". Lines end in LF, CRLF or CR and nothing else.
 */

export const doneEvent = 'data: [DONE]\n\n'

/** One event with `data` on a single line; JSON never holds a bare newline. */
export function dataEvent(json: string): string {
  return `data: ${json}\n\n`
}

export interface SseEvent {
  /** The `event:` field, '' when there was none. */
  readonly event: string
  /** The `data:` lines joined with LF. */
  readonly data: string
}

export class SseLineTooLong extends Error {
  override readonly name = 'SseLineTooLong'
  readonly maxBytes: number
  constructor(maxBytes: number) {
    super(`A line of the event stream is longer than ${maxBytes} bytes.`)
    this.maxBytes = maxBytes
  }
}

const LF = 10
const CR = 13
/** How servers begin the one line of an event. */
const DATA = Buffer.from('data: ')
const NOTHING: Buffer = Buffer.alloc(0)

export interface SseReader {
  feed(chunk: Uint8Array): void
  /** Whether nothing is begun: the next byte is the first of an event. */
  readonly isBetween: boolean
  /** Forgets what is begun: another stream follows. */
  reset(): void
}

/**
 * A reader of events from byte chunks cut anywhere, also inside a character or a CRLF.
 * An event is given out when its blank line has arrived; the rest of a stream cut before that is dropped.
 * Throws SseLineTooLong when a line or an event outgrows `maxBytes`; the reader is then of no more use.
 */
export function createSseReader(
  onEvent: (event: SseEvent) => void,
  { maxBytes = 16 * 1024 * 1024 }: { maxBytes?: number } = {},
): SseReader {
  let rest = NOTHING
  /** How far `rest` is known to hold no line end. */
  let searched = 0
  let skipLf = false
  let atStart = true
  let event = ''
  let data: string | undefined

  function takeLine(line: string): void {
    if (atStart) {
      atStart = false
      if (line.startsWith('\ufeff')) line = line.slice(1)
    }
    if (line === '') {
      if (data !== undefined) onEvent({ event, data })
      event = ''
      data = undefined
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      data = data === undefined ? value : `${data}\n${value}`
      if (data.length > maxBytes) throw new SseLineTooLong(maxBytes)
    } else if (field === 'event') event = value
  }

  const isBetween = () => rest.length === 0 && data === undefined && event === '' && !skipLf

  /** Whether nothing is begun, and the bytes are one event of one line and nothing else. */
  function isOneEvent(bytes: Buffer): boolean {
    const end = bytes.length - 2
    return (
      end > DATA.length &&
      isBetween() &&
      bytes[end + 1] === LF &&
      bytes.indexOf(LF) === end &&
      bytes.indexOf(CR) < 0 &&
      DATA.compare(bytes, 0, DATA.length) === 0
    )
  }

  return {
    get isBetween() {
      return isBetween()
    },
    reset() {
      rest = NOTHING
      searched = 0
      skipLf = false
      atStart = true
      event = ''
      data = undefined
    },
    feed(chunk) {
      let bytes: Buffer = Buffer.isBuffer(chunk)
        ? chunk
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      // What servers send nearly always: half the time of going line by line.
      if (isOneEvent(bytes)) {
        atStart = false
        onEvent({ event: '', data: bytes.toString('utf8', DATA.length, bytes.length - 2) })
        return
      }
      if (rest.length > 0) bytes = Buffer.concat([rest, bytes])
      let start = 0
      let nextCr = bytes.indexOf(CR, searched)
      for (;;) {
        if (skipLf && start < bytes.length) {
          if (bytes[start] === LF) start++
          skipLf = false
        }
        const from = Math.max(start, searched)
        const lf = bytes.indexOf(LF, from)
        if (nextCr >= 0 && nextCr < from) nextCr = bytes.indexOf(CR, from)
        const end = nextCr < 0 ? lf : lf < 0 ? nextCr : Math.min(lf, nextCr)
        if (end < 0) break
        takeLine(bytes.toString('utf8', start, end))
        skipLf = end === nextCr
        start = end + 1
      }
      // Copied, so that the rest does not keep a whole network buffer alive.
      rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : NOTHING
      searched = rest.length
      if (rest.length > maxBytes) throw new SseLineTooLong(maxBytes)
    },
  }
}
