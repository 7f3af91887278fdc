/** One send: its timeouts, its stamps, and its chunks as frames; how it ended, as data. */
import type { Clock } from '../base/clock.ts'
import { type Delta, readChunk } from '../protocol/read-chunk.ts'
import { createResponseReader } from '../protocol/read-response.ts'
import type { BudgetGuard } from './budget-guard.ts'
import { classify } from './classify.ts'
import type { Failure } from './failure.ts'
import { type Frame, howFinished } from './frame.ts'
import type { Reply } from './reply.ts'
import { type Headers, StreamError, type Transport, type WireRequest } from './transport.ts'
import { createWatchdog, type Timeouts } from './watchdog.ts'

export interface AttemptOutcome {
  readonly sentAtMs: number
  readonly headersAtMs: number | undefined
  readonly endAtMs: number
  readonly status: number | undefined
  readonly headers: Headers
  /** Undefined: the answer is whole. */
  readonly failure: Failure | undefined
  /** What was caught, for `cause`. */
  readonly cause: unknown
}

export interface AttemptContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly timeouts: Timeouts
  /** Ends the attempt at once, whatever it is doing. */
  readonly signal: AbortSignal
  /** Grows by what comes. */
  readonly reply: Reply
  /** Stops it where it costs more than may be spent; undefined: there is no budget. */
  readonly guard?: BudgetGuard | undefined
  /** Called for every frame, in order, after it was added to the reply. */
  readonly deliver: (frame: Frame) => void
  /** Told of the headers of a good answer as they come. */
  readonly answered?: ((headers: Headers) => void) | undefined
}

/** Never rejects for what a server or a network can do. */
export async function runAttempt(
  request: WireRequest,
  { transport, clock, timeouts, signal, reply, guard, deliver, answered }: AttemptContext,
): Promise<AttemptOutcome> {
  const read = request.api === 'responses' ? createResponseReader() : readChunk
  const watchdog = createWatchdog(clock, timeouts, signal)
  const sentAtMs = clock.nowMs()
  let headersAtMs: number | undefined
  let status: number | undefined
  let headers: Headers = {}

  function outcome(failure?: Failure, cause?: unknown): AttemptOutcome {
    const endAtMs = clock.nowMs()
    return { sentAtMs, headersAtMs, endAtMs, status, headers, failure, cause }
  }

  function take(json: unknown, atMs: number): void {
    const { id, model, error, usage, deltas } = read(json)
    if (error) {
      // A response that fails may say what it has cost.
      if (usage) give({ kind: 'usage', usage }, atMs)
      throw new StreamError(error)
    }
    reply.identify(id, model)
    for (const delta of deltas) {
      for (const frame of framesOf(delta)) {
        watchdog.sawToken()
        give(frame, atMs)
      }
      if (delta.finishReason !== undefined) finish(delta.choice, delta.finishReason)
    }
    if (usage) give({ kind: 'usage', usage }, atMs)
  }

  function give(frame: Frame, atMs: number): void {
    reply.add(frame, atMs)
    deliver(frame)
  }

  function finish(choice: number, reason: string): void {
    if (!howFinished(reason)) {
      const message = `The server gave up: finish_reason is ${reason}.`
      throw new StreamError({ message, type: 'server_error', code: undefined, param: undefined })
    }
    watchdog.sawToken()
    reply.finish(choice, reason)
  }

  try {
    const response = await transport.send(request, watchdog.signal)
    headersAtMs = clock.nowMs()
    ;({ status, headers } = response)
    answered?.(headers)
    for await (const chunks of response.chunks) {
      // What came together came at once.
      const atMs = clock.nowMs()
      watchdog.sawEvent(atMs)
      for (const json of chunks) take(json, atMs)
      guard?.check(reply.outputTokens)
    }
    // A transport may take an abort for a quiet end.
    watchdog.signal.throwIfAborted()
    if (reply.isFinished) return outcome()
    const sign = request.api === 'responses' ? 'last event' : 'finish_reason'
    const message = `The stream ended without a ${sign}: the answer is not whole.`
    return outcome({ kind: 'truncated', message })
  } catch (error) {
    // The last piece has come: what breaks after it, before usage or [DONE], takes nothing away.
    const isWhole = reply.isFinished && !signal.aborted
    if (isWhole) return outcome()
    const cause = watchdog.signal.aborted ? watchdog.signal.reason : error
    const seen = classify(cause, { isOurAbort: watchdog.signal.aborted })
    if (!seen) throw error
    if (seen.refused) {
      headersAtMs ??= clock.nowMs()
      status = seen.refused.refusal.status
      headers = seen.refused.headers
    }
    return outcome(seen.failure, cause)
  } finally {
    watchdog.stop()
  }
}

function framesOf({ choice, content, reasoning, refusal, toolCalls }: Delta): Frame[] {
  const frames: Frame[] = []
  if (reasoning !== undefined) frames.push({ kind: 'reasoning', choice, text: reasoning })
  if (content !== undefined) frames.push({ kind: 'content', choice, text: content })
  if (refusal !== undefined) frames.push({ kind: 'refusal', choice, text: refusal })
  for (const { index, id, name, arguments: text } of toolCalls) {
    frames.push({ kind: 'tool_call', choice, index, id, name, text })
  }
  return frames
}
