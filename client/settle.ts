/** The sum of a call: its reply, attempts and failure as one result, with usage and cost. */
import type { PriceBook } from '../protocol/prices.ts'
import type { Failure } from './failure.ts'
import { howFailed, howFinished } from './frame.ts'
import type { Reply } from './reply.ts'
import type { ChatRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { type Attempt, timelineOf } from './timeline.ts'
import { type Counting, settleUsage } from './usage.ts'

interface EndedCall {
  readonly request: ChatRequest
  /** As asked for. */
  readonly model: string
  readonly startedAtMs: number
  readonly attempts: readonly Attempt[]
  /** The last attempt's. */
  readonly reply: Reply
  readonly failure: Failure | undefined
  /** The day of the prices. */
  readonly wallMs: number
}

export async function settle(
  { request, model, startedAtMs, attempts, reply, failure, wallMs }: EndedCall,
  counting: Counting | undefined,
  prices: PriceBook,
): Promise<ChatResult> {
  const { choices, contentAtMs, id, model: servedModel } = reply
  const { text = '', refusal = '', toolCalls = [], finishReason = '' } = choices[0] ?? {}
  const { status = 0 } = attempts.at(-1) ?? {}
  const wasAnswered = status >= 200 && status < 300
  const { usage, counted } = await settleUsage(reply.usage, counting, {
    messages: request.messages,
    outputTokens: reply.outputTokens,
    wasAnswered,
  })
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
