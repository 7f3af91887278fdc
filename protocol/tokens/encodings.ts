/** Which encoding a model speaks: by family, because new names appear weekly. */
import type { EncodingName } from './vocabulary.ts'

const families: readonly (readonly [RegExp, EncodingName])[] = [
  [/^(gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o1|o3|o4|gpt-oss)/, 'o200k_base'],
  [/^(gpt-4|gpt-3\.5|gpt-35|text-embedding)/, 'cl100k_base'],
]

/**
 * The encoding for `model`, a fine-tuned name (`ft:gpt-4o-mini:org::id`) read as its base.
 * `exact` is false where the family is unknown and o200k_base is a guess.
 */
export function encodingFor(model: string): { encoding: EncodingName; exact: boolean } {
  const base = model.startsWith('ft:') ? (model.split(':')[1] ?? model) : model
  const family = families.find(([pattern]) => pattern.test(base))
  return family ? { encoding: family[1], exact: true } : { encoding: 'o200k_base', exact: false }
}
