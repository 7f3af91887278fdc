/** The properties of an object that a schema describes. */

import { isObject } from '../../../protocol/checks.ts'
import type { Drawing, Place } from './drawing.ts'
import { stringOfPattern } from './pattern.ts'
import { isSchema, limit, list, type SchemaObject } from './schema.ts'
import { singular } from './words.ts'

/** Schemas that ask for more properties without a name are not satisfied. */
const MAX_FURTHER = 1000
/** How often another name is drawn in place of one that is taken. */
const DRAWS_A_NAME = 10
const NAMES = [
  'alpha',
  'beta',
  'gamma',
  'delta',
  'first',
  'second',
  'north',
  'south',
  'blue',
  'green',
]

export function drawObject(drawing: Drawing, schema: SchemaObject, place: Place): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const entries = new Map<string, unknown>()
  const add = (key: string) => {
    if (!drawing.isSpent())
      entries.set(key, drawing.draw(partOf(schema, key), key, place.depth + 1))
  }
  for (const key of chosenOf(drawing, schema, properties, place)) add(key)
  const count = Math.min(
    furtherCount(drawing, schema, place),
    limit(schema.maxProperties, Infinity),
  )
  const draws = Math.min(count, MAX_FURTHER) * DRAWS_A_NAME
  for (let draw = 0; entries.size < count && draw < draws && !drawing.isSpent(); draw++) {
    const key = furtherName(drawing, schema, place)
    if (!entries.has(key)) add(key)
  }
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(entries)
}

/** The names that are given: all that must be, and some of the others. */
function chosenOf(
  { random, optional }: Drawing,
  schema: SchemaObject,
  properties: SchemaObject,
  { terse }: Place,
): Set<string> {
  const required = new Set(list(schema.required).filter(name => typeof name === 'string'))
  const room = limit(schema.maxProperties, Infinity) - required.size
  const chosen = new Set<string>()
  let extra = 0
  const others: string[] = []
  for (const key of Object.keys(properties)) {
    if (required.has(key)) chosen.add(key)
    else if (properties[key] !== false) {
      if (!terse && extra < room && random.next() < optional) {
        chosen.add(key)
        extra++
      } else others.push(key)
    }
  }
  for (const key of required) chosen.add(key)
  addDependents(schema, chosen)
  const missing = limit(schema.minProperties, 0) - chosen.size
  for (const key of others.slice(0, Math.max(0, missing))) chosen.add(key)
  return chosen
}

/** What `dependentRequired` asks for because of what is there. */
function addDependents({ dependentRequired }: SchemaObject, chosen: Set<string>): void {
  if (!isObject(dependentRequired)) return
  // A set grows while it is walked: what is added is looked at as well.
  for (const key of chosen) {
    if (!Object.hasOwn(dependentRequired, key)) continue
    for (const needed of list(dependentRequired[key])) {
      if (typeof needed === 'string') chosen.add(needed)
    }
  }
}

/** A mapping of free names has an entry or two, though none is asked for. */
function furtherCount(
  { random, optional }: Drawing,
  schema: SchemaObject,
  { terse }: Place,
): number {
  const { properties, additionalProperties, patternProperties } = schema
  const least = limit(schema.minProperties, 0)
  const hasNames = isObject(properties) && Object.keys(properties).length > 0
  const isMapping = !hasNames && (isObject(additionalProperties) || isObject(patternProperties))
  return isMapping && !terse && optional > 0 ? Math.max(least, 1 + random.integer(2)) : least
}

function furtherName(
  { random, draw }: Drawing,
  schema: SchemaObject,
  { name, depth }: Place,
): string {
  if (isSchema(schema.propertyNames)) {
    const wanted = { allOf: [{ type: 'string' }, schema.propertyNames] }
    return String(draw(wanted, `${singular(name)}_key`, depth + 1))
  }
  const pattern = isObject(schema.patternProperties) && Object.keys(schema.patternProperties)[0]
  const made = typeof pattern === 'string' ? stringOfPattern(pattern, random) : undefined
  return made ?? `${random.pick(NAMES)}${random.integer(10) < 7 ? '' : `_${1 + random.integer(9)}`}`
}

function partOf(schema: SchemaObject, key: string): unknown {
  const { properties, patternProperties, additionalProperties } = schema
  if (isObject(properties) && Object.hasOwn(properties, key)) return properties[key]
  // The name was made for the first pattern; none is run: they may be costly.
  const [first] = isObject(patternProperties) ? Object.values(patternProperties) : []
  return first ?? additionalProperties
}
