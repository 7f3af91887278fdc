/**
 * How long first tokens take when nobody waits, by the length of the prompt: what is more than that was spent
 * in a line that the server does not tell of.
 */

export interface FirstTokenBase {
  /** One answer of the round that is running. */
  add(ttftMs: number, inputTokens: number): void
  /** Closes the round: ms by which its first tokens were late in the mean, less their own scatter. */
  endRound(): number
  /** Takes first tokens as they come now for unloaded ones. */
  forget(): void
}

interface Sums {
  count: number
  ms: number
  squares: number
}

/** A class of prompts doubles in length; short ones cost the same. */
const SHORT_PROMPT = 64
/** A single one says little of a class. */
const ENOUGH = 3
/** So many first tokens in a round move the base all the way down to their mean. */
const FULL_WEIGHT = 32

export function createFirstTokenBase(): FirstTokenBase {
  const base = new Map<number, number>()
  let round = new Map<number, Sums>()

  return {
    add(ttftMs, inputTokens) {
      const size = Math.max(0, Math.ceil(Math.log2(inputTokens / SHORT_PROMPT)))
      let sums = round.get(size)
      if (!sums) {
        sums = { count: 0, ms: 0, squares: 0 }
        round.set(size, sums)
      }
      sums.count++
      sums.ms += ttftMs
      sums.squares += ttftMs * ttftMs
    },
    endRound() {
      let lateMs = 0
      let variance = 0
      let count = 0
      for (const [size, sums] of round) {
        if (sums.count < ENOUGH) continue
        const mean = sums.ms / sums.count
        const known = base.get(size)
        const low = known ?? mean
        lateMs += (mean - low) * sums.count
        variance += Math.max(0, sums.squares - mean * sums.ms)
        count += sums.count
        if (mean <= low) {
          base.set(size, low + (mean - low) * Math.min(1, sums.count / FULL_WEIGHT))
        }
      }
      round = new Map()
      if (count === 0) return 0
      return Math.max(0, lateMs / count - Math.sqrt(variance) / count)
    },
    forget() {
      base.clear()
      round = new Map()
    },
  }
}
