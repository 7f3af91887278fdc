/** A fault: what goes wrong on purpose, as the catalogue describes it and as whoever plays it is told. */
import type { ApiError } from '../../../protocol/errors/api-error.ts'
import type { Dialect } from '../../dialects/dialect.ts'

/** One entry of the catalogue. */
export interface FaultKind {
  /** What is seen on the wire: a sentence. */
  readonly wire: string
  /** What a program sees that uses version 6 of the `openai` package: a sentence. */
  readonly client: string
  /** What a rule may say of it beside its schedule. */
  readonly parameters: readonly ParameterName[]
  /** The answers it can spoil; undefined: any. */
  readonly only?: 'streams' | 'whole'
  /** The endpoints it can spoil; undefined: any. */
  readonly endpoints?: readonly Surface[]
}

export type ParameterName = 'token' | 'for' | 'retry-after' | 'body' | 'size'

/** Endpoints as far as their events differ. */
export type Surface = 'chat.completions' | 'completions' | 'responses' | 'messages' | 'other'

export type FaultAct =
  /** An error in the API's words, before any plan. */
  | { readonly how: 'refuse'; error(context: FaultContext): ApiError }
  /** A whole answer that is not the API's. */
  | { readonly how: 'page'; page(context: FaultContext): Page }
  /** The connection ends without an answer; and for a time, nobody listens for others. */
  | { readonly how: 'cut'; readonly by: Cut; readonly thenRefuses?: true }
  /** Nothing is sent, for a time or for ever; then the answer as ever. */
  | { readonly how: 'hold' }
  /** The answer is planned and played as ever, and spoiled on its way out. */
  | { readonly how: 'spoil'; spoil(context: FaultContext): Spoil }

export interface Page {
  readonly status: number
  /** Undefined: no content type. */
  readonly type: string | undefined
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** `reset` is a TCP reset; `close` closes the connection as it is; `end` ends the answer as HTTP has it. */
export type Cut = 'reset' | 'close' | 'end'

/** What is sent in place of what was to be sent. After a cut or a wait without end comes nothing. */
export type Piece = string | Uint8Array | { readonly waitMs: number } | { readonly cut: Cut }

/** What becomes of one answer; its functions may keep state. What is left out passes unchanged. */
export interface Spoil {
  /** Headers in place of the answer's own; null: left out. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** In place of one event of a stream, given as its text with its blank line, a comment before it perhaps. */
  event?(text: string): readonly Piece[]
  /** In place of the end of a stream. */
  end?(): readonly Piece[]
  /** In place of a body that is sent in one. */
  body?(text: string): SpoiledBody
  /** It can be had of a body that is no text, too, which is given as Latin-1. */
  readonly ofBytes?: true
}

export interface SpoiledBody {
  readonly pieces: readonly Piece[]
  /** What `content-length` says; null: none is sent; undefined: the truth. */
  readonly length?: number | null
}

/** What a fault may know of the request it strikes. */
export interface FaultContext {
  readonly parameters: FaultParameters
  readonly surface: Surface
  readonly dialect: Dialect
  readonly model: string
  /** As the caller sent it; '' for none. */
  readonly apiKey: string
  /** Ms since the epoch. */
  readonly wallMs: number
  /** Pieces of content that come before what is spoiled; never more than the plan has. */
  readonly token: number
  /** Pieces of content that were written. */
  written(): number
  readonly usage: { readonly promptTokens: number; readonly outputTokens: number }
}

/** What the rule says; undefined: it does not. */
export interface FaultParameters {
  readonly token?: number
  readonly forMs?: number
  readonly retryAfter?: RetryAfter
  readonly body?: 'json' | 'html' | 'empty'
  readonly sizeBytes?: number
}

/** `date`: an HTTP date so far ahead. The last four are what clients must not fall for. */
export type RetryAfter =
  | { readonly form: 'seconds' | 'date'; readonly waitMs: number }
  | { readonly form: 'none' | 'past' | 'negative' | 'garbage' }
