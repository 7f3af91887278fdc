/** One call from its first send to its result: attempts, the waits between them, and what came of it. */
import type { Clock } from '../base/clock.ts'
import { sleep } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { PriceBook } from '../protocol/prices.ts'
import { type AttemptOutcome, runAttempt } from './attempt.ts'
import { classify } from './classify.ts'
import type { Failure } from './failure.ts'
import { type Frame, howFailed, howFinished } from './frame.ts'
import type { Limiter } from './limiter.ts'
import type { ClientOptions } from './options.ts'
import { createReply, type Reply } from './reply.ts'
import { type CallOptions, type ChatRequest, wireRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { decideRetry, type RetryDecision } from './retry.ts'
import { type Attempt, notableHeaders, timelineOf } from './timeline.ts'
import type { Transport } from './transport.ts'
import { type Counting, settleUsage } from './usage.ts'
import { startTimer, TimeoutReached } from './watchdog.ts'

/** What the calls of one client share. */
export interface CallContext {
  readonly options: ClientOptions
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly limiter: Limiter
  /** Loads what counting and pricing need; kept once loaded. */
  prepare(model: string): Promise<{ counting: Counting | undefined; prices: PriceBook }>
}

export interface CallEnd {
  readonly result: ChatResult
  /** What the last attempt met, for `cause`. */
  readonly cause: unknown
}

export interface RunningCall {
  readonly end: Promise<CallEnd>
  /** Exact so far. */
  readonly outputTokens: number
}

/** `stop` ends the call at once; its reason tells why. */
export function startCall(
  request: ChatRequest,
  { onRetry }: CallOptions,
  context: CallContext,
  { deliver, stop }: { deliver: (frame: Frame) => void; stop: AbortSignal },
): RunningCall {
  const { options, clock, random, transport, limiter } = context
  const model = request.model ?? options.model
  const startedAtMs = clock.nowMs()
  const attempts: Attempt[] = []
  const ending = new AbortController()
  const passStop = () => ending.abort(stop.reason)
  let reply: Reply = createReply(undefined)
  let contentAtMs: number[] = []
  let hasDelivered = false
  let id: string | undefined
  let servedModel: string | undefined
  let deadlineAtMs = Number.POSITIVE_INFINITY
  let cancelDeadline = () => {}

  function startDeadline(): void {
    const { totalTimeout } = options
    if (totalTimeout > 0) deadlineAtMs = clock.nowMs() + totalTimeout
    cancelDeadline = startTimer(clock, totalTimeout, () => {
      ending.abort(new TimeoutReached('total', totalTimeout))
    })
  }

  function give(frame: Frame): void {
    if (frame.kind === 'content' || frame.kind === 'refusal' || frame.kind === 'tool_call') {
      contentAtMs.push(clock.nowMs())
    }
    if (frame.kind !== 'usage') hasDelivered = true
    deliver(frame)
  }

  /** One send, in a slot that it gives back whatever happens. */
  async function send(attempt: number, counting: Counting | undefined): Promise<AttemptOutcome> {
    const release = await limiter.acquire(ending.signal, { returning: attempt > 1 })
    try {
      if (attempt === 1) startDeadline()
      reply = createReply(counting?.tokenizer)
      contentAtMs = []
      return await runAttempt(wireRequest(request, model, attempt), {
        transport,
        clock,
        timeouts: options,
        signal: ending.signal,
        reply,
        deliver: give,
        identify(newId, newModel) {
          id = newId ?? id
          servedModel = newModel ?? servedModel
        },
      })
    } finally {
      release()
    }
  }

  function record(outcome: AttemptOutcome, decision: RetryDecision | undefined): void {
    const { cause: _, headers, ...rest } = outcome
    attempts.push({
      ...rest,
      attempt: attempts.length + 1,
      firstContentAtMs: contentAtMs[0],
      lastContentAtMs: contentAtMs.at(-1),
      headers: notableHeaders(headers),
      decision,
    })
  }

  /** Sends until the answer is whole or not worth another try; resolves to the last outcome. */
  async function sendUntilDone(counting: Counting | undefined): Promise<AttemptOutcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await send(attempt, counting)
      const { failure } = outcome
      if (!failure) {
        record(outcome, undefined)
        return outcome
      }
      const leftMs = deadlineAtMs - clock.nowMs()
      const decision = decideRetry({ attempt, failure, hasDelivered, leftMs }, options, random)
      record(outcome, decision)
      pauseAll(failure)
      if (!decision.retry) return outcome
      const { delayMs, why } = decision
      const frame = { kind: 'retry', attempt, delayMs, why, failure } as const
      onRetry?.(frame)
      deliver(frame)
      await sleep(clock, delayMs, ending.signal)
    }
  }

  /** A wait that the server asks of one caller holds for all. */
  function pauseAll(failure: Failure): void {
    if (failure.kind !== 'rate-limited' || !failure.retryAfterMs) return
    if (failure.retryAfterMs <= options.maxDelay) limiter.pause(failure.retryAfterMs)
  }

  async function run(): Promise<CallEnd> {
    if (stop.aborted) passStop()
    else stop.addEventListener('abort', passStop, { once: true })
    let failure: Failure | undefined
    let cause: unknown
    const { counting, prices } = await context.prepare(model)
    try {
      ;({ failure, cause } = await sendUntilDone(counting))
    } catch (error) {
      // Stopped while it waited for a slot or for another try.
      if (!ending.signal.aborted) throw error
      cause = ending.signal.reason
      failure = classify(cause, { isOurAbort: true })?.failure
    } finally {
      cancelDeadline()
      stop.removeEventListener('abort', passStop)
    }
    return { result: await settle(failure, counting, prices), cause }
  }

  async function settle(
    failure: Failure | undefined,
    counting: Counting | undefined,
    prices: PriceBook,
  ): Promise<ChatResult> {
    const { choices } = reply
    const { text = '', refusal = '', toolCalls = [], finishReason } = choices[0] ?? {}
    const last = attempts.at(-1)
    const hasHead = last?.status !== undefined && last.status < 300
    const { usage, counted } = await settleUsage(reply.usage, counting, {
      messages: request.messages,
      outputTokens: reply.outputTokens,
      wasSent: hasHead,
    })
    const models = [servedModel, model].filter(name => name !== undefined)
    return {
      how: failure ? howFailed(failure, hasHead) : (howFinished(finishReason ?? '') ?? 'error'),
      text,
      refusal,
      toolCalls,
      finishReason,
      choices,
      model: servedModel ?? model,
      id,
      usage,
      counted,
      cost: usage && prices.costOf(models, usage, clock.wallMs()),
      attempts,
      timeline: timelineOf(attempts, {
        startedAtMs,
        contentAtMs,
        outputTokens: usage?.outputTokens,
      }),
      failure,
    }
  }

  return {
    end: run(),
    get outputTokens() {
      return reply.outputTokens
    },
  }
}
