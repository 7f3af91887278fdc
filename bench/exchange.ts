/**
 * One request's life as a state machine: stamped bytes go in, a Sample comes out. No sockets, no clock.
 * It never throws: what cannot be read makes the outcome `malformed`.
 */
import { createSseReader, SseLineTooLong } from '../protocol/sse.ts'
import { timesOf } from './measure.ts'
import { errorBodyText, type Reader, type Usage } from './read/reader.ts'
import type { Outcome, Sample } from './sample.ts'

/** How it came to an end, as the transport saw it. */
export type Ending =
  /** The response's framing is complete. */
  | 'complete'
  /** The server closed the connection (FIN). */
  | 'closed'
  /** The connection failed: refused, reset, unreachable. */
  | 'broken'
  /** Nothing came for longer than the time-out. */
  | 'timeout'
  /** The bytes are not HTTP. */
  | 'garbled'
  /** The run hung up, as a user would who changes his mind. */
  | 'cancelled'
  /** The run ended first. */
  | 'open'

/** What is known of a request when it is sent. */
export interface Departure {
  readonly index: number
  readonly scenario: string | undefined
  /** Undefined in a closed loop. */
  readonly dueAtMs: number | undefined
  readonly sentAtMs: number
}

export interface Exchange {
  readonly sentAtMs: number
  /** Bytes came, of whatever part of the response. */
  touched(atMs: number): void
  headed(status: number, requestId: string | undefined): void
  /** A piece of the body, cut anywhere; returns how many content chunks it completed. */
  fed(piece: Uint8Array, atMs: number): number
  ended(ending: Ending, atMs: number, detail?: string): Sample
}

/** Of an error's body this much is kept, for its message. */
const maxErrorBytes = 4096
const maxEventBytes = 1024 * 1024
const maxDetailLength = 300
const none: readonly never[] = []

export function createExchange(departure: Departure, reader: Reader): Exchange {
  const { sentAtMs } = departure
  let status: number | undefined
  let requestId: string | undefined
  let firstByteAtMs: number | undefined
  let firstChunkAtMs: number | undefined
  let firstContentAtMs: number | undefined
  let lastContentAtMs: number | undefined
  let contentChunks = 0
  let eventCount = 0
  let done = false
  let usage: Usage | undefined
  let unreadable: string | undefined
  let streamError: string | undefined
  let errorBytes = Buffer.alloc(0)
  const gapsMs: number[] = []
  /** The stamp of the piece being read: every chunk in it has arrived then. */
  let atMs = sentAtMs

  const events = createSseReader(
    ({ data }) => {
      eventCount++
      const news = reader.event(data)
      if (!news) unreadable ??= `not a chunk: ${data}`
      else if (news.error !== undefined) streamError ??= news.error
      else {
        if (news.isEnd) done = true
        else firstChunkAtMs ??= atMs
        if (news.usage) usage = news.usage
        if (news.hasContent) contentArrived()
      }
    },
    { maxBytes: maxEventBytes },
  )

  function contentArrived(): void {
    contentChunks++
    if (lastContentAtMs === undefined) firstContentAtMs = atMs
    else gapsMs.push(atMs - lastContentAtMs)
    lastContentAtMs = atMs
  }

  function fedStream(piece: Uint8Array): number {
    const before = contentChunks
    if (unreadable !== undefined) return 0
    try {
      events.feed(piece)
    } catch (error) {
      if (!(error instanceof SseLineTooLong)) throw error
      unreadable = error.message
    }
    return contentChunks - before
  }

  /** What it came to, and in whose words. */
  function judged(ending: Ending, detail: string | undefined): [Outcome, string | undefined] {
    if (ending === 'open' || ending === 'cancelled' || ending === 'timeout') return [ending, detail]
    if (ending === 'garbled') return ['malformed', detail]
    if (status === undefined) {
      return firstByteAtMs === undefined
        ? ['connect_error', detail ?? 'the connection was closed before any byte of a response']
        : ['stream_cut', detail ?? 'the connection was closed inside the response head']
    }
    if (status >= 400) return [httpOutcome(status), errorBodyText(errorBytes.toString('utf8'))]
    if (status < 200 || status > 299)
      return ['malformed', `HTTP status ${status} is no answer to a POST`]
    if (unreadable !== undefined) return ['malformed', unreadable]
    if (streamError !== undefined) return ['stream_cut', `error event: ${streamError}`]
    if (done) return ['ok', undefined]
    if (ending === 'complete') {
      return eventCount === 0
        ? ['malformed', 'the body is no event stream']
        : ['stream_cut', `the response ended without ${reader.end}`]
    }
    return ['stream_cut', detail ?? 'the connection was closed mid-stream']
  }

  return {
    sentAtMs,
    touched(at) {
      firstByteAtMs ??= at
    },
    headed(code, id) {
      status = code
      requestId = id
    },
    fed(piece, at) {
      atMs = at
      if (status !== undefined && status < 300) return fedStream(piece)
      if (errorBytes.length < maxErrorBytes) errorBytes = Buffer.concat([errorBytes, piece])
      return 0
    },
    ended(ending, at, given) {
      const [outcome, detail] = judged(ending, given)
      const outputTokens = usage?.output ?? contentChunks
      const stamps = { sentAtMs, firstByteAtMs, firstContentAtMs, lastContentAtMs, endedAtMs: at }
      const { ttfbMs, ttftMs, tpotMs, e2eMs } = timesOf(stamps, outputTokens)
      const open = outcome === 'open' || outcome === 'cancelled'
      return {
        ...departure,
        requestId,
        givenUp: none,
        outcome,
        status,
        ttfbMs,
        ttftMs,
        preludeMs:
          firstContentAtMs === undefined || firstChunkAtMs === undefined
            ? undefined
            : firstContentAtMs - firstChunkAtMs,
        gapsMs,
        tpotMs: open ? undefined : tpotMs,
        e2eMs: open ? undefined : e2eMs,
        censoredMs: open ? e2eMs : undefined,
        contentChunks,
        outputTokens,
        inputTokens: usage?.input,
        tokensFrom: usage ? 'usage' : 'chunks',
        detail: detail?.slice(0, maxDetailLength),
      }
    },
  }
}

function httpOutcome(status: number): Outcome {
  if (status === 429) return 'http_429'
  return status < 500 ? 'http_4xx' : 'http_5xx'
}
