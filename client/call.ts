/** One call from its first send to its result: attempts, the waits between them, and what came of it. */
import type { Clock } from '../base/clock.ts'
import { sleep } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { PriceBook } from '../protocol/prices.ts'
import { type AttemptOutcome, runAttempt } from './attempt.ts'
import { canContinue, continuing, joined } from './broken.ts'
import { classify } from './classify.ts'
import type { Failure } from './failure.ts'
import type { Frame } from './frame.ts'
import type { Limiter } from './limiter.ts'
import type { ClientOptions } from './options.ts'
import { createReply, type Reply } from './reply.ts'
import { type CallOptions, type ChatRequest, wireRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { decideRetry, type Given, type RetryDecision } from './retry.ts'
import type { RetryBudget } from './retry-budget.ts'
import { settle } from './settle.ts'
import { type Attempt, notableHeaders } from './timeline.ts'
import type { Transport } from './transport.ts'
import type { Counting } from './usage.ts'
import { startTimer, TimeoutReached } from './watchdog.ts'

/** What the calls of one client share. */
export interface CallContext {
  readonly options: ClientOptions
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly limiter: Limiter
  readonly retryBudget: RetryBudget
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
  const { options, clock, random, transport, limiter, retryBudget } = context
  const model = request.model ?? options.model
  const startedAtMs = clock.nowMs()
  const attempts: Attempt[] = []
  /** Answers that broke off before the one that is running. */
  const broken: Reply[] = []
  const ending = createEnding(clock, options.totalTimeout, stop)
  let reply = createReply(clock)

  const takeBudget = options.retryBudget < 100 ? retryBudget.take : undefined

  /** One send, in a slot that it gives back whatever happens. */
  async function send(attempt: number, counting: Counting | undefined): Promise<AttemptOutcome> {
    const release = await limiter.acquire(ending.signal, { returning: attempt > 1 })
    try {
      if (attempt === 1) {
        ending.startTotal()
        retryBudget.sent()
      }
      reply = createReply(clock, counting?.tokenizer)
      const asked = options.whenCut === 'continue' ? continuing(request, broken) : request
      return await runAttempt(wireRequest(asked, model, attempt), {
        transport,
        clock,
        timeouts: options,
        signal: ending.signal,
        reply,
        deliver,
      })
    } finally {
      release()
    }
  }

  /** Sends until the answer is whole or not worth another try; resolves to the last outcome. */
  async function sendUntilDone(counting: Counting | undefined): Promise<AttemptOutcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await send(attempt, counting)
      const { failure } = outcome
      const given = givenOf(reply)
      const failed = { attempt, failure, given, leftMs: ending.leftMs, takeBudget }
      const decision = failure && decideRetry({ ...failed, failure }, options, random)
      attempts.push(attemptOf(attempt, outcome, reply, decision))
      if (!failure || !decision) return outcome
      pauseAll(failure)
      if (!decision.retry) return outcome
      if (reply.isBegun) broken.push(reply)
      const { delayMs, why } = decision
      const frame = {
        kind: 'retry',
        attempt,
        delayMs,
        why,
        given: given as never,
        failure,
      } as const
      onRetry?.(frame)
      deliver(frame)
      await sleep(clock, delayMs, ending.signal)
    }
  }

  /** What would become of what was given out, if there were another try. */
  function givenOf(reply: Reply): Given {
    const { whenCut } = options
    if (!reply.isBegun) return broken.length > 0 && whenCut === 'continue' ? 'continued' : 'nothing'
    if (whenCut === 'restart') return 'withdrawn'
    return whenCut === 'continue' && canContinue(reply) ? 'continued' : 'stuck'
  }

  /** A wait that the server asks of one caller holds for all. */
  function pauseAll(failure: Failure): void {
    if (failure.kind !== 'rate-limited' || !failure.retryAfterMs) return
    if (failure.retryAfterMs <= options.maxDelay) limiter.pause(failure.retryAfterMs)
  }

  async function run(): Promise<CallEnd> {
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
      ending.release()
    }
    const wallMs = clock.wallMs()
    const choices = options.whenCut === 'continue' ? joined(broken, reply) : reply.choices
    const call = { request, model, startedAtMs, attempts, reply, choices, broken, failure, wallMs }
    return { result: await settle(call, counting, prices), cause }
  }

  return {
    end: run(),
    get outputTokens() {
      return reply.outputTokens
    },
  }
}

function attemptOf(
  attempt: number,
  { cause: _, headers, ...outcome }: AttemptOutcome,
  { contentAtMs }: Reply,
  decision: RetryDecision | undefined,
): Attempt {
  return {
    ...outcome,
    attempt,
    firstContentAtMs: contentAtMs[0],
    lastContentAtMs: contentAtMs.at(-1),
    headers: notableHeaders(headers),
    decision,
  }
}

/** What ends a call from outside: the caller, or the total timeout, which runs from the first send. */
function createEnding(clock: Clock, totalTimeoutMs: number, stop: AbortSignal) {
  const controller = new AbortController()
  const passStop = () => controller.abort(stop.reason)
  let deadlineAtMs = Number.POSITIVE_INFINITY
  let cancelTotal = () => {}
  if (stop.aborted) passStop()
  else stop.addEventListener('abort', passStop, { once: true })

  return {
    signal: controller.signal,
    startTotal(): void {
      if (totalTimeoutMs > 0) deadlineAtMs = clock.nowMs() + totalTimeoutMs
      cancelTotal = startTimer(clock, totalTimeoutMs, () => {
        controller.abort(new TimeoutReached('total', totalTimeoutMs))
      })
    },
    get leftMs() {
      return deadlineAtMs - clock.nowMs()
    },
    /** Lets go of the timer and of the caller's signal. */
    release(): void {
      cancelTotal()
      stop.removeEventListener('abort', passStop)
    },
  }
}
