/**
 * A dialect: what a provider that calls itself OpenAI-compatible does otherwise than OpenAI.
 *
 * Every part may be left out, and OpenAI's own way stands in its place. Chunks, completions and models
 * come in as OpenAI would send them and go out as this provider does, key order included; nothing else
 * of the server knows of dialects than that they may change an object before it is written.
 */
import type { Random } from '../../base/random.ts'
import type { Json } from '../../protocol/checks.ts'
import type { ApiError } from '../../protocol/errors/api-error.ts'

export type { Json }

/** As OpenAI writes it. */
export interface ChatUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number } & Json
  readonly completion_tokens_details: { readonly reasoning_tokens: number } & Json
}

/** What a reply knows of itself before its first byte. */
export interface ReplyFacts {
  /** Of the whole reply. */
  readonly usage: ChatUsage
  /** Whether the request asked for usage (`stream_options.include_usage`). */
  readonly includeUsage: boolean
  readonly choices: number
  /** `req_` and 32 digits. */
  readonly requestId: string
  readonly seed: number | undefined
  /** Planned ms to the first and to the last token, without what others hold it up. */
  readonly firstTokenMs: number
  readonly lastTokenMs: number
  /** Ms that it waited for a slot, known when it speaks; undefined: it need not. */
  readonly queueMs?: number | undefined
  /** The body as it was sent, for options that only this provider has. */
  readonly body: Json
  /** Of this reply's own; hooks draw from forks of it, so that what is said is the same in every dialect. */
  readonly random: Random
}

/** What one choice of a chunk says, as OpenAI writes it. */
export interface ChunkDelta extends Json {
  readonly role?: 'assistant'
  readonly content?: string | null
  readonly refusal?: string | null
  /** Given only to dialects that show it (`chat.showsReasoning`). */
  readonly reasoning_content?: string
  readonly tool_calls?: readonly CallDelta[]
}

/** The first piece of a call has its id, type and name; all have the next piece of its arguments. */
export interface CallDelta extends Json {
  readonly index: number
  readonly id?: string
  readonly type?: 'function' | 'custom'
  readonly function?: { readonly name?: string; readonly arguments: string }
  readonly custom?: { readonly name?: string; readonly input: string }
}

export interface ChunkChoice extends Json {
  readonly index: number
  readonly delta: ChunkDelta
  readonly logprobs: unknown
  readonly finish_reason: string | null
}

/** A chunk as OpenAI writes it, without its obfuscation; it says one thing of one choice, or usage. */
export interface ChatChunk extends Json {
  readonly id: string
  readonly object: 'chat.completion.chunk'
  readonly created: number
  readonly model: string
  readonly choices: readonly ChunkChoice[]
  /** Absent when usage was not asked for; null in every chunk but the last when it was. */
  readonly usage?: ChatUsage | null
}

/** Where in its stream a chunk stands. */
export interface ChunkPlace {
  readonly kind: 'role' | 'reasoning' | 'content' | 'refusal' | 'call' | 'finish' | 'usage'
  /** The item's place in its reply, from 0; 0 for role, finish and usage. */
  readonly item: number
  /** Whether this chunk is the item's first, or last; both when it is the only one. */
  readonly opens: boolean
  readonly closes: boolean
  /** Output tokens that it says. */
  readonly tokens: number
}

/** How chat completions differ. The switches act first, then `delta` or `message`, then what is around them. */
export interface ChatHabits {
  /** Reasoning is part of the answer; OpenAI only counts it. */
  readonly showsReasoning?: true
  /** No `obfuscation` key. */
  readonly obfuscation?: false
  /** The role stands in the first delta that says something, or in every one, without a chunk of its own. */
  readonly role?: 'with-first' | 'in-every'
  /** A tool call comes in one delta when its arguments are complete, or all of them with the finish reason. */
  readonly calls?: 'whole' | 'with-finish'
  /** `always`: in a last chunk, asked for or not; `finish`: with the last finish reason instead. */
  readonly usage?: 'always' | 'finish'
  /** The shapes of ids. */
  id?(random: Random): string
  callId?(random: Random): string
  /** The usage object, in chunks and completions. */
  usageOf?(usage: ChatUsage, facts: ReplyFacts): Json
  delta?(delta: ChunkDelta, place: ChunkPlace, told: Told): Json
  chunk?(chunk: SaidChunk, place: ChunkPlace, told: Told): Json
  /** Chunks before the first; `first` is the role chunk as OpenAI writes it. */
  before?(first: ChatChunk, facts: ReplyFacts): readonly Json[]
  /** Chunks after the last finish reason, before usage. */
  after?(told: Told): readonly Json[]
  /** The message of a completion that is not streamed; one that reasons has `reasoning_content`. */
  message?(message: ChatMessage): Json
  /** The completion around its messages, which are in this dialect as its ids and its usage are. */
  completion?(completion: Completion, facts: ReplyFacts): Json
}

