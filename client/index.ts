/** The reference client: streams that never end in silence, retried, counted, priced; and batches of them. */
export type { Message } from '../protocol/chat-body.ts'
export type { Cost } from '../protocol/prices.ts'
export type { Budget } from './budget.ts'
export type { ChatStream } from './chat-stream.ts'
export { type Checkpoint, type CheckpointOptions, openCheckpoint } from './checkpoint.ts'
export { type Client, type ClientParts, clientOf, createClient } from './client.ts'
export { type CompleteAllOptions, type Completed, completeAll } from './complete-all.ts'
export type { Failure } from './failure.ts'
export type { Frame, How, RetryFrame } from './frame.ts'
export type { Limiter, PacedLimiter } from './limiter.ts'
export type { ClientOptions, GivenClientOptions } from './options.ts'
export { type PaceChange, paceLine } from './pace/history.ts'
export type { Choice, ToolCall } from './reply.ts'
export type { CallOptions, ChatRequest } from './request.ts'
export { type ChatResult, ClientError, RetryExhaustedError } from './result.ts'
export { type KeptAnswer, spentBefore } from './saved-call.ts'
export type { Spent } from './spent.ts'
export {
  completeStructured,
  type PartOf,
  type Schema,
  type Structured,
  StructuredError,
  type StructuredOptions,
  type StructuredStream,
  streamStructured,
} from './structured.ts'
export {
  type DocumentSource,
  type DocumentSummary,
  type SummariseOptions,
  summariseDocuments,
} from './summarise.ts'
export type { Attempt, Timeline } from './timeline.ts'
export type { Counted, Usage } from './usage.ts'
