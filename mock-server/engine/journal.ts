/** What was asked, intended and done, request by request: a ring that forgets the oldest. */

export interface JournalEntry {
  /** Counts requests from 1, in order of arrival. */
  readonly number: number
  /** The answer's `x-request-id`. */
  readonly requestId: string
  readonly method: string
  readonly path: string
  /** What metrics call the endpoint, e.g. `chat.completions`. */
  readonly endpoint: string
  /** Wall-clock ms since the epoch. */
  readonly receivedAtMs: number
  /** What names the request's chance: the `x-tokadence-key` header, else a hash of what it says. */
  key?: string | undefined
  /** 1 = the first try, from `x-stainless-retry-count`. */
  readonly attempt: number
  /** A short hash of the API key: who asked, without the key; undefined: no key was looked for. */
  caller?: string | undefined
  /** Of the request's headers those that say how a client behaves; undefined: none of them. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  model?: string | undefined
  stream?: boolean | undefined
  /** The parsed body; undefined when it was not JSON or was larger than the journal keeps. */
  body?: unknown
  intended?: Intended
  done: Done
  /** The refusal's or failure's code and words. */
  error?: { readonly code: string | null; readonly message: string }
  /** What went wrong on purpose, e.g. `reset-mid-stream`; never set for a bug of ours. */
  fault?: string
  /**
   * The id of the request whose answer it was given once more, as both have one `Idempotency-Key`; undefined: it was
   * answered itself.
   */
  replayOf?: string
  /** How long the client was told to wait before it comes again, ms; undefined: it was not told. */
  retryAfterMs?: number | undefined
}

export interface Intended {
  readonly promptTokens: number
  readonly outputTokens: number
  /** Those of the prompt's tokens that were seen before; undefined: nobody looks. */
  readonly cachedTokens?: number
  /** Why the first choice ends, in OpenAI's words; undefined: it has no choices. */
  readonly finishReason?: string | undefined
  /** Ms from the request to each step (the first 4,096), ascending; the first is the TTFT. */
  readonly dueMs: readonly number[]
  /** Ms in the queue, waiting for a slot; undefined: there is no queue. */
  queueMs?: number
  /** Ms from the slot until its prompt was read; its first token takes what it takes alone from then on. */
  prefillMs?: number
}

/** `cut`: broken off by the server on purpose. */
export type Outcome = 'open' | 'ok' | 'refused' | 'hung-up' | 'failed' | 'cut'

export interface Done {
  outcome: Outcome
  /** The HTTP status, 0 before there is one. */
  status: number
  /** Ms from the request to the first and the last token written; undefined: none. */
  firstTokenMs?: number
  lastTokenMs?: number
  /** Content chunks written; told when the request is over. */
  chunks: number
  /** Output tokens written; told when the request is over. */
  outputTokens?: number
  /** Bytes of the answer's body, as far as they were written; told when the request is over. */
  bytes: number
  /**
   * Ms from the request to the write of each step's tokens (the first 4,096): `eventMs[k]` is what became of
   * `intended.dueMs[k]`. One for an answer that is sent whole. Told when the request is over.
   */
  eventMs: number[]
  /** The largest actual − intended emission, ms. */
  maxPacingErrorMs: number
  /** Ms from the request to the answer's end. */
  durationMs?: number
  /** Ms from the request until its client was seen to be gone; undefined: it stayed. */
  hungUpMs?: number
}

export interface Journal {
  add(entry: JournalEntry): void
  /** The entries kept, oldest first; the objects are live until their request is over. */
  entries(): JournalEntry[]
  /** The last `count` entries, newest first. */
  latest(count: number): JournalEntry[]
  /** The newest of this `x-request-id` that is kept. */
  find(requestId: string): JournalEntry | undefined
  /** Forgets all, or what has this key. */
  clear(key?: string): void
  /** How many requests were pushed out by newer ones since all were cleared. */
  readonly forgotten: number
  /** Tells those who watch that its request is over. */
  over(entry: JournalEntry): void
  /** Calls back with each request when it is over, kept or not; returns what ends it. */
  watch(told: (entry: JournalEntry) => void): () => void
}

/** Bodies above this many bytes are not kept, due times beyond this many steps neither. */
export const keptBodyBytes = 16_384
export const keptSteps = 4096
/** The request headers that are kept: those that say how a client behaves, never a key or a cookie. */
export const keptHeaders = [
  'user-agent',
  'idempotency-key',
  'x-stainless-retry-count',
  'x-stainless-timeout',
] as const
/** Characters that are kept of a model's name and of an error's words: clients can make both long. */
const KEPT_LENGTH = 4096

/** Cuts what is long. To be called when the request is over: until then its body is there anyway. */
export function shortenEntry(entry: JournalEntry): void {
  const { model, error } = entry
  if (model !== undefined && model.length > KEPT_LENGTH) entry.model = beginningOf(model)
  if (error && error.message.length > KEPT_LENGTH) {
    entry.error = { ...error, message: beginningOf(error.message) }
  }
}

/** A copy: a slice would keep the whole text alive. */
function beginningOf(text: string): string {
  return `${Buffer.from(text.slice(0, KEPT_LENGTH)).toString()}…`
}

/** Keeps the last `capacity` entries. */
export function createJournal(capacity: number): Journal {
  let ring: JournalEntry[] = []
  let oldest = 0
  let forgotten = 0
  const watchers = new Set<(entry: JournalEntry) => void>()
  return {
    add(entry) {
      if (ring.length < capacity) {
        ring.push(entry)
        return
      }
      forgotten++
      if (capacity > 0) {
        ring[oldest] = entry
        oldest = (oldest + 1) % capacity
      }
    },
    entries: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    latest(count) {
      const length = Math.min(count, ring.length)
      return Array.from({ length }, (_, i) => ring[(oldest - 1 - i + ring.length) % ring.length]!)
    },
    find(requestId) {
      for (let back = 1; back <= ring.length; back++) {
        const entry = ring[(oldest - back + ring.length) % ring.length]!
        if (entry.requestId === requestId) return entry
      }
      return undefined
    },
    clear(key) {
      const kept = [...ring.slice(oldest), ...ring.slice(0, oldest)]
      ring = key === undefined ? [] : kept.filter(entry => entry.key !== key)
      oldest = 0
      if (key === undefined) forgotten = 0
    },
    get forgotten() {
      return forgotten
    },
    over(entry) {
      if (watchers.size === 0) return
      for (const told of watchers) told(entry)
    },
    watch(told) {
      watchers.add(told)
      return () => void watchers.delete(told)
    },
  }
}
