/** The answer of a moderation. */
import {
  imageCategories,
  type ModerationCategory,
  type ModerationScores,
  moderationCategories,
} from './moderation-categories.ts'
import type { ModerationInput } from './moderation-request.ts'

/** From here on a category is flagged. */
const FLAGGED = 0.5

/** Models from before images know fewer categories and do not tell what they looked at. */
const isTextModel = (model: string) => model.startsWith('text-moderation')

export function moderationAnswer(
  id: string,
  model: string,
  results: readonly { readonly input: ModerationInput; readonly scores: ModerationScores }[],
) {
  const answeredModel = isTextModel(model) ? 'text-moderation-007' : model
  return {
    id,
    model: answeredModel,
    results: results.map(({ input, scores }) => resultOf(model, input, scores)),
  }
}

function resultOf(model: string, input: ModerationInput, scores: ModerationScores) {
  const categories = isTextModel(model)
    ? moderationCategories.filter(category => !category.startsWith('illicit'))
    : moderationCategories
  const table = <T>(cell: (category: ModerationCategory) => T) =>
    Object.fromEntries(categories.map(category => [category, cell(category)]))
  return {
    flagged: categories.some(category => scores[category] >= FLAGGED),
    categories: table(category => scores[category] >= FLAGGED),
    category_scores: table(category => scores[category]),
    ...(isTextModel(model)
      ? {}
      : { category_applied_input_types: table(category => typesOf(category, input)) }),
  }
}

function typesOf(category: ModerationCategory, { text, images }: ModerationInput): string[] {
  const types = text === undefined ? [] : ['text']
  if (images.length > 0 && imageCategories.has(category)) types.push('image')
  return types
}
