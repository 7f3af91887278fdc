/** The last events of a run, as they stand on the wire: bounded, and read from any place that is still there. */

export interface EventBuffer {
  /** The id of the newest event; ids count from 1. */
  readonly lastId: number
  /** The id of the oldest event that is still there; `lastId` + 1 when none is. */
  readonly firstId: number
  /** `data` is written as JSON, which has no line end in it. */
  append(type: string, data: object): void
  /** Whether nothing between event `id` and now was dropped. */
  reaches(id: number): boolean
  /** Events after `id`, up to about `maxLength` characters of them; undefined: there are none, or they are lost. */
  read(
    id: number,
    maxLength: number,
  ): { readonly text: string; readonly lastId: number } | undefined
}

/** What keeping an event takes besides its text. */
const OVERHEAD_BYTES = 64
const COMPACT_FROM = 512

/** The newest event is always kept, however long it is. */
export function createEventBuffer(maxBytes: number): EventBuffer {
  /** From `start` on; what is before it was dropped. */
  let events: string[] = []
  let start = 0
  let lastId = 0
  let bytes = 0

  const bytesOf = (text: string) => Buffer.byteLength(text) + OVERHEAD_BYTES
  const firstId = () => lastId - (events.length - start) + 1

  function drop(): void {
    bytes -= bytesOf(events[start]!)
    events[start++] = ''
    if (start < COMPACT_FROM || start * 2 < events.length) return
    events = events.slice(start)
    start = 0
  }

  return {
    get lastId() {
      return lastId
    },
    get firstId() {
      return firstId()
    },
    append(type, data) {
      const text = `id: ${++lastId}\n${eventText(type, data)}`
      events.push(text)
      bytes += bytesOf(text)
      while (bytes > maxBytes && events.length - start > 1) drop()
    },
    reaches: id => id >= firstId() - 1,
    read(id, maxLength) {
      if (id >= lastId || id < firstId() - 1) return undefined
      let text = ''
      let at = start + (id + 1 - firstId())
      do text += events[at++]
      while (at < events.length && text.length < maxLength)
      return { text, lastId: lastId - (events.length - at) }
    },
  }
}

/** Without an id, so that a reader's place stays where it is. */
export function eventText(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
