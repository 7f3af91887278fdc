/** The items of a list that a schema describes. */
import type { Drawing, Place } from './drawing.ts'
import { isSchema, limit, list, type SchemaObject } from './schema.ts'
import { singular } from './words.ts'

/** Schemas that ask for more are not satisfied. */
const MAX_ITEMS = 1000
/** How often another is drawn in place of one that the list has already. */
const DRAWS_AN_ITEM = 10

export function drawList(
  { random, draw, isSpent }: Drawing,
  schema: SchemaObject,
  { name, depth, terse }: Place,
): unknown[] {
  // Before 2020 `items` could be the list of the first items' schemas.
  const prefix = Array.isArray(schema.items) ? schema.items : list(schema.prefixItems)
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items
  const contained = isSchema(schema.contains) ? Math.max(limit(schema.minContains, 1), 0) : 0
  const least = Math.max(limit(schema.minItems, 0), contained)
  const most = Math.min(limit(schema.maxItems, Infinity), rest === false ? prefix.length : Infinity)
  const wished = terse ? least : Math.max(least, prefix.length, 1 + random.integer(3))
  const count = Math.min(wished, most, MAX_ITEMS)
  const items: unknown[] = []
  const seen = new Set<string>()
  for (let draws = 0; items.length < count && draws < count * DRAWS_AN_ITEM; draws++) {
    if (isSpent()) break
    const at = items.length
    const own = at < prefix.length ? prefix[at] : rest
    // Those that must be contained stand last: behind what has a place of its own.
    const wanted = count - at <= contained ? { allOf: [own ?? true, schema.contains] } : own
    const item = draw(wanted, singular(name), depth + 1)
    if (schema.uniqueItems === true) {
      const key = JSON.stringify(item)
      if (seen.has(key)) continue
      seen.add(key)
    }
    items.push(item)
  }
  return items
}
