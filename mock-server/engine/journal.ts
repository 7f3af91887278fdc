/** What was asked, intended and done, request by request: a ring that forgets the oldest. */

export interface JournalEntry {
  /** Counts requests from 1, in order of arrival. */
  readonly number: number
  /** The answer's `x-request-id`. */
  readonly requestId: string
  readonly method: string
  readonly path: string
  /** Wall-clock ms since the epoch. */
  readonly receivedAtMs: number
  /** What names the request's chance: the `x-tokadence-key` header, else a hash of what it says. */
  key?: string
  /** 1 = the first try, from `x-stainless-retry-count`. */
  readonly attempt: number
  model?: string
  stream?: boolean
  /** The parsed body; undefined when it was not JSON or was larger than the journal keeps. */
  body?: unknown
  intended?: Intended
  done: Done
  /** The refusal's or failure's code and words. */
  error?: { readonly code: string | null; readonly message: string }
}

export interface Intended {
  readonly promptTokens: number
  readonly outputTokens: number
  /** Ms from the request to each step (the first 4,096), ascending; the first is the TTFT. */
  readonly dueMs: readonly number[]
}

export type Outcome = 'open' | 'ok' | 'refused' | 'hung-up' | 'failed'

export interface Done {
  outcome: Outcome
  /** The HTTP status, 0 before there is one. */
  status: number
  /** Ms from the request to the first and the last token written; undefined: none. */
  firstTokenMs?: number
  lastTokenMs?: number
  /** Content chunks written; told when the request is over. */
  chunks: number
  /** The largest actual − intended emission, ms. */
  maxPacingErrorMs: number
  /** Ms from the request to the answer's end. */
  durationMs?: number
}

export interface Journal {
  add(entry: JournalEntry): void
  /** The entries kept, oldest first; the objects are live until their request is over. */
  entries(): JournalEntry[]
  clear(): void
}

/** Bodies above this many bytes are not kept, due times beyond this many steps neither. */
export const keptBodyBytes = 16_384
export const keptSteps = 4096
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
  return {
    add(entry) {
      if (ring.length < capacity) ring.push(entry)
      else if (capacity > 0) {
        ring[oldest] = entry
        oldest = (oldest + 1) % capacity
      }
    },
    entries: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    clear() {
      ring = []
      oldest = 0
    },
  }
}
