/**
 * Counts a text that arrives in parts, exactly: after every part the count equals that of the whole.
 *
 * Tokens never cross pieces, so a piece is final once nothing that follows can change where it ends:
 * at least three UTF-16 units come after it (the longest look-ahead, as in 're), one of them not white
 * space (runs of white space are split again by what follows). What is not final is the tail, which is
 * counted when asked.
 */
import type { Tokenizer } from './tokenizer.ts'

export interface StreamCounter {
  add(part: string): void
  /** Tokens of all parts so far. */
  readonly count: number
}

/**
 * A tail is looked through when it is so long, and one that stays longer when it has grown by a quarter: to do so
 * with every part costs six times as much.
 */
const TAIL_LENGTH = 256
const LOOK_AHEAD = 3

export function createStreamCounter(tokenizer: Tokenizer): StreamCounter {
  let final = 0
  let tail = ''
  let settleAtLength = TAIL_LENGTH

  function settle(): void {
    const limit = Math.min(tail.length - LOOK_AHEAD, tail.trimEnd().length - 1)
    const { tokens, length } = tokenizer.countPieces(tail, limit)
    final += tokens
    tail = tail.slice(length)
    settleAtLength = Math.max(TAIL_LENGTH, tail.length * 1.25)
  }

  return {
    add(part) {
      tail += part
      if (tail.length >= settleAtLength) settle()
    },
    get count() {
      settle()
      return final + tokenizer.count(tail)
    },
  }
}
