/** What is asked of a client under torture, and what was seen of it. */

/** Everything that a client is told. */
export interface Question {
  /** With /v1. */
  readonly baseURL: string
  readonly apiKey: string
  readonly prompt: string
  /** To be set wherever the client has a time-out, ms. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A client as a user would write it: every piece of content is said; throws when the client does. */
export interface Adapter {
  /** As it stands on the card, e.g. `openai 6.49.0`. */
  readonly version: string
  ask(question: Question, say: (text: string) => void): Promise<void>
}

/** A question with the limits of one trial. */
export interface Task {
  readonly question: Omit<Question, 'signal'>
  /** When the client is told to stop, ms from the start; undefined: never. */
  readonly stopAfterMs?: number | undefined
  /** How long it may take, ms; what is not over then hangs. */
  readonly patienceMs: number
}

/**
 * ok: the client took the answer for whole; error: it said that it is not; hung: it was still at it when its time
 * was over; crashed: its process ended.
 */
export type Ended = 'ok' | 'error' | 'hung' | 'crashed'

/** What a client did, by its own word. */
export interface Told {
  /** All it gave out. */
  readonly text: string
  readonly ended: Ended
  /** In the client's words. */
  readonly error?: string | undefined
  readonly ms: number
}

/** And by the server's. */
export interface Seen {
  /** Requests that arrived. */
  readonly sends: number
  /** Ms between each and the next. */
  readonly gapsMs: readonly number[]
  /** Whether the server saw the client leave. */
  readonly hungUp: boolean
}

/** A client that can be tried many times, at once too. */
export interface Subject extends AsyncDisposable {
  readonly name: string
  readonly version: string
  /** Never rejects for what the client does. */
  attempt(task: Task): Promise<Told>
}
