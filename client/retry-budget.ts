/**
 * How many retries a client may make of all its sends: where a whole server is down, tries upon tries are load
 * that keeps it down. A tenth of what is sent, and ten to begin with, is what Google's SRE book advises.
 * Waits that the server asks for are no such load and take nothing.
 */
export interface RetryBudget {
  /** A request is sent for the first time. */
  sent(): void
  /** Takes one retry; false when there is none left. */
  take(): boolean
}

/** Retries there are at the start, and at most. */
const FLOOR = 10
const CEILING = 1000

/** `share`: retries for each send, 0 to 1. */
export function createRetryBudget(share: number): RetryBudget {
  let left = FLOOR
  return {
    sent() {
      left = Math.min(CEILING, left + share)
    },
    take() {
      if (left < 1) return false
      left--
      return true
    },
  }
}
