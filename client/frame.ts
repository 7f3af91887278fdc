/** What a stream gives out, one thing at a time. */
import type { WireUsage } from '../protocol/read-chunk.ts'
import type { Failure } from './failure.ts'

export type Frame =
  | TextFrame
  | ToolCallFrame
  | { readonly kind: 'usage'; readonly usage: WireUsage }
  | RetryFrame
  | EndFrame

/** A piece of text; `choice` is 0 unless several were asked for. */
export interface TextFrame {
  readonly kind: 'content' | 'reasoning' | 'refusal'
  readonly choice: number
  readonly text: string
}

/** A piece of a tool call: `id` and `name` come with the first, `text` is the arguments' JSON so far unseen. */
export interface ToolCallFrame {
  readonly kind: 'tool_call'
  readonly choice: number
  /** The server's number for the call: pieces of one have the same. Not every server begins with 0. */
  readonly index: number
  readonly id: string | undefined
  readonly name: string | undefined
  readonly text: string
}

/** nothing: no piece was given out; withdrawn: those that were do not count; continued: they are gone on from. */
export type Given = 'nothing' | 'withdrawn' | 'continued'

/** An attempt failed, and there will be another. */
export interface RetryFrame {
  readonly kind: 'retry'
  /** The attempt that failed; 1: the first. */
  readonly attempt: number
  readonly delayMs: number
  readonly why: string
  /** What becomes of the pieces given out so far. */
  readonly given: Given
  readonly failure: Failure
}

/** The last frame of every stream. */
export interface EndFrame {
  readonly kind: 'end'
  readonly how: How
  /** As the server said it; of a response, in the words of chat completions. */
  readonly finishReason: string | undefined
  /** Set exactly when the answer is not whole. */
  readonly failure: Failure | undefined
}

/**
 * How an answer ended. The first four are whole answers; then: the stream broke off, went silent, was
 * stopped by the caller, or failed for a reason that `failure` tells.
 */
export type How =
  | 'complete'
  | 'length'
  | 'tool_calls'
  | 'content_filter'
  | 'truncated'
  | 'stalled'
  | 'aborted'
  | 'error'

/** What a finish reason means; undefined: the server gave up, in a dialect's way. */
export function howFinished(finishReason: string): How | undefined {
  switch (finishReason) {
    case 'length':
    case 'content_filter':
    case 'tool_calls':
      return finishReason
    case 'function_call':
      return 'tool_calls'
    case 'error': // OpenRouter
    case 'abort': // vLLM, SGLang
      return undefined
    default:
      return 'complete'
  }
}

/** How a call that failed has ended; `hasHead`: a good answer had begun. */
export function howFailed(failure: Failure, hasHead: boolean): How {
  switch (failure.kind) {
    case 'aborted':
      return 'aborted'
    case 'truncated':
      return 'truncated'
    case 'connection':
      return hasHead ? 'truncated' : 'error'
    case 'timeout':
      return failure.which === 'idle' || failure.which === 'first-token' ? 'stalled' : 'error'
    default:
      return 'error'
  }
}
