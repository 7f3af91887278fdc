/** What a program built on an SDK saw of the mock servers, told as JSON in the same shape in every language. */

export interface Verdict {
  /** Name and version. */
  readonly sdk: string
  /** `Reply with exactly this text: Good morning.` in one piece. */
  readonly chat: Said
  /** The same, streamed with its usage. */
  readonly chatStream: Said & Streamed
  /** `What is the weather in Lisbon?` with a tool: called, its result sent, until there is nothing to call. */
  readonly tools: Loop
  /** The same, streamed: the arguments put together from their pieces. */
  readonly toolsStream: Loop
  /** A reply in a JSON schema, read by the SDK into the language's own type. */
  readonly parsed: Book
  readonly embedding: {
    /** Of a vector in the model's own size, and of one of 256. */
    readonly length: number
    readonly shortLength: number
    readonly norm: number
    /** Whether floats (`encoding_format: 'float'`) are the numbers that the SDK's default gives. */
    readonly sameAsFloats?: boolean
  }
  /** The same by the Responses API. */
  readonly response: Said
  readonly responseStream: Said &
    Streamed & {
      /** The types of the events, each once, in the order of their first appearance. */
      readonly events?: readonly string[]
    }
  readonly responseTools: Loop
  readonly responseParsed: Book
  /** Three files uploaded, one read again, all found by paging one by one, and deleted. */
  readonly file?: {
    readonly bytes: number
    readonly content: string
    readonly listed: number
    readonly deleted: boolean
  }
  /** A WAV: its first four bytes as text, and how many there are. */
  readonly speech?: { readonly start: string; readonly bytes: number }
  readonly models?: readonly string[]
  readonly errors: {
    readonly badRequest: Failure
    readonly badStream: Failure
    readonly wrongKey: Failure
    readonly unknownModel: Failure
    /** It fails on every try. */
    readonly serverError: Failure
    /** The second request where one a minute is allowed; `retry-after` in seconds. */
    readonly rateLimited: Failure & { readonly retryAfter: string | null }
  }
  /** A request that is let in when it has waited long enough, and how long it took in ms. */
  readonly retried: { readonly text: string; readonly waitedMs: number }
}

export interface Said {
  readonly text: string
  /** Of a response: its status. */
  readonly finishReason: string
  readonly outputTokens: number
}

export interface Streamed {
  /** How many pieces the text came in. */
  readonly pieces: number
}

export interface Loop {
  /** Names of the tools called. */
  readonly called: readonly string[]
  readonly city: string
  /** Requests until the end. */
  readonly rounds: number
  readonly text: string
}

export interface Book {
  readonly title: string
  readonly pages: number
  readonly mood: string
  readonly tags: readonly string[]
}

export interface Failure {
  /** Of the class, without its package. */
  readonly name: string
  readonly status: number
  readonly code: string | null
  readonly param: string | null
  readonly hasRequestId: boolean
}
