/** What the successes of one round say together: how long they took, how many ran beside them, what came of it. */

export interface RoundResult {
  /** Requests in flight in the mean, and at most. */
  readonly inFlight: number
  readonly peak: number
  readonly durationMs: number
  /** Output tokens a ms. */
  readonly throughput: number
}

export interface Round {
  /** A success, of this round or of one sent before it. */
  ended(outputTokens: number, nowMs: number): void
  /** A success of this round. */
  add(success: { nowMs: number; durationMs: number; inFlight: number }): void
  /** Successes of this round. */
  readonly count: number
  result(nowMs: number): RoundResult
}

export function createRound(): Round {
  /** From the first of its own successes on: before it, what is new is not at work yet. */
  let startedAtMs: number | undefined
  let count = 0
  let inFlight = 0
  let peak = 0
  let durationMs = 0
  let tokens = 0

  return {
    ended(outputTokens, nowMs) {
      if (startedAtMs === undefined || nowMs <= startedAtMs) return
      // Where nothing counts tokens, answers are counted.
      tokens += Math.max(1, outputTokens)
    },
    add(success) {
      startedAtMs ??= success.nowMs
      count++
      inFlight += success.inFlight
      peak = Math.max(peak, success.inFlight)
      durationMs += success.durationMs
    },
    get count() {
      return count
    },
    result: nowMs => ({
      inFlight: inFlight / count,
      peak,
      durationMs: durationMs / count,
      throughput: tokens / Math.max(1, nowMs - (startedAtMs ?? nowMs)),
    }),
  }
}
