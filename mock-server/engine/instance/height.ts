/** How deep the smallest instance of a schema must go: what tells the way out of a recursive one. */
import { isObject } from '../../../protocol/checks.ts'
import { limit, list, type Resolve, type SchemaObject, typesOf } from './schema.ts'

const HIGHEST = 12
const MAX_STEPS = 20_000

/** 0 for what is no list and no object; 13 for what has no end, or none within reach. */
export function createHeights(resolve: Resolve): (schema: unknown) => number {
  const known = new Map<SchemaObject, (boolean | undefined)[]>()
  let steps = 0

  function endsWithin(schema: unknown, height: number): boolean {
    if (!isObject(schema)) return true
    if (height < 0 || steps > MAX_STEPS) return false
    const answers = known.get(schema) ?? []
    if (answers.length === 0) known.set(schema, answers)
    answers[height] ??= work(schema, height)
    return answers[height]
  }

  function work(schema: SchemaObject, height: number): boolean {
    steps++
    if (Object.hasOwn(schema, 'const') || list(schema.enum).length > 0) return true
    const ends = (part: unknown) => endsWithin(part, height - 1)
    if (typeof schema.$ref === 'string' && !ends(resolve(schema.$ref))) return false
    if (!list(schema.allOf).every(ends)) return false
    for (const branches of [list(schema.anyOf), list(schema.oneOf)]) {
      if (branches.length > 0 && !branches.some(ends)) return false
    }
    return typesOf(schema).some(type => {
      if (type === 'object')
        return list(schema.required).every(name => ends(property(schema, name)))
      if (type === 'array') return limit(schema.minItems, 0) <= 0 || ends(schema.items)
      return true
    })
  }

  return schema => {
    for (let height = 0; height <= HIGHEST; height++) {
      if (endsWithin(schema, height)) return height
    }
    return HIGHEST + 1
  }
}

function property({ properties, additionalProperties }: SchemaObject, name: unknown): unknown {
  if (typeof name !== 'string') return true // nobody's name: it is passed over
  const isNamed = isObject(properties) && Object.hasOwn(properties, name)
  return isNamed ? properties[name] : additionalProperties
}
