/** A JSON Schema made flat: references followed, one branch of each choice taken, all of it merged into one. */
import { isObject } from '../../../protocol/checks.ts'
import { jsonOf, limit, list, type Resolve, type SchemaObject } from './schema.ts'

const MAX_STEPS = 200
const TOO_DEEP = 32

/** `inOrder`: the branches of a choice, the one to take first; the rest for where it contradicts. */
export function flatten(
  schema: unknown,
  resolve: Resolve,
  inOrder: (branches: readonly unknown[]) => readonly unknown[],
): SchemaObject {
  let steps = 0

  function flat(part: unknown, depth: number): SchemaObject {
    if (!isObject(part)) return {}
    if (!COMPOUND.some(keyword => part[keyword] !== undefined)) return part
    if (++steps > MAX_STEPS || depth > TOO_DEEP) return {}
    let merged = part
    if (typeof part.$ref === 'string') merged = merge(flat(resolve(part.$ref), depth + 1), merged)
    for (const each of list(part.allOf)) merged = merge(merged, flat(each, depth + 1))
    if (isObject(part.if)) {
      // What fits `if` and `then` both is right whatever `else` says.
      merged = merge(merge(merged, flat(part.if, depth + 1)), flat(part.then, depth + 1))
    }
    for (const branches of [list(part.anyOf), list(part.oneOf)]) {
      merged = choose(merged, branches, depth)
    }
    return merged
  }

  function choose(base: SchemaObject, branches: readonly unknown[], depth: number): SchemaObject {
    let last = base
    for (const branch of inOrder(branches)) {
      if (steps > MAX_STEPS) break
      if (branch === false) continue
      last = merge(base, flat(branch, depth + 1))
      if (!contradicts(last)) return last
    }
    return last
  }

  return flat(schema, 0)
}

const COMPOUND = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if']

function contradicts(schema: SchemaObject): boolean {
  const { type, enum: values } = schema
  return (
    (Array.isArray(type) && type.length === 0) || (Array.isArray(values) && values.length === 0)
  )
}

/** Both at once. Of keywords that cannot be merged, the second's counts. */
function merge(first: SchemaObject, second: SchemaObject): SchemaObject {
  const merged: Record<string, unknown> = { ...first, ...second }
  for (const keyword of Object.keys(second)) {
    const mine = first[keyword]
    const theirs = second[keyword]
    if (mine === undefined || mine === theirs) continue
    merged[keyword] = mergers.get(keyword)?.(mine, theirs) ?? theirs
  }
  return merged
}

type Merger = (mine: unknown, theirs: unknown) => unknown

const larger: Merger = (mine, theirs) => Math.max(limit(mine, -Infinity), limit(theirs, -Infinity))
const smaller: Merger = (mine, theirs) => Math.min(limit(mine, Infinity), limit(theirs, Infinity))
const both: Merger = (mine, theirs) => {
  if (mine === false || theirs === false) return false
  if (!isObject(mine)) return theirs
  return isObject(theirs) ? { allOf: [mine, theirs] } : mine
}
const eachKey: Merger = (mine, theirs) => {
  if (!isObject(mine) || !isObject(theirs)) return theirs
  const entries = Object.entries(theirs).map(([key, value]): [string, unknown] => [
    key,
    Object.hasOwn(mine, key) ? both(mine[key], value) : value,
  ])
  return Object.fromEntries([...Object.entries(mine), ...entries])
}

const mergers = new Map<string, Merger>([
  ['type', (mine, theirs) => commonTypes([mine].flat(), [theirs].flat())],
  [
    'enum',
    (mine, theirs) => {
      const allowed = new Set(list(mine).map(value => jsonOf(value)))
      return list(theirs).filter(value => allowed.has(jsonOf(value)))
    },
  ],
  ['properties', eachKey],
  ['patternProperties', eachKey],
  ['required', (mine, theirs) => [...list(mine), ...list(theirs)]],
  ['items', both],
  ['additionalProperties', both],
  ['propertyNames', both],
  ['uniqueItems', (mine, theirs) => mine === true || theirs === true],
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'].map(
    (keyword): [string, Merger] => [keyword, larger],
  ),
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'].map(
    (keyword): [string, Merger] => [keyword, smaller],
  ),
])

function commonTypes(mine: readonly unknown[], theirs: readonly unknown[]): unknown[] {
  const common = mine.filter(type => theirs.includes(type))
  const narrowed = mine.includes('number') !== theirs.includes('number')
  const isInteger = (types: readonly unknown[]) => types.includes('integer')
  return narrowed && isInteger(mine) !== isInteger(theirs) ? [...common, 'integer'] : common
}
