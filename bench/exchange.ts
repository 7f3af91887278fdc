/**
 * A request's life as a state machine: stamped bytes go in, a Sample comes out. No sockets, no clock.
 * It never throws: what cannot be read makes the outcome `malformed`.
 *
 * A connection has one, for all its requests in turn: made anew for each stream it is 5 kB that live for a second, and
 * the garbage collector stops everything to carry them. And it is a class: an object that a function makes with a
 * getter in it is a dictionary to V8, and looking into one costs a token more than reading it.
 */
import { createSseReader, SseLineTooLong } from '../protocol/sse.ts'
import { type Ending, outcomeOf } from './ending.ts'
import { wholeUs, wholeUsOrNone } from './microseconds.ts'
import type { EventReader, News, Reader, Usage } from './read/reader.ts'
import { Repeat } from './read/repeat.ts'
import type { Sample } from './sample.ts'
import { Stamps } from './stamps.ts'
import { timesOf } from './times.ts'
import type { Place, Request } from './work/request.ts'

/** What is known of a request when it is sent. */
export interface Departure extends Partial<Place> {
  readonly index: number
  readonly scenario: string | undefined
  /** Undefined in a closed loop. */
  readonly dueAtMs: number | undefined
  readonly sentAtMs: number
}

/** Of a request, what concerns its answer. */
export type Wishes = Pick<Request, 'check' | 'keepsText'>

export type { Ending } from './ending.ts'

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
const noDeparture: Departure = { index: 0, scenario: undefined, dueAtMs: undefined, sentAtMs: 0 }
const noWishes: Wishes = {}
const unknownReader: Reader = { kind: 'bytes' }

export class Exchange {
  /** What the answer has said so far, the first 2^20 characters of it; '' where the request does not want it. */
  text = ''
  /** When it was sent, or bytes came last. */
  lastAtMs = 0
  private departure = noDeparture
  private reader = unknownReader
  private check: Wishes['check']
  private wantsText = false
  private status: number | undefined
  private requestId: string | undefined
  private firstByteAtMs: number | undefined
  private firstChunkAtMs: number | undefined
  private hasEvents = false
  private isDone = false
  private usage: Partial<Usage> | undefined
  private body: Uint8Array[] = []
  private bodyBytes = 0
  private unreadable: string | undefined
  private streamError: string | undefined
  private errorBody: Buffer = noBytes
  /** When each content chunk came. */
  private readonly content = new Stamps()
  /** Of the piece being read: the events in it so far, and whether the last brought a text and nothing else. */
  private eventsInPiece = 0
  private isOnlyText = false
  /** The next byte is the first of an event. */
  private isBetween = true
  private readonly repeat = new Repeat()
  private readonly events = createSseReader(({ data }) => this.eventCame(data), {
    maxBytes: maxEventBytes,
  })

  /** A request was sent; the one before has ended. */
  begin(departure: Departure, reader: Reader, wishes: Wishes = noWishes): void {
    this.departure = departure
    this.reader = reader
    this.check = wishes.check
    this.wantsText = wishes.check !== undefined || wishes.keepsText === true
    this.lastAtMs = departure.sentAtMs
    this.status = this.requestId = this.usage = undefined
    this.firstByteAtMs = this.firstChunkAtMs = undefined
    this.unreadable = this.streamError = undefined
    this.hasEvents = this.isDone = false
    this.text = ''
    this.body = []
    this.bodyBytes = 0
    this.errorBody = noBytes
    this.content.clear()
    this.isBetween = true
    this.repeat.forget()
    this.events.reset()
  }

  /** Bytes came, of whatever part of the response: what is fed until the next call has all come then. */
  touched(atMs: number): void {
    // Not before it was asked for.
    this.lastAtMs = Math.max(atMs, this.lastAtMs)
    this.firstByteAtMs ??= this.lastAtMs
  }

  headed(status: number, requestId: string | undefined): void {
    this.status = status
    this.requestId = requestId
  }

  /**
   * A piece of the body, cut anywhere, not kept: `bytes`, or those from `from` to `to`. Returns how many content
   * chunks it completed.
   */
  fed(bytes: Buffer, from = 0, to = bytes.length): number {
    // Nearly every piece of a stream: a sixth of the time of decoding and parsing it.
    if (this.isBetween && this.repeat.isLike(bytes, from, to)) {
      this.content.add(this.lastAtMs)
      return 1
    }
    return this.fedOther(bytes.subarray(from, to))
  }

