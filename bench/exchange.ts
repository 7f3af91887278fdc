/**
 * One request's life as a state machine: stamped bytes go in, a Sample comes out. No sockets, no clock.
 * It never throws: what cannot be read makes the outcome `malformed`.
 */
import { createSseReader, SseLineTooLong } from '../protocol/sse.ts'
import { type Ending, outcomeOf } from './ending.ts'
import { timesOf } from './measure.ts'
import type { News, Reader, Usage } from './read/reader.ts'
import { createRepeat } from './read/repeat.ts'
import type { Sample } from './sample.ts'
import type { Place, Request } from './work/request.ts'

/** What is known of a request when it is sent. */
export interface Departure extends Partial<Place> {
  readonly index: number
  readonly scenario: string | undefined
  /** Undefined in a closed loop. */
  readonly dueAtMs: number | undefined
  readonly sentAtMs: number
}

export type { Ending } from './ending.ts'

export interface Exchange {
  readonly sentAtMs: number
  /** What the answer has said so far, the first 2^20 characters of it; '' where the request does not want it. */
  readonly text: string
  /** Bytes came, of whatever part of the response. */
  touched(atMs: number): void
  headed(status: number, requestId: string | undefined): void
  /** A piece of the body, cut anywhere, not kept; returns how many content chunks it completed. */
  fed(piece: Uint8Array, atMs: number): number
  ended(ending: Ending, atMs: number, detail?: string): Sample
}

/** Of an error's body this much is kept, for its message. */
const maxErrorBytes = 4096
/** One event: an image takes some megabytes. */
const maxEventBytes = 16 * 1024 * 1024
/** An answer that is read whole. */
const maxBodyBytes = 64 * 1024 * 1024
const maxTextLength = 1024 * 1024
const maxDetailLength = 300
const none: readonly never[] = []
const noBytes = Buffer.alloc(0)

