/**
 * Counts a text that arrives in parts, exactly: after every part the count equals that of the whole.
 *
 * Tokens never cross pieces, so a piece is final once nothing that follows can change where it ends:
 * at least three UTF-16 units come after it (the longest look-ahead, as in 're), one of them not white
 * space (runs of white space are split again by what follows). What is not final is the tail, which is
 * counted only when asked.
 */
import type { Tokenizer } from './tokenizer.ts'

export interface StreamCounter {
  add(part: string): void
  /** Tokens of all parts so far. */
  readonly count: number
}

/** A tail longer than this is scanned again only when it has grown by a quarter. */
const LONG_TAIL = 4096
const LOOK_AHEAD = 3

export function createStreamCounter(tokenizer: Tokenizer): StreamCounter {
  let final = 0
  let tail = ''
  let scanAtLength = 0

  function settle(): void {
    let settled = 0
    for (const piece of tokenizer.pieces(tail)) {
      const end = settled + piece.length
      if (tail.length - end < LOOK_AHEAD || !/\S/.test(tail.slice(end))) break
      final += tokenizer.count(piece)
      settled = end
    }
    tail = tail.slice(settled)
    scanAtLength = tail.length > LONG_TAIL ? tail.length * 1.25 : 0
  }

  return {
    add(part) {
      tail += part
      if (tail.length >= scanAtLength) settle()
    },
    get count() {
      return final + tokenizer.count(tail)
    },
  }
}