  ended(ending: Ending, atMs: number, given?: string): Sample {
    if (ending === 'complete' && this.status !== undefined && this.status < 300) this.readWhole()
    const { status, reader, usage, content, firstByteAtMs, firstChunkAtMs } = this
    const [outcome, detail] = outcomeOf(ending, given, reader, {
      hasBytes: firstByteAtMs !== undefined,
      status,
      errorBody: this.errorBody,
      hasEvents: this.hasEvents,
      unreadable: this.unreadable,
      streamError: this.streamError,
      isDone: this.isDone,
    })
    const { index, scenario, dueAtMs, sentAtMs, session, turn, turns } = this.departure
    const contentAtMs = content.all()
    const contentChunks = contentAtMs.length
    const outputTokens = usage?.output ?? contentChunks
    const stamps = { sentAtMs, firstByteAtMs, contentAtMs, endedAtMs: atMs }
    const { ttfbMs, ttftMs, gapsMs, tpotMs, e2eMs } = timesOf(stamps, outputTokens)
    const open = outcome === 'open' || outcome === 'cancelled'
    // Written out: spread, what is known before would make the rest of the object slow, by 30 µs a request.
    const alone: Sample = {
      index,
      scenario,
      dueAtMs: wholeUsOrNone(dueAtMs),
      sentAtMs: wholeUs(sentAtMs),
      requestId: this.requestId,
      givenUp: none,
      outcome,
      status,
      ttfbMs,
      ttftMs,
      preludeMs:
        contentChunks === 0 || firstChunkAtMs === undefined
          ? undefined
          : wholeUs(contentAtMs[0]! - firstChunkAtMs),
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
    const sample = session === undefined ? alone : { ...alone, session, turn, turns }
    const wrong = outcome === 'ok' ? this.check?.(sample, this.text) : undefined
    if (wrong === undefined) return sample
    return { ...sample, outcome: 'malformed', detail: `check: ${wrong}`.slice(0, maxDetailLength) }
  }

  private fedOther(piece: Buffer): number {
    const { status, reader, content } = this
    if (status === undefined || status >= 300) {
      if (this.errorBody.length >= maxErrorBytes) return 0
      this.errorBody = Buffer.concat([this.errorBody, piece])
      return 0
    }
    if (reader.kind === 'events') return this.fedStream(reader, piece)
    if (reader.kind === 'whole') this.keep(piece)
    else if (content.count === 0) {
      content.add(this.lastAtMs)
      return 1
    }
    return 0
  }

  private fedStream({ marks }: EventReader, piece: Buffer): number {
    if (this.unreadable !== undefined) return 0
    const before = this.content.count
    const wasBetween = this.isBetween
    this.eventsInPiece = 0
    try {
      this.events.feed(piece)
    } catch (error) {
      if (!(error instanceof SseLineTooLong)) throw error
      this.unreadable = error.message
    }
    if (this.eventsInPiece > 0) this.hasEvents = true
    this.isBetween = this.events.isBetween
    const isOneText = wasBetween && this.isBetween && this.eventsInPiece === 1 && this.isOnlyText
    if (this.unreadable !== undefined) this.repeat.forget()
    else if (marks && isOneText && !this.wantsText) this.repeat.learn(piece, marks)
    return this.content.count - before
  }

  private eventCame(data: string): void {
    this.eventsInPiece++
    const news = (this.reader as EventReader).event(data)
    this.isOnlyText = news?.text !== undefined && news.usage === undefined && !news.isEnd
    if (!news) this.unreadable ??= `not a chunk: ${data}`
    else if (news.error !== undefined) this.streamError ??= news.error
    else this.take(news)
  }

  private take(news: News): void {
    if (news.isEnd) this.isDone = true
    if (!news.isEnd || news.hasContent) this.firstChunkAtMs ??= this.lastAtMs
    this.note(news)
    if (news.hasContent) this.content.add(this.lastAtMs)
  }

  private note({ usage: told, text: said }: News): void {
    if (told) this.usage = this.usage ? { ...this.usage, ...told } : told
    if (this.wantsText && said && this.text.length < maxTextLength) {
      this.text += said.slice(0, maxTextLength - this.text.length)
    }
  }

  /** Copied, for the memory of what was read is used again. */
  private keep(piece: Buffer): void {
    this.bodyBytes += piece.length
    if (this.bodyBytes <= maxBodyBytes) this.body.push(Buffer.from(piece))
    else this.unreadable ??= `the answer is longer than ${maxBodyBytes / 2 ** 20} MiB`
  }

  /** What an answer that is read whole says; its end is its framing's. */
  private readWhole(): void {
    const { reader } = this
    if (reader.kind !== 'whole' || this.unreadable !== undefined) return
    const json = Buffer.concat(this.body).toString('utf8')
    const news = reader.whole(json)
    if (!news) this.unreadable = `not an answer: ${json}`
    else if (news.error !== undefined) this.unreadable = `an error as an answer: ${news.error}`
    else this.note(news)
  }
}
