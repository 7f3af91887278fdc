/** Objects whose keys stand in a given order: where a provider's JSON has one, clients have come to see it. */
import type { Json } from './dialect.ts'

/** Those of `keys` that `object` has, in this order; the rest of it is left out. */
export function inOrder(object: Json, ...keys: readonly string[]): Json {
  const ordered: Record<string, unknown> = {}
  for (const key of keys) if (object[key] !== undefined) ordered[key] = object[key]
  return ordered
}

/** A chunk or a completion with these keys in this order. A usage of null, which only OpenAI sends, is left out. */
export function arranged<Choice>(
  { usage, ...object }: Json & { readonly choices: readonly Choice[] },
  keys: readonly string[],
  choiceOf: (choice: Choice) => Json,
): Json {
  const choices = object.choices.map(choiceOf)
  return inOrder({ ...object, choices, usage: usage ?? undefined }, ...keys)
}

/** The same with the keys of all its objects in the order of the alphabet. */
export function alphabetical<T>(value: T): T {
  if (Array.isArray(value)) return value.map(alphabetical) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, alphabetical(inner)])) as T
}