/** A chunk whose delta and usage are in the dialect; what stands around them is OpenAI's. */
export interface SaidChunk extends Json {
  readonly id: string
  readonly choices: readonly (Json & { readonly finish_reason: string | null })[]
}

/** What has been told by a stream up to and including the chunk at hand. */
export interface Told {
  readonly facts: ReplyFacts
  /** Whether this is the very first chunk. */
  readonly first: boolean
  /** Whether every choice has ended. */
  readonly ended: boolean
  /** Output tokens so far. */
  readonly outputTokens: number
  /** UTF-16 units of content so far, of all choices. */
  readonly contentLength: number
}

/** As OpenAI writes it. */
export interface ChatMessage extends Json {
  readonly role: string
  readonly content: string | null
  readonly refusal: string | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly Json[]
}

export interface CompletionChoice<Message = Json> extends Json {
  readonly index: number
  readonly message: Message
  readonly logprobs: unknown
  readonly finish_reason: string
}

export interface Completion<Message = Json, Usage = Json> extends Json {
  readonly id: string
  readonly choices: readonly CompletionChoice<Message>[]
  readonly usage: Usage
}

/** How the Responses API differs. */
export interface ResponsesHabits {
  /** `data: [DONE]` ends the stream. */
  readonly done?: true
  /** Reasoning is told word for word and not as a summary, in events of this name: `response.reasoning.delta`. */
  readonly reasoningText?: 'reasoning' | 'reasoning_text'
  /** A function's arguments come with `.done` only. */
  readonly callDeltas?: false
}

/** How requests are read. */
export interface RequestHabits {
  /** Parameters that OpenAI does not know are accepted and do nothing. */
  readonly acceptsUnknown?: true
  /**
   * The chat body as OpenAI would have to be sent it. Throws ApiError for what only this provider
   * refuses. Never changes `body` itself.
   */
  chatBody?(body: Json): Json
}

/** How answers travel. */
export interface AnswerHabits {
  /** The content type of event streams; OpenAI's is `text/event-stream; charset=utf-8`. */
  readonly eventStreamType?: string
  /** A comment line that is sent once, with the headers of an event stream and before its first token. */
  readonly comment?: string
  /** Stands before the JSON of a completion that is not streamed. */
  readonly jsonPreamble?: string
  /** The headers that every answer has, in place of OpenAI's; `x-request-id` among them. */
  headers?(requestId: string, processingMs: number): Readonly<Record<string, string>>
  /** More headers of a chat completion, which has this id. */
  completionHeaders?(id: string): Readonly<Record<string, string>>
}

export interface ErrorAnswer {
  readonly status: number
  /** The body, complete. */
  readonly json: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ModelObject extends Json {
  readonly id: string
  readonly object: string
  readonly created: number
  readonly owned_by: string
}

export interface Dialect {
  readonly chat?: ChatHabits
  readonly responses?: ResponsesHabits
  readonly request?: RequestHabits
  readonly answer?: AnswerHabits
  /** An answer that refuses. */
  error?(error: ApiError): ErrorAnswer
  /** The data of the event that breaks a chat stream off; `last` is the chunk before it, if there was one. */
  streamError?(error: ApiError, last: Json | undefined): Json
  model?(model: ModelObject): Json
  /** The list of models, already in this dialect. */
  modelList?(models: readonly Json[]): Json
}
