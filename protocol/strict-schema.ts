/**
 * Which JSON Schemas the API takes for a function's parameters or a structured answer, and what it says of
 * the others: `In context=('properties', 'a'), …`. Strict ones may say less, so that a model can keep to them.
 */
import type { JsonSchema } from './ask.ts'
import { isObject, type Json, shownText } from './checks.ts'

/** Undefined: it is taken. */
export function functionSchemaFault(
  parameters: unknown,
  { strict }: { strict: boolean },
): string | undefined {
  // Without parameters, or with an empty object, it takes none.
  if (!isObject(parameters) || Object.keys(parameters).length === 0) return undefined
  if (parameters.type !== 'object') return notAnObject(parameters.type)
  if (strict) return strictSchemaFault(parameters)
  if (!isObject(parameters.properties)) return at([], 'object schema missing properties.')
  return itemsMissing(parameters, [])
}

/** What is wrong with the root of a strict schema or below it. Undefined: it is taken. */
export function strictSchemaFault(schema: JsonSchema): string | undefined {
  if (!isObject(schema) || schema.type !== 'object') {
    return notAnObject(isObject(schema) ? schema.type : undefined)
  }
  const fault = faultIn(schema, [])
  if (fault) return fault
  for (const name of ['$defs', 'definitions']) {
    const defined = schema[name]
    if (!isObject(defined)) continue
    for (const key in defined) {
      const found = faultIn(defined[key], [name, key])
      if (found) return found
    }
  }
  return undefined
}

function notAnObject(type: unknown): string {
  const shown = typeof type === 'string' ? type : 'None'
  return `schema must be a JSON Schema of 'type: "object"', got 'type: "${shown}"'.`
}

type Path = readonly (string | number)[]

/** `In context=('properties', 'a'), …`; paths are shown as the API shows them. */
function at(path: Path, fault: string): string {
  const steps = path.map(step => (typeof step === 'number' ? String(step) : `'${step}'`))
  return `In context=(${steps.join(', ')}${steps.length === 1 ? ',' : ''}), ${fault}`
}

/** Arrays say what they hold, strict or not. */
function itemsMissing(schema: unknown, path: Path): string | undefined {
  if (!isObject(schema)) return undefined
  if (schema.type === 'array' && schema.items === undefined && schema.prefixItems === undefined) {
    return at(path, 'array schema missing items.')
  }
  for (const [inner, step] of inside(schema)) {
    const fault = itemsMissing(inner, [...path, ...step])
    if (fault) return fault
  }
  return undefined
}

/** The schemas right below one, with the way to them. */
function* inside(schema: Json): Generator<[unknown, Path]> {
  const { properties, items, anyOf } = schema
  if (isObject(properties)) {
    for (const key in properties) yield [properties[key], ['properties', key]]
  }
  if (isObject(items)) yield [items, ['items']]
  if (Array.isArray(anyOf)) for (let i = 0; i < anyOf.length; i++) yield [anyOf[i], ['anyOf', i]]
}

/** Keywords that a strict schema may not have. */
const forbidden = [
  ...['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas'],
  ...['patternProperties', 'unevaluatedProperties', 'propertyNames', 'minProperties'],
  ...['maxProperties', 'unevaluatedItems', 'contains', 'minContains', 'maxContains'],
  ...['uniqueItems', 'default'],
]

function faultIn(schema: unknown, path: Path): string | undefined {
  if (!isObject(schema)) return at(path, "schema must have a 'type' key.")
  if (schema.$ref !== undefined) return beside$ref(schema, path)
  const word = forbidden.find(keyword => schema[keyword] !== undefined)
  if (word) return at(path, `'${word}' is not permitted.`)
  if (!['type', 'anyOf', 'enum', 'const'].some(keyword => schema[keyword] !== undefined)) {
    return at(path, "schema must have a 'type' key.")
  }
  const fault = isOf('object', schema) ? objectFault(schema, path) : undefined
  if (fault) return fault
  if (isOf('array', schema) && schema.items === undefined) {
    return at(path, 'array schema missing items.')
  }
  for (const [inner, step] of inside(schema)) {
    const found = faultIn(inner, [...path, ...step])
    if (found) return found
  }
  return undefined
}

function isOf(type: string, schema: Json): boolean {
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))
}

function beside$ref(schema: Json, path: Path): string | undefined {
  const others = Object.keys(schema).filter(keyword => keyword !== '$ref')
  if (others.length === 0) return undefined
  const shown = others.map(keyword => `'${keyword}'`).join(', ')
  return `context=${at(path, '').slice('In context='.length, -2)}, $ref cannot have keywords {${shown}}.`
}

function objectFault(schema: Json, path: Path): string | undefined {
  if (schema.additionalProperties !== false) {
    return at(path, "'additionalProperties' is required to be supplied and to be false.")
  }
  const keys = new Set(isObject(schema.properties) ? Object.keys(schema.properties) : [])
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : [])
  const rule =
    "'required' is required to be supplied and to be an array including every key in properties."
  for (const key of keys) if (!required.has(key)) return at(path, `${rule} Missing '${key}'.`)
  for (const key of required) {
    if (!keys.has(key as string)) {
      return at(path, `${rule} Extra required key '${shownText(key)}' supplied.`)
    }
  }
  return undefined
}
