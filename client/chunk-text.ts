/**
 * A long text in parts of at most so many tokens, cut where a reader would: between paragraphs, else
 * sentences, else words, else characters as people see them, never inside one.
 */
import { createStreamCounter } from '../protocol/tokens/stream-counter.ts'
import type { Tokenizer } from '../protocol/tokens/tokenizer.ts'

/**
 * The parts in order: joined they are the text, and each is counted exactly. A single character that has more
 * tokens than `maxTokens` stands alone and is the one exception.
 */
export function* chunkText(
  text: string,
  { tokenizer, maxTokens }: { tokenizer: Tokenizer; maxTokens: number },
): Generator<string> {
  let part = ''
  let counter = createStreamCounter(tokenizer)

  for (const unit of unitsOf(text, 0, fits)) {
    counter.add(unit)
    if (part !== '' && counter.count > maxTokens) {
      yield part
      part = ''
      counter = createStreamCounter(tokenizer)
      counter.add(unit)
    }
    part += unit
  }
  if (part !== '') yield part

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

function bySegment(granularity: 'sentence' | 'word' | 'grapheme') {
  return function* segments(text: string): Generator<string> {
    const segmenter = new Intl.Segmenter(undefined, { granularity })
    for (const { segment } of segmenter.segment(text)) yield segment
  }
}
