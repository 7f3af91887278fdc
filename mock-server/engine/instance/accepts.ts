/** Whether a schema accepts a value, by what declarations of types say: no lengths, no patterns. */
import { isObject } from '../../../protocol/checks.ts'
import { isOfType, list, type Resolve, type SchemaObject } from './schema.ts'

const MAX_DEPTH = 64

export function accepts(schema: unknown, value: unknown, resolve: Resolve, depth = 0): boolean {
  if (!isObject(schema)) return schema !== false
  if (depth > MAX_DEPTH) return false
  const allows = (part: unknown) => accepts(part, value, resolve, depth + 1)
  const { $ref, const: only, enum: values, anyOf, oneOf } = schema
  if (typeof $ref === 'string' && !allows(resolve($ref))) return false
  if (only !== undefined && only !== value) return false
  if (Array.isArray(values) && !values.includes(value)) return false
  if (!list(schema.allOf).every(allows)) return false
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches) && !branches.some(allows)) return false
  }
  const types = [schema.type ?? []].flat() as string[]
  if (types.length > 0 && !types.some(type => isOfType(value, type))) return false
  const within = (part: unknown, inner: unknown) => accepts(part, inner, resolve, depth + 1)
  if (Array.isArray(value)) return value.every(item => within(schema.items, item))
  return !isObject(value) || acceptsProperties(schema, value, within)
}

function acceptsProperties(
  { properties = {}, required, additionalProperties }: SchemaObject,
  value: SchemaObject,
  within: (part: unknown, inner: unknown) => boolean,
): boolean {
  if (!list(required).every(name => Object.hasOwn(value, String(name)))) return false
  return Object.entries(value).every(([name, inner]) => {
    const isNamed = isObject(properties) && Object.hasOwn(properties, name)
    return within(isNamed ? properties[name] : additionalProperties, inner)
  })
}
