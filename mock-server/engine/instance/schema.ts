/** What is read of a JSON Schema as it came: nothing in it is what it should be until looked at. */
import type { JsonSchema } from '../../../protocol/ask.ts'
import { isObject, type Json } from '../../../protocol/checks.ts'

/** By keyword. */
export type SchemaObject = Json

export const ALL_TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value)
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** `type`: as JSON Schema names it. */
export function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

/** Undefined for what is nested so deep that writing it would not fit the stack. */
export function jsonOf(value: unknown): string | undefined {
  return isNestedWithin(value, MAX_NESTING) ? JSON.stringify(value) : undefined
}

const MAX_NESTING = 64

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(part => isNestedWithin(part, levels - 1))
}

/** A keyword's count or bound; `otherwise` where it is none. */
export function limit(value: unknown, otherwise: number): number {
  return typeof value === 'number' && !Number.isNaN(value) ? value : otherwise
}

export type Resolve = (reference: string) => unknown

/** Follows `#`, `#/any/pointer`, and names of `definitions` that the root does not hold. */
export function createReferences(
  root: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
): Resolve {
  const known = new Map<string, unknown>()
  return reference => {
    if (!known.has(reference)) known.set(reference, follow(root, definitions, reference))
    return known.get(reference)
  }
}

function follow(root: JsonSchema, definitions: SchemaObject, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  const parts = decode(reference.slice(1))
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  let at: unknown = root
  for (const part of parts) {
    const holds = typeof at === 'object' && at !== null && Object.hasOwn(at, part)
    at = holds ? (at as SchemaObject)[part] : undefined
  }
  if (at !== undefined) return at
  const name = parts.slice(1).join('/')
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined
}

function decode(pointer: string): string {
  try {
    return decodeURIComponent(pointer)
  } catch {
    // A stray % is itself.
    return pointer
  }
}

/** What says which type is meant where `type` does not. */
const HINTS: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  [
    'object',
    [
      'properties',
      'required',
      'additionalProperties',
      'patternProperties',
      'propertyNames',
      'minProperties',
      'maxProperties',
    ],
  ],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains']],
  ['string', ['pattern', 'format', 'minLength', 'maxLength']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
]

/** The types a flat schema allows: as it says, else as its keywords let guess; text where nothing is said. */
export function typesOf(flat: SchemaObject): readonly string[] {
  const said = [flat.type].flat().filter(type => ALL_TYPES.includes(type as string)) as string[]
  if (said.length > 0) return said
  if (Array.isArray(flat.enum)) return ALL_TYPES
  const hint = HINTS.find(([, keywords]) => keywords.some(keyword => flat[keyword] !== undefined))
  return [hint?.[0] ?? 'string']
}
