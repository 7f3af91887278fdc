/** The sum of a call: its reply, attempts and failure as one result, with usage and cost. */
import type { PriceBook } from '../protocol/prices.ts'
import { addUsage } from './broken.ts'
import type { Failure } from './failure.ts'
import { howFailed, howFinished } from './frame.ts'
import type { Choice, Reply } from './reply.ts'
import type { ChatRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { type Attempt, timelineOf } from './timeline.ts'
import { type Counting, settleUsage, type Usage } from './usage.ts'

interface EndedCall {
  readonly request: ChatRequest
  /** As asked for. */
  readonly model: string
  readonly startedAtMs: number
  readonly attempts: readonly Attempt[]
  /** The last attempt's. */
  readonly reply: Reply
  /** What the answer is: the reply's, or what it and those before it come to. */
  readonly choices: readonly Choice[]
  /** Those that broke off before it, in order. */
  readonly broken: readonly Reply[]
  readonly failure: Failure | undefined
  /** The day of the prices. */
  readonly wallMs: number
}

export async function settle(
  { request, model, startedAtMs, attempts, reply, choices, broken, failure, wallMs }: EndedCall,
  counting: Counting | undefined,
  prices: PriceBook,
): Promise<ChatResult> {
  const { contentAtMs, id, model: servedModel } = reply
  const { text = '', refusal = '', toolCalls = [], finishReason = '' } = choices[0] ?? {}
  const { status = 0 } = attempts.at(-1) ?? {}
  const wasAnswered = status >= 200 && status < 300
  const { messages } = request
  const { outputTokens } = reply
  const last = await settleUsage(reply.usage, counting, { messages, outputTokens, wasAnswered })
  const { counted } = last
  let usage: Usage | undefined
  for (const { usage: said, outputTokens } of broken) {
    const seen = { messages, outputTokens, wasAnswered: true }
    usage = addUsage(usage, (await settleUsage(said, counting, seen)).usage)
  }
  usage = addUsage(usage, last.usage)
  const models = servedModel === undefined ? [model] : [servedModel, model]
  return {
    how: failure ? howFailed(failure, wasAnswered) : (howFinished(finishReason) ?? 'error'),
    text,
    refusal,
    toolCalls,
    finishReason: finishReason || undefined,
    choices,
    model: servedModel ?? model,
    id,
    usage,
    counted,
    cost: usage && prices.costOf(models, usage, wallMs),
    attempts,
    timeline: timelineOf(attempts, {
      startedAtMs,
      contentAtMs,
      outputTokens: usage?.outputTokens,
    }),
    failure,
  }
}

interface SentAttempt {
  readonly request: ChatRequest
  readonly model: string
  readonly reply: Reply
  readonly status: number | undefined
  readonly prices: PriceBook
  readonly wallMs: number
}

/** Nano-dollars of one attempt, its prompt included if a server took it up. */
export async function costOfAttempt(
  { request: { messages }, model, reply, status = 0, prices, wallMs }: SentAttempt,
  counting: Counting | undefined,
): Promise<number> {
  const { outputTokens, model: servedModel = model } = reply
  const wasAnswered = status >= 200 && status < 300
  const seen = { messages, outputTokens, wasAnswered }
  const { usage } = await settleUsage(reply.usage, counting, seen)
  return (usage && prices.costOf([servedModel, model], usage, wallMs)?.nanoDollars) ?? 0
}
