/** Moderation: a score for each category of harm, always the same for a text or an image. */
import { createRandom } from '../../base/random.ts'
import {
  imageCategories,
  type ModerationCategory,
  type ModerationScores,
  moderationCategories,
} from '../../protocol/moderation-categories.ts'
import { moderationSigns, type Raised } from './moderation-signs.ts'

/** Longer texts are looked at in pieces of this many characters, which overlap by the other. */
const PIECE = 4096
const OVERLAP = 256

/** Yields between pieces, so that a caller on an event loop can let others run. */
export function* scoreText(text: string): Generator<void, ModerationScores> {
  const raised: Raised = {}
  for (let start = 0; start === 0 || start + OVERLAP < text.length; start += PIECE - OVERLAP) {
    if (start > 0) yield
    const piece = text
      .slice(start, start + PIECE)
      .toLowerCase()
      .replaceAll('’', "'")
    for (const { words, raises } of moderationSigns) if (words.test(piece)) raise(raised, raises)
  }
  return scoresFrom(text, raised)
}

function raise(raised: Raised, by: Raised): void {
  for (const [name, score] of Object.entries(by)) {
    const category = name as ModerationCategory
    raised[category] = Math.max(raised[category] ?? 0, score)
  }
}

/** An image is not looked at: nothing is found in it. */
export function scoreImage(url: string): ModerationScores {
  return scoresFrom(url, {})
}

/** Each category at its highest; an image says nothing about the categories of text alone. */
export function highest(
  text: ModerationScores | undefined,
  images: readonly ModerationScores[],
): ModerationScores {
  const scores = moderationCategories.map(category => {
    const seen = imageCategories.has(category) ? images : []
    return [category, Math.max(text?.[category] ?? 0, ...seen.map(image => image[category]))]
  })
  return Object.fromEntries(scores)
}

/** A little chance, so that scores look like a model's; what is raised stays within 0.05 of its height. */
function scoresFrom(name: string, raised: Raised): ModerationScores {
  const random = createRandom('moderation', name)
  const scores = moderationCategories.map(category => {
    const chance = random.next()
    const height = raised[category]
    return [
      category,
      height === undefined ? 10 ** (-6 + 3 * chance) : height + 0.05 * chance - 0.025,
    ]
  })
  return Object.fromEntries(scores)
}
