/** One call from its first send to its result: attempts, the waits between them, and what came of it. */
import type { Clock } from '../base/clock.ts'
import { sleep } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { PriceBook } from '../protocol/prices.ts'
import { type AttemptOutcome, runAttempt } from './attempt.ts'
import { canContinue, continuing, joined } from './broken.ts'
import type { Budget } from './budget.ts'
import { type BudgetGuard, BudgetReached, budgetsOf, guardAttempt } from './budget-guard.ts'
import { classify } from './classify.ts'
import type { Failure } from './failure.ts'
import type { Frame, Given } from './frame.ts'
import type { ClientOptions } from './options.ts'
import type { Pace } from './pace/pace.ts'
import { createReply, type Reply } from './reply.ts'
import { type CallOptions, type ChatRequest, wireRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { decideRetry, type RetryDecision } from './retry.ts'
import type { RetryBudget } from './retry-budget.ts'
import { costOfAttempt, settle } from './settle.ts'
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
  readonly pace: Pace
  readonly retryBudget: RetryBudget
  /** What all calls may spend together; undefined: there is no limit. */
  readonly budget: Budget | undefined
  /** Loads what counting and pricing need; kept once loaded. `isLimited`: output must be counted. */
  prepare(
    model: string,
    isLimited: boolean,
  ): Promise<{ counting: Counting | undefined; prices: PriceBook }>
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
  { onRetry, onSend, caller, weight, maxCost }: CallOptions,
  context: CallContext,
  { deliver, stop }: { deliver: (frame: Frame) => void; stop: AbortSignal },
): RunningCall {
  const { options, clock, random, transport, pace, retryBudget } = context
  const model = request.model ?? options.model
  const startedAtMs = clock.nowMs()
  const attempts: Attempt[] = []
  /** Answers that broke off before the one that is running. */
  const broken: Reply[] = []
  const ending = createEnding(clock, options.totalTimeout, stop)
  let reply = createReply()

  const budgets = budgetsOf(context.budget, maxCost)
  const takeBudget = options.retryBudget < 100 ? retryBudget.take : undefined

  /** One send, in a slot that it gives back whatever happens. */
  async function send(
    attempt: number,
    counting: Counting | undefined,
    guard?: BudgetGuard,
  ): Promise<AttemptOutcome> {
    const { messages, maxTokens, stream: isStream = true } = request
    const pass = await pace.enter(ending.signal, {
      returning: attempt > 1,
      caller,
      weight,
      messages,
      maxTokens,
      isStream,
      tokenizer: counting?.tokenizer,
    })
    try {
      onSend?.()
      if (attempt === 1) {
        ending.startTotal()
        retryBudget.sent()
      }
      reply = createReply(counting?.tokenizer)
      const asked = options.whenCut === 'continue' ? continuing(request, broken) : request
      const outcome = await runAttempt(wireRequest(asked, options, attempt), {
        transport,
        clock,
        timeouts: options,
        signal: ending.signal,
        reply,
        guard,
        deliver,
        answered: pass.answered,
      })
      pass.ended(outcome, reply)
      return outcome
    } finally {
      pass.leave()
    }
  }

  /** The same, if it can be paid. */
  async function sendWithin(
    attempt: number,
    counting: Counting | undefined,
    prices: PriceBook,
  ): Promise<AttemptOutcome> {
    if (budgets.length === 0 || !counting) return send(attempt, counting)
    const { signal } = ending
    const asked = options.whenCut === 'continue' ? continuing(request, broken) : request
    const sent = { request: asked, model, prices, wallMs: clock.wallMs() }
    const wire = wireRequest(asked, options, attempt)
    const { tokenizer } = counting
    const guard = await guardAttempt({ ...sent, budgets, wire, tokenizer, signal })
    try {
      const outcome = await send(attempt, counting, guard)
      guard.settle(await costOfAttempt({ ...sent, reply, status: outcome.status }, counting))
      return outcome
    } finally {
      guard.settle(0)
    }
  }

  /** Sends until the answer is whole or not worth another try; resolves to the last outcome. */
  async function sendUntilDone(
    counting: Counting | undefined,
    prices: PriceBook,
  ): Promise<AttemptOutcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await sendWithin(attempt, counting, prices)
      const { failure } = outcome
      const given = givenOf(reply)
      const failed = { attempt, failure, given, leftMs: ending.leftMs, takeBudget }
      const decision = failure && decideRetry({ ...failed, failure }, options, random)
      attempts.push(attemptOf(attempt, outcome, reply, decision))
      if (!failure || !decision) return outcome
      pauseAll(failure)
      if (!decision.retry || given === 'stuck') return outcome
      if (reply.isBegun) broken.push(reply)
      const { delayMs, why } = decision
      const frame = {
        kind: 'retry',
        attempt,
        delayMs,
        why,
        given,
        failure,
      } as const
      onRetry?.(frame)
      deliver(frame)
      await sleep(clock, delayMs, ending.signal)
    }
  }

  /** What would become of what was given out, if there were another try. */
  function givenOf(reply: Reply): Given | 'stuck' {
    const { whenCut } = options
    if (!reply.isBegun) return broken.length > 0 && whenCut === 'continue' ? 'continued' : 'nothing'
    if (whenCut === 'restart') return 'withdrawn'
    return whenCut === 'continue' && canContinue(reply) ? 'continued' : 'stuck'
  }

  /** A wait that the server asks of one caller holds for all. */
  function pauseAll(failure: Failure): void {
    if (failure.kind !== 'rate-limited' || !failure.retryAfterMs) return
    if (failure.retryAfterMs <= options.maxDelay) pace.limiter.pause(failure.retryAfterMs)
  }

  async function run(): Promise<CallEnd> {
    let failure: Failure | undefined
    let cause: unknown
    const { counting, prices } = await context.prepare(model, budgets.length > 0)
    try {
      ;({ failure, cause } = await sendUntilDone(counting, prices))
    } catch (error) {
      // Stopped while it waited for a slot or for another try; or not sent for want of money.
      const isUnpaid = error instanceof BudgetReached
      if (!ending.signal.aborted && !isUnpaid) throw error
      cause = isUnpaid ? error : ending.signal.reason
      failure = classify(cause, { isOurAbort: true })?.failure
    } finally {
      ending.release()
    }
    const wallMs = clock.wallMs()
    // What was stopped before its next try broke off last: it is the reply, and no other.
    const before = broken.filter(other => other !== reply)
    const choices = options.whenCut === 'continue' ? joined(before, reply) : reply.choices
    const answered = { reply, choices, broken: before }
    const call = { request, model, startedAtMs, attempts, ...answered, failure, wallMs }
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
