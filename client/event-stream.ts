/**
 * The events of a chat stream from bytes cut anywhere: the JSON text of each chunk, up to [DONE].
 *
 * Both transports read through here, so that what servers get wrong is put right once: events without
 * data, pings, an `event: error` that is flat, a last event without its blank line, and a socket that
 * stays open after [DONE].
 */
import { StringDecoder } from 'node:string_decoder'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Clock } from '../base/clock.ts'
import { readWireError } from '../protocol/read-chunk.ts'
import { isTerminalEvent } from '../protocol/read-response.ts'
import { BadStreamError, parseJson } from './transport.ts'

export interface ByteSource {
  readonly bytes: AsyncIterable<Uint8Array>
  /** Ends the source at once, with its socket. */
  cancel(): void
}

/** Characters of one event. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024
/** How long the socket may take to end after [DONE] before it is closed rather than kept for reuse. */
const LINGER_MS = 1000

/**
 * What `give` makes of the chunks of each read together: a promise a token would be half of what a token costs. Ends
 * at [DONE] or at the end of the bytes. Throws BadStreamError, or what the source throws.
 */
export async function* eventReads<T>(
  source: ByteSource,
  clock: Clock,
  give: (texts: readonly string[]) => T,
): AsyncGenerator<T> {
  let texts: string[] | undefined
  let isDone = false
  let broken: BadStreamError | undefined
  let isEnding = false
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent(message) {
      if (isDone) return
      const text = chunkText(message)
      // Nothing follows a response's last event, whose name alone tells it: a chat's chunks have none.
      isDone = message.event !== undefined && isTerminalEvent(message.event)
      if (text === DONE) isDone = true
      else if (text === undefined || (isEnding && parseJson(text) === undefined)) return
      // A list made with one text has room for one: what comes alone stays until the next comes.
      else if (texts) texts.push(text)
      else texts = [text]
    },
    onError(error) {
      if (error.type !== 'max-buffer-size-exceeded') return
      const message = `An event is longer than ${MAX_EVENT_LENGTH} characters.`
      broken = new BadStreamError(message, { cause: error })
    },
  })
  // Reads as TextDecoder does, at an eighth of its price, and what is ASCII takes half the memory.
  const decoder = new StringDecoder('utf8')
  const reader = source.bytes[Symbol.asyncIterator]()
  let isFirst = true
  let isOver = false
  try {
    while (!isOver) {
      const { value, done } = await reader.next()
      isEnding = isOver = done === true
      // The blank line lets a last event through that lacks its own; cut JSON is dropped above.
      let text = isOver ? `${decoder.end()}\n\n` : decoder.write(value)
      if (isFirst && text !== '') {
        isFirst = false
        if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1)
      }
      parser.feed(text)
      const ready = texts
      texts = undefined
      if (ready) yield give(ready)
      if (broken) throw broken
      if (isDone) {
        if (!isOver) linger(reader, source, clock)
        isOver = true
      }
    }
  } finally {
    if (!isOver) source.cancel()
  }
}

const DONE = '[DONE]'
const BYTE_ORDER_MARK = '\ufeff'

/** The chunk's JSON, `[DONE]`, or undefined for an event that is no chunk. */
function chunkText({ event, data }: EventSourceMessage): string | undefined {
  if (data.startsWith(DONE)) return DONE
  if (data.trim() === '') return undefined
  if (event === undefined || event === 'message') return data
  if (event === 'error') return errorText(data)
  // Named events are a dialect's own, such as pings; those that carry chunks are read as chunks.
  return data.startsWith('{') ? data : undefined
}

/** An error that the reader of chunks will know as one, whatever it looked like. */
function errorText(data: string): string {
  const json = parseJson(data)
  if (readWireError(json)) return data
  return JSON.stringify({ error: json ?? { message: data } })
}

/** Reads what follows [DONE], so that the socket can be used again; closes it if nothing ends. */
function linger(reader: AsyncIterator<Uint8Array>, source: ByteSource, clock: Clock): void {
  const stopWaiting = clock.after(LINGER_MS, () => source.cancel())
  async function drain(): Promise<void> {
    while (!(await reader.next()).done);
  }
  // The answer is whole: how its socket ends is of no more interest.
  drain().then(stopWaiting, stopWaiting)
}
