/**
 * Numbers below `size` in a random order, each once before any comes again, then in another order: prompts are used
 * evenly, and no two users walk the list in step. One draw is one swap; nothing is shuffled ahead.
 */
import type { Random } from '../../base/random.ts'

export function createDeck(size: number, random: Random): () => number {
  const deck = Uint32Array.from({ length: size }, (_, i) => i)
  let left = size
  return () => {
    if (left === 0) left = size
    const place = random.integer(left)
    left--
    const drawn = deck[place]!
    deck[place] = deck[left]!
    deck[left] = drawn
    return drawn
  }
}
