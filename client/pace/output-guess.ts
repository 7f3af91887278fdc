/** How many tokens an answer will take, from those before: the 95th percentile of the last few hundred. */

export interface OutputGuess {
  add(outputTokens: number): void
  /** Never more than `maxTokens`, where that is set. */
  guess(maxTokens: number | undefined): number
}

const KEPT = 256
/** Fewer tell nothing; of a few the longest is taken. */
const ENOUGH = 4
const UNKNOWN = 256
const SHARE = 0.95

export function createOutputGuess(): OutputGuess {
  const seen: number[] = []
  let next = 0
  /** Undefined: to be computed again. */
  let percentile: number | undefined

  return {
    add(outputTokens) {
      seen[next] = outputTokens
      next = (next + 1) % KEPT
      percentile = undefined
    },
    guess(maxTokens = Number.POSITIVE_INFINITY) {
      if (seen.length < ENOUGH) return Number.isFinite(maxTokens) ? maxTokens : UNKNOWN
      percentile ??= [...seen].sort((a, b) => a - b)[Math.ceil(seen.length * SHARE) - 1]!
      return Math.min(maxTokens, percentile)
    },
  }
}
