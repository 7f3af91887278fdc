/**
 * The pace of a client: whom it lets out and when, and what it learns from how that went.
 * Slots, turns and pauses are the limiter's, requests and tokens a minute are `rates`, the limit of slots is
 * `concurrency`'s; here they are told what happens.
 */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Message } from '../../protocol/chat-body.ts'
import {
  countChatTokens,
  countChatTokensInSlices,
  isShortChat,
} from '../../protocol/tokens/chat-tokens.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import type { AttemptOutcome } from '../attempt.ts'
import { createLimiter, type Need, type PacedLimiter } from '../limiter.ts'
import type { Turn } from '../limiter-line.ts'
import type { Reply } from '../reply.ts'
import type { Headers } from '../transport.ts'
import { type Concurrency, createConcurrency, type Started } from './concurrency.ts'
import { createHistory } from './history.ts'
import { createOutputGuess } from './output-guess.ts'
import { createRates, type Sent } from './rates.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface PaceOptions {
  readonly pace: 'adaptive' | 'fixed'
  /** The limit of requests in flight; adaptive: the highest. */
  readonly concurrency: number
  readonly rpm?: number | undefined
  readonly tpm?: number | undefined
  /** Ms. */
  readonly maxDelay: number
}

/** A request that wants to be sent. */
export interface Ask extends Turn {
  readonly messages: readonly Message[]
  readonly maxTokens?: number | undefined
  readonly isStream: boolean
  /** Counts the prompt, where tokens matter; without one it is guessed from its length. */
  readonly tokenizer?: Tokenizer | undefined
}

/** A request that is under way. */
export interface Pass {
  /** Its answer has begun. */
  answered(headers: Headers): void
  /** It is over, well or not. */
  ended(outcome: AttemptOutcome, reply: Reply): void
  /** Gives back the slot; safe to call again. */
  leave(): void
}

export interface Pace {
  readonly limiter: PacedLimiter
  /** Resolves when it may be sent. Rejects with the signal's reason when it aborts. */
  enter(signal: AbortSignal, ask: Ask): Promise<Pass>
}

/** Where an adaptive limit begins: few servers take less. */
const START = 4
/** Refusals within so long of one another are one change. */
const SAME_CHANGE_MS = 1000

export function createPace(options: PaceOptions, clock: Clock, random: Random): Pace {
  const { nowMs } = clock
  const history = createHistory()
  const outputs = createOutputGuess()
  const rates = createRates(options, {
    nowMs,
    maxWaitMs: options.maxDelay,
    changed: history.add,
  })
  const isAdaptive = options.pace === 'adaptive'
  const start = isAdaptive ? Math.min(START, options.concurrency) : options.concurrency
  const slots = createLimiter(start, clock, { gate: rates, random })
  const concurrency = isAdaptive
    ? createConcurrency({ start, max: options.concurrency }, changed)
    : undefined

  function changed({ from, to, why }: { from: number; to: number; why: string }): void {
    const atMs = nowMs()
    history.add({ atMs, what: 'concurrency', from, to, why }, SAME_CHANGE_MS)
    slots.setLimit(to)
  }

  const limiter: PacedLimiter = {
    acquire: slots.acquire,
    pause(delayMs) {
      const before = slots.pausedMs
      slots.pause(delayMs)
      if (slots.pausedMs <= before) return
      const change = { from: before, to: delayMs, why: 'the server asks to wait' }
      history.add({ atMs: nowMs(), what: 'pause', ...change }, SAME_CHANGE_MS)
    },
    setLimit(next) {
      concurrency?.set(next)
      changed({ from: slots.limit, to: next, why: 'set from outside' })
    },
    get limit() {
      return slots.limit
    },
    get inFlight() {
      return slots.inFlight
    },
    get waiting() {
      return slots.waiting
    },
    get pausedMs() {
      return slots.pausedMs
    },
    history: history.changes,
  }

  /** Exact where tokens matter and there is a tokenizer. */
  function promptTokens({ messages, tokenizer }: Ask): number | Promise<number> {
    if (!tokenizer || !rates.countsTokens) return guessTokens(messages)
    if (isShortChat(messages)) return countChatTokens(tokenizer, messages)
    return countChatTokensInSlices(tokenizer, messages)
  }

  return {
    limiter,
    async enter(signal, ask) {
      const input = promptTokens(ask)
      const inputTokens = typeof input === 'number' ? input : await input
      const { maxTokens } = ask
      // What answers take may be better known by the time that it is this one's turn.
      const need: Need = {
        get tokens() {
          return inputTokens + outputs.guess(maxTokens)
        },
        serverTokens: maxTokens === undefined ? undefined : inputTokens + maxTokens,
      }
      let sent!: Sent
      let started: Started | undefined
      need.granted = () => {
        sent = rates.sent(need, nowMs())
        started = concurrency?.sent(sent.sentAtMs)
      }
      const release = await slots.acquire(signal, ask, need)

      return {
        answered: headers => rates.told(sent, headers, nowMs()),
        ended(outcome, reply) {
          const verdict = verdictOf(outcome, sent.tokens)
          const { status = 0, headers, failure } = outcome
          if (status >= 400) rates.told(sent, headers, nowMs(), failure?.message)
          const outputTokens = reply.usage?.outputTokens ?? reply.outputTokens
          const input = reply.usage?.inputTokens ?? inputTokens
          rates.settle(sent, status >= 400 ? 0 : input + outputTokens)
          if (!failure) outputs.add(outputTokens)
          if (!concurrency || !started) return
          tell(concurrency, { started, verdict, ask, reply, input, outputTokens })
        },
        leave: release,
      }
    },
  }

  function tell(
    concurrency: Concurrency,
    {
      started,
      verdict,
      ask,
      reply,
      input,
      outputTokens,
    }: {
      started: Started
      verdict: Verdict
      ask: Ask
      reply: Reply
      input: number
      outputTokens: number
    },
  ): void {
    const { inFlight } = slots
    if (verdict === 'refused')
      concurrency.refused(started, { nowMs: nowMs(), others: inFlight - 1 })
    else if (verdict === 'failed') concurrency.failed(started, nowMs())
    else if (verdict === 'well') {
      const firstAtMs = ask.isStream && isPlain(reply) ? reply.contentAtMs[0] : undefined
      const ttftMs = firstAtMs === undefined ? undefined : firstAtMs - started.sentAtMs
      const success = { nowMs: nowMs(), ttftMs, inputTokens: input, outputTokens, inFlight }
      concurrency.succeeded(started, success)
    }
  }
}

/** English takes about four characters a token. */
function guessTokens(messages: readonly Message[]): number {
  let length = 0
  for (const { content } of messages) {
    length += typeof content === 'string' ? content.length : JSON.stringify(content ?? '').length
  }
  return Math.ceil(length / 4) + 4 * messages.length
}

/** Content after thoughts is no first token. */
function isPlain({ choices }: Reply): boolean {
  return choices.every(({ reasoning }) => reasoning === '')
}
