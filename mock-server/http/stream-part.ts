/**
 * A planned reply, played as server-sent events.
 *
 * A class with everything a token needs in its own fields, and numbers that are small integers: at 2,000
 * streams a token finds the memory of its stream cold, and each object less to go through is a tenth of
 * a microsecond of the ten that a token may take (`npm run perf pace`).
 */
import type { Socket } from 'node:net'
import { dataEvent, doneEvent } from '../../protocol/sse.ts'
import { OVER, type Part } from '../engine/conductor.ts'
import { keptSteps } from '../engine/journal.ts'
import type { PlainText } from '../engine/plain-text.ts'
import type { Plan } from '../engine/plan.ts'
import type { ReplyToken } from '../engine/reply-token.ts'
import type { ServerMetrics } from '../metrics.ts'
import { type ChunkSet, frameSize } from './content-frames.ts'
import { closeExchange, type Exchange, sendError } from './exchange.ts'
import { slowReaderMs } from './pacing.ts'
import { descriptorOf, writeNow, writeTextNow } from './write-now.ts'

export class StreamPart implements Part {
  slot = 0
  next: Part | undefined = undefined
  stopped = false
  private step = 0
  private chunksWritten = 0
  /** Microseconds from the request to the last token, and the largest lateness of one. */
  private lastTokenUs = 0
  private worstLateUs = 0
  /** Microseconds from the request to the tokens of each step. */
  private readonly stepsUs: number[] = []
  /** Bytes of the events written. */
  private bytes = 0
  /** The client reads slower than it is written to. */
  private full = false
  private readonly id: string
  private readonly idBytes: Uint8Array
  private readonly startMs: number
  private readonly socket: Socket
  private readonly fd: number | undefined
  private readonly chunks: ChunkSet
  private readonly metrics: ServerMetrics
  private readonly plan: Plan
  private readonly texts: readonly PlainText[]
  /** The first choice's tokens; most replies have no other. */
  private readonly tokens: readonly ReplyToken[]
  private readonly exchange: Exchange
  private readonly includeUsage: boolean
  /** The response is sent in HTTP chunks (HTTP/1.0 knows none), and what frames a token is plain ASCII. */
  private readonly framed: boolean
  private readonly chunked: boolean

  constructor(
    exchange: Exchange,
    plan: Plan,
    texts: readonly PlainText[],
    { chunks, socket, includeUsage }: { chunks: ChunkSet; socket: Socket; includeUsage: boolean },
  ) {
    this.id = plan.id
    this.idBytes = Buffer.from(plan.id, 'latin1')
    this.startMs = exchange.startMs
    this.socket = socket
    this.fd = descriptorOf(socket)
    this.chunks = chunks
    this.metrics = exchange.provider.metrics
    this.plan = plan
    this.texts = texts
    this.tokens = texts[0]!.tokens
    this.exchange = exchange
    this.includeUsage = includeUsage
    this.chunked = exchange.response.chunkedEncoding
    this.framed = this.chunked && chunks.isPlain
  }

  get dueMs(): number {
    return this.startMs + this.plan.dueMs[0]!
  }

  play(nowMs: number): number {
    // A reader that does not keep up holds its own reply back, and nothing else; what is buffered
    // for it stays under a socket's high-water mark and one step.
    if (this.full) {
      this.full = this.socket.writableNeedDrain
      if (this.full) return nowMs + slowReaderMs
    }
    // The hang-up is on its way to us: every write until then would be an error object.
    if (this.socket.destroyed) return nowMs + slowReaderMs
    const { step, tokens, texts } = this
    const { dueMs } = this.plan
    if (step === 0) this.sayRoles()
    if (step < tokens.length) this.sayToken(0, tokens[step]!, nowMs)
    if (texts.length > 1) this.sayOtherChoices(nowMs)
    if (step === Math.max(0, tokens.length - 1)) this.sayFinish(0)
    if (step < keptSteps && this.chunksWritten > 0) this.stepsUs.push(this.lastTokenUs)
    this.step = step + 1
    if (step + 1 < dueMs.length) return this.startMs + dueMs[step + 1]!
    this.sayEnd()
    return OVER
  }