/** `wishes`: the request itself, or what of it concerns the answer. */
export function createExchange(
  departure: Departure,
  reader: Reader,
  { check, keepsText }: Pick<Request, 'check' | 'keepsText'> = {},
): Exchange {
  const { sentAtMs } = departure
  const wantsText = check !== undefined || keepsText === true
  let status: number | undefined
  let requestId: string | undefined
  let firstByteAtMs: number | undefined
  let firstChunkAtMs: number | undefined
  let firstContentAtMs: number | undefined
  let lastContentAtMs: number | undefined
  let contentChunks = 0
  let hasEvents = false
  let isDone = false
  let usage: Partial<Usage> | undefined
  let text = ''
  let bodyBytes = 0
  const body: Uint8Array[] = []
  let unreadable: string | undefined
  let streamError: string | undefined
  let errorBody: Buffer = noBytes
  const gapsMs: number[] = []
  /** The stamp of the piece being read: every chunk in it has arrived then. */
  let atMs = sentAtMs

  /** Of the piece being read: the events in it so far, and whether the last brought a text and nothing else. */
  let eventsInPiece = 0
  let isOnlyText = false
  /** The next byte is the first of an event. */
  let isBetween = true
  const repeat =
    reader.kind === 'events' && reader.marks && !wantsText ? createRepeat(reader.marks) : undefined
  const events =
    reader.kind === 'events'
      ? createSseReader(
          ({ data }) => {
            eventsInPiece++
            const news = reader.event(data)
            isOnlyText = news?.text !== undefined && news.usage === undefined && !news.isEnd
            if (!news) unreadable ??= `not a chunk: ${data}`
            else if (news.error !== undefined) streamError ??= news.error
            else take(news)
          },
          { maxBytes: maxEventBytes },
        )
      : undefined

  function take(news: News): void {
    if (news.isEnd) isDone = true
    if (!news.isEnd || news.hasContent) firstChunkAtMs ??= atMs
    note(news)
    if (news.hasContent) contentArrived()
  }

  function note({ usage: told, text: said }: News): void {
    if (told) usage = usage ? { ...usage, ...told } : told
    if (wantsText && said && text.length < maxTextLength) {
      text += said.slice(0, maxTextLength - text.length)
    }
  }

  function contentArrived(): void {
    contentChunks++
    if (lastContentAtMs === undefined) firstContentAtMs = atMs
    else gapsMs.push(atMs - lastContentAtMs)
    lastContentAtMs = atMs
  }

  function fedStream(piece: Uint8Array): number {
    if (events === undefined || unreadable !== undefined) return 0
    // Nearly every piece of a stream: a sixth of the time of decoding and parsing it.
    if (isBetween && repeat?.isLike(piece)) {
      contentArrived()
      return 1
    }
    const before = contentChunks
    const wasBetween = isBetween
    eventsInPiece = 0
    try {
      events.feed(piece)
    } catch (error) {
      if (!(error instanceof SseLineTooLong)) throw error
      unreadable = error.message
    }
    hasEvents ||= eventsInPiece > 0
    isBetween = events.isBetween
    if (wasBetween && isBetween && eventsInPiece === 1 && isOnlyText) repeat?.learn(piece)
    return contentChunks - before
  }

  /** Copied, for the memory of what was read is used again. */
  function keep(piece: Uint8Array): void {
    bodyBytes += piece.length
    if (bodyBytes <= maxBodyBytes) body.push(Buffer.from(piece))
    else unreadable ??= `the answer is longer than ${maxBodyBytes / 2 ** 20} MiB`
  }

  /** What an answer that is read whole says; its end is its framing's. */
  function readWhole(): void {
    if (reader.kind !== 'whole' || unreadable !== undefined) return
    const json = Buffer.concat(body).toString('utf8')
    const news = reader.whole(json)
    if (!news) unreadable = `not an answer: ${json}`
    else if (news.error !== undefined) unreadable = `an error as an answer: ${news.error}`
    else note(news)
  }

  return {
    sentAtMs,
    get text() {
      return text
    },
    touched(at) {
      firstByteAtMs ??= at
    },
    headed(code, id) {
      status = code
      requestId = id
    },
    fed(piece, at) {
      atMs = at
      if (status !== undefined && status < 300) {
        if (reader.kind === 'events') return fedStream(piece)
        if (reader.kind === 'whole') keep(piece)
        else if (contentChunks === 0) {
          contentArrived()
          return 1
        }
        return 0
      }
      if (errorBody.length < maxErrorBytes) errorBody = Buffer.concat([errorBody, piece])
      return 0
    },
    ended(ending, at, given) {
      if (ending === 'complete' && status !== undefined && status < 300) readWhole()
      const hasBytes = firstByteAtMs !== undefined
      const arrived = { hasBytes, status, errorBody, hasEvents, unreadable, streamError, isDone }
      const [outcome, detail] = outcomeOf(ending, given, reader, arrived)
      const outputTokens = usage?.output ?? contentChunks
      const stamps = { sentAtMs, firstByteAtMs, firstContentAtMs, lastContentAtMs, endedAtMs: at }
      const { ttfbMs, ttftMs, tpotMs, e2eMs } = timesOf(stamps, outputTokens)
      const open = outcome === 'open' || outcome === 'cancelled'
      // Written out: spread, what is known before would make the rest of the object slow, by 30 µs a request.
      const alone: Sample = {
        index: departure.index,
        scenario: departure.scenario,
        dueAtMs: departure.dueAtMs,
        sentAtMs,
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
        tokensFrom: usage?.output === undefined ? 'chunks' : 'usage',
        detail: detail?.slice(0, maxDetailLength),
      }
      const sample = departure.session === undefined ? alone : { ...alone, ...departure }
      const wrong = outcome === 'ok' ? check?.(sample, text) : undefined
      if (wrong === undefined) return sample
      return {
        ...sample,
        outcome: 'malformed',
        detail: `check: ${wrong}`.slice(0, maxDetailLength),
      }
    },
  }
}
