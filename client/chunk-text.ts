/**
 * A long text in parts of at most so many tokens, cut where a reader would: between paragraphs, else
 * sentences, else words, else characters as people see them, never inside one.
 */
import type { Tokenizer } from '../protocol/tokens/tokenizer.ts'

/** A part of so much of what it may have is not searched for another word. */
const FULL_ENOUGH = 0.99

/**
 * The parts in order: joined they are the text, and each is counted exactly. A single character that has more
 * tokens than `maxTokens` stands alone and is the one exception.
 */
export function* chunkText(
  text: string,
  { tokenizer, maxTokens }: { tokenizer: Tokenizer; maxTokens: number },
): Generator<string> {
  const units = unitsOf(text, 0, fits)
  /** Pulled and not given out yet. */
  let waiting: string[] = []
  let isOver = false
  let unitsPerPart = 64

  function pullTo(count: number): void {
    while (waiting.length < count && !isOver) {
      const next = units.next()
      if (next.done) isOver = true
      else waiting.push(next.value)
    }
  }

  /**
   * How many of the units that wait make a part that is as long as it may be, or next to: guessed from what the
   * last guess came to, and every other time halfway between too few and too many, so that it ends soon whatever
   * the text is.
   */
  function partLength(): number {
    let fitting = 1
    let tooMany = Number.POSITIVE_INFINITY
    for (let guess = unitsPerPart, isHalf = false; ; isHalf = !isHalf) {
      pullTo(guess)
      const length = Math.min(guess, waiting.length)
      const tokens = tokenizer.count(waiting.slice(0, length).join(''))
      if (tokens > maxTokens) tooMany = Math.min(tooMany, length)
      else fitting = Math.max(fitting, length)
      const isAll = isOver && fitting >= waiting.length
      if (isAll || tooMany - fitting <= 1 || fitting >= tooMany) return fitting
      if (fitting === length && tokens >= maxTokens * FULL_ENOUGH) return fitting
      const near = Math.floor((length * maxTokens) / Math.max(1, tokens))
      const middle = tooMany < Number.POSITIVE_INFINITY ? (fitting + tooMany) >> 1 : fitting * 2
      guess = Math.min(tooMany - 1, Math.max(fitting + 1, isHalf ? middle : near))
    }
  }

  for (;;) {
    pullTo(1)
    if (waiting.length === 0) return
    unitsPerPart = partLength()
    yield waiting.slice(0, unitsPerPart).join('')
    waiting = waiting.slice(unitsPerPart)
  }

  function fits(unit: string): boolean {
    // A token is a character at least: what is short needs no counting.
    return unit.length <= maxTokens / 4 || tokenizer.count(unit) <= maxTokens
  }
}

/** The coarsest pieces of `text` that fit: whole paragraphs, and the parts of those that are too long. */
function* unitsOf(text: string, level: number, fits: (unit: string) => boolean): Generator<string> {
  const split = levels[level]
  if (!split) {
    yield text
    return
  }
  for (const unit of split(text)) {
    if (fits(unit)) yield unit
    else yield* unitsOf(unit, level + 1, fits)
  }
}

const levels: readonly ((text: string) => Iterable<string>)[] = [
  paragraphs,
  bySegment('sentence'),
  bySegment('word'),
  bySegment('grapheme'),
]

/** Each with the blank lines that follow it. */
function* paragraphs(text: string): Generator<string> {
  for (const [paragraph] of text.matchAll(/[\s\S]+?(?:\n\s*\n|$)/g)) if (paragraph) yield paragraph
}

/** Characters that are segmented at once: Node 20 takes a time that grows by the square of them. */
const WINDOW = 1024

function bySegment(granularity: 'sentence' | 'word' | 'grapheme') {
  return function* segments(text: string): Generator<string> {
    const segmenter = new Intl.Segmenter(undefined, { granularity })
    let window = WINDOW
    for (let from = 0; from < text.length; ) {
      const isEnd = from + window >= text.length
      // Half a surrogate pair would hide that the character before it goes on.
      const isHalf = !isEnd && (text.charCodeAt(from + window - 1) & 0xfc00) === 0xd800
      const seen = text.slice(from, from + window - (isHalf ? 1 : 0))
      let last = ''
      for (const { segment } of segmenter.segment(seen)) {
        if (last !== '') yield last
        from += last.length
        last = segment
      }
      // The last may go on beyond the window: it is seen again, in a wider one if it is all there was.
      if (isEnd) {
        yield last
        return
      }
      window = last === seen ? window * 2 : WINDOW
    }
  }
}