  failed(error: unknown): void {
    sendError(this.exchange, error)
  }

  over(): void {
    const { done } = this.exchange.entry
    done.chunks = this.chunksWritten
    done.outputTokens = this.tokensWritten()
    done.bytes += this.bytes
    done.eventMs = this.stepsUs.map(us => us / 1000)
    done.maxPacingErrorMs = this.worstLateUs / 1000
    if (this.chunksWritten > 0) done.lastTokenMs = this.lastTokenUs / 1000
  }

  /** Counted when it is over: a token would cost more. */
  private tokensWritten(): number {
    const { step, plan, texts } = this
    if (step >= plan.dueMs.length) return plan.outputTokens
    let written = 0
    for (const { tokens } of texts) {
      for (let i = 0; i < step && i < tokens.length; i++) written += tokens[i]!.tokens
    }
    return written
  }

  private sayToken(choice: number, { json, bytes, tokens }: ReplyToken, nowMs: number): void {
    const { id, idBytes } = this
    const length = id.length + json.length
    if (bytes && this.framed) {
      const { before, middle, after, eventBytes } = this.chunks.frame(choice, length)
      this.bytes += eventBytes
      this.full = !writeNow(this.socket, this.fd, before, idBytes, middle, bytes, after)
    } else {
      const { before, middle, after } = this.chunks.template.content(choice)
      this.say(before + id + middle + json + after(length))
    }
    this.recordToken(choice, nowMs, tokens)
  }

  private recordToken(choice: number, nowMs: number, tokens: number): void {
    const { metrics } = this
    const sinceStartMs = nowMs - this.startMs
    const lateMs = sinceStartMs - this.plan.dueMs[this.step]!
    const lateUs = Math.round(lateMs * 1000)
    if (lateUs > this.worstLateUs) this.worstLateUs = lateUs
    metrics.pacingError.observe(lateMs / 1000)
    const sinceStartUs = Math.round(sinceStartMs * 1000)
    if (this.chunksWritten === 0) {
      this.exchange.entry.done.firstTokenMs = sinceStartMs
      metrics.timeToFirstToken.observe(sinceStartMs / 1000)
    } else if (choice === 0) {
      metrics.interTokenLatency.observe((sinceStartUs - this.lastTokenUs) / 1e6)
    }
    this.chunksWritten++
    this.lastTokenUs = sinceStartUs
    metrics.outputTokens.value += tokens
  }

  private sayRoles(): void {
    const { texts } = this
    for (let i = 0; i < texts.length; i++) this.say(this.chunks.template.role(this.id, i))
  }

  /** The choices after the first speak in step with it. */
  private sayOtherChoices(nowMs: number): void {
    const { texts } = this
    for (let i = 1; i < texts.length; i++) {
      const { tokens } = texts[i]!
      const token = tokens[this.step]
      if (token) this.sayToken(i, token, nowMs)
      if (this.step === Math.max(0, tokens.length - 1)) this.sayFinish(i)
    }
  }

  private sayFinish(choice: number): void {
    const { finishReason } = this.texts[choice]!
    this.say(this.chunks.template.finish(this.id, choice, finishReason))
  }

  private sayEnd(): void {
    if (this.includeUsage) this.say(this.chunks.template.usage(this.id, this.plan))
    this.write(doneEvent)
    this.exchange.response.end()
    closeExchange(this.exchange, 'ok')
  }

  /** One event with this JSON as its data. */
  private say(json: string): void {
    this.write(dataEvent(json))
  }

  /**
   * One event as one HTTP chunk in one write, straight to the socket, which the response owns:
   * `response.write` would take three writes, and more time than the event's own system call.
   */
  private write(event: string): void {
    const bytes = Buffer.byteLength(event)
    this.bytes += bytes
    const framed = this.chunked ? `${frameSize(bytes)}${event}\r\n` : event
    this.full = !writeTextNow(this.socket, this.fd, framed)
  }
}
