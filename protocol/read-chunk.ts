/**
 * A completion chunk, or a whole completion, read leniently: servers that say they speak OpenAI leave
 * out `choices`, send it null or empty, or put an error where a chunk should be.
 */
import { countOf, fieldsOf, listOf, textOf } from './lenient.ts'

/** What one chunk says. */
export interface ChunkReading {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly error: WireError | undefined
  readonly usage: WireUsage | undefined
  readonly deltas: readonly Delta[]
}

/** What one chunk adds to one choice; a text that is absent or empty is undefined. */
export interface Delta {
  readonly choice: number
  readonly content: string | undefined
  /** `reasoning_content` (DeepSeek, vLLM) or `reasoning` (OpenRouter, Groq). */
  readonly reasoning: string | undefined
  readonly refusal: string | undefined
  readonly toolCalls: readonly ToolCallPiece[]
  readonly finishReason: string | undefined
}

export interface ToolCallPiece {
  readonly index: number
  readonly id: string | undefined
  readonly name: string | undefined
  /** The next characters of the arguments' JSON. */
  readonly arguments: string
}

export interface WireUsage {
  readonly inputTokens: number
  /** Those of `inputTokens` that were read from the cache. */
  readonly cachedInputTokens: number
  readonly outputTokens: number
  /** Those of `outputTokens` that were spent on reasoning. */
  readonly reasoningTokens: number
}

export interface WireError {
  readonly message: string
  readonly type: string | undefined
  readonly code: string | undefined
  readonly param: string | undefined
}

export function readChunk(json: unknown): ChunkReading {
  const chunk = fieldsOf(json)
  return {
    id: textOf(chunk.id),
    model: textOf(chunk.model),
    error: readWireError(json),
    usage: readUsage(chunk.usage),
    deltas: listOf(chunk.choices).map(readDelta),
  }
}

/** The error in a body or a chunk: nested under `error`, or flat with `type: 'error'` or (vLLM, Mistral) `object: 'error'`. */
export function readWireError(json: unknown): WireError | undefined {
  const body = fieldsOf(json)
  if (body.error) return errorOf(body.error)
  return body.type === 'error' || body.object === 'error' ? errorOf(body) : undefined
}

function errorOf(value: unknown): WireError {
  const error = fieldsOf(value)
  const code = typeof error.code === 'number' ? String(error.code) : textOf(error.code)
  return {
    message: textOf(error.message) ?? textOf(value) ?? JSON.stringify(value),
    type: textOf(error.type),
    code,
    param: textOf(error.param),
  }
}

function readDelta(value: unknown, position: number): Delta {
  const choice = fieldsOf(value)
  const said = fieldsOf(choice.delta ?? choice.message)
  return {
    choice: countOf(choice.index, position),
    content: textOf(said.content),
    reasoning: textOf(said.reasoning_content) ?? textOf(said.reasoning),
    refusal: textOf(said.refusal),
    toolCalls: listOf(said.tool_calls).map(readToolCall),
    finishReason: textOf(choice.finish_reason),
  }
}

function readToolCall(value: unknown, position: number): ToolCallPiece {
  const call = fieldsOf(value)
  const called = fieldsOf(call.function ?? call.custom)
  return {
    index: countOf(call.index, position),
    id: textOf(call.id),
    name: textOf(called.name),
    arguments: textOf(called.arguments) ?? textOf(called.input) ?? '',
  }
}

function readUsage(value: unknown): WireUsage | undefined {
  const usage = fieldsOf(value)
  if (usage.prompt_tokens === undefined && usage.completion_tokens === undefined) return undefined
  return {
    inputTokens: countOf(usage.prompt_tokens, 0),
    cachedInputTokens: countOf(fieldsOf(usage.prompt_tokens_details).cached_tokens, 0),
    outputTokens: countOf(usage.completion_tokens, 0),
    reasoningTokens: countOf(fieldsOf(usage.completion_tokens_details).reasoning_tokens, 0),
  }
}
