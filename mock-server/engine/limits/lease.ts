/** What a request holds of its limits, from when it is let in until it is over. */
import { grow, type Portion, refill, settle } from './bucket.ts'

/** One request in flight. */
export interface Ticket {
  /** When it will be over, monotonic ms. */
  endsAtMs: number
}

/** A request let in, until it is released. */
export interface Lease {
  /** What is planned of it: how many output tokens, and until when, monotonic ms: who is refused waits for that. */
  plan(outputTokens: number, endsAtMs: number, nowMs: number): void
  /** It is over after so many output tokens: what it reserved beyond them is given back. The first call counts. */
  release(outputTokens: number, nowMs: number): void
}

/** What a request is taken to last until its plan is known. */
const UNPLANNED_MS = 1000

export function createTicket(nowMs: number): Ticket {
  return { endsAtMs: nowMs + UNPLANNED_MS }
}

/** `inFlight`: those among whom the ticket is. */
export function createLease(
  ticket: Ticket,
  held: {
    readonly inFlight: Set<Ticket>
    readonly portions: readonly Portion[]
    readonly inputTokens: number
  },
): Lease {
  const { inFlight, portions, inputTokens } = held
  return {
    plan(outputTokens, endsAtMs, nowMs) {
      if (!inFlight.has(ticket)) return // hung up meanwhile
      ticket.endsAtMs = endsAtMs
      for (const portion of portions) {
        refill(portion.bucket, nowMs)
        grow(portion, inputTokens + outputTokens)
      }
    },
    release(outputTokens, nowMs) {
      if (!inFlight.delete(ticket)) return
      for (const portion of portions) {
        refill(portion.bucket, nowMs)
        settle(portion, inputTokens + outputTokens)
      }
    },
  }
}
