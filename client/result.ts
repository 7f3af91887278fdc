/** What a call came to, as plain data; and the error that carries it when the answer is not whole. */
import type { Cost } from '../protocol/prices.ts'
import type { Failure } from './failure.ts'
import type { How } from './frame.ts'
import type { Choice, ToolCall } from './reply.ts'
import type { Attempt, Timeline } from './timeline.ts'
import type { Counted, Usage } from './usage.ts'

export interface ChatResult {
  readonly how: How
  /** The text of choice 0, as far as it came. */
  readonly text: string
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: string | undefined
  /** All choices, in order; one unless more were asked for. */
  readonly choices: readonly Choice[]
  /** As the server names it, else as it was asked for. */
  readonly model: string
  /** The completion's id. */
  readonly id: string | undefined
  /** Of a broken stream too: what was said is counted. Undefined: nothing was sent, or nothing counted. */
  readonly usage: Usage | undefined
  readonly counted: Counted | undefined
  /** Undefined: the model's price is unknown, which is not the same as free. */
  readonly cost: Cost | undefined
  /** In order; empty when the call was stopped before it was sent. */
  readonly attempts: readonly Attempt[]
  readonly timeline: Timeline
  /** Set exactly when the answer is not whole. */
  readonly failure: Failure | undefined
}

/** A call whose answer is not whole: `failure` says why, `result` holds what came of it. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError'
  readonly failure: Failure
  /** Partial text, usage, cost, timeline. */
  readonly result: ChatResult
  constructor(message: string, result: ChatResult & { failure: Failure }, cause: unknown) {
    super(message, { cause })
    this.failure = result.failure
    this.result = result
  }

  /** Every attempt, with its failure and what was decided after it. */
  get attempts(): readonly Attempt[] {
    return this.result.attempts
  }
}

/** Every attempt failed, and each was worth another; `cause` is what the last one met. */
export class RetryExhaustedError extends ClientError {
  override readonly name = 'RetryExhaustedError'
}

/** The error for a result that is not whole. */
export function errorOf(result: ChatResult & { failure: Failure }, cause: unknown): ClientError {
  const { failure, attempts } = result
  const decision = attempts.at(-1)?.decision
  const status = 'status' in failure && failure.status ? `${failure.status} ` : ''
  const message = `${failure.kind}: ${status}${failure.message}`
  if (decision?.retry === false && decision.exhausted) {
    const tries = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`
    return new RetryExhaustedError(`${message} (after ${tries})`, result, cause)
  }
  return new ClientError(message, result, cause)
}
