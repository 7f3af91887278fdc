import { expect, test } from 'vitest'
import { functionSchemaFault, strictSchemaFault } from '../../../protocol/strict-schema.ts'

function closed(properties: Record<string, unknown>, required = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false }
}

const text = { type: 'string' }
const list = (items: unknown) => ({ type: 'array', items })

test.each([
  [closed({})],
  [closed({ a: text, b: { type: ['number', 'null'] }, c: { enum: ['x', 'y'] } })],
  [closed({ a: { anyOf: [text, closed({ b: text })] } })],
  [closed({ a: list(closed({ b: { const: 1 } })) })],
  [{ ...closed({ a: { $ref: '#/$defs/t' } }), $defs: { t: closed({ b: text }) } }],
  [closed({ a: { $ref: '#' } })],
  [closed({ a: { type: 'string', pattern: '^x$', description: 'd', minLength: 1 } })],
])('strict %j is taken', schema => {
  expect(strictSchemaFault(schema)).toBeUndefined()
})

const REQUIRED =
  "'required' is required to be supplied and to be an array including every key in properties."
const CLOSED = "'additionalProperties' is required to be supplied and to be false."

test.each([
  [true, `schema must be a JSON Schema of 'type: "object"', got 'type: "None"'.`],
  [
    { anyOf: [closed({})] },
    `schema must be a JSON Schema of 'type: "object"', got 'type: "None"'.`,
  ],
  [{ type: 'string' }, `schema must be a JSON Schema of 'type: "object"', got 'type: "string"'.`],
  [{ type: 'object', properties: {} }, `In context=(), ${CLOSED}`],
  [{ ...closed({}), additionalProperties: true }, `In context=(), ${CLOSED}`],
  [closed({ a: text }, []), `In context=(), ${REQUIRED} Missing 'a'.`],
  [closed({}, ['b']), `In context=(), ${REQUIRED} Extra required key 'b' supplied.`],
  [closed({ a: {} }), "In context=('properties', 'a'), schema must have a 'type' key."],
  [closed({ a: true }), "In context=('properties', 'a'), schema must have a 'type' key."],
  [closed({ a: { type: 'object' } }), `In context=('properties', 'a'), ${CLOSED}`],
  [
    closed({ a: list(closed({ b: text }, [])) }),
    `In context=('properties', 'a', 'items'), ${REQUIRED} Missing 'b'.`,
  ],
  [closed({ a: { type: 'array' } }), "In context=('properties', 'a'), array schema missing items."],
  [
    closed({ a: { anyOf: [text, { type: 'object' }] } }),
    `In context=('properties', 'a', 'anyOf', 1), ${CLOSED}`,
  ],
  [{ ...closed({}), allOf: [] }, "In context=(), 'allOf' is not permitted."],
  [closed({ a: { oneOf: [text] } }), "In context=('properties', 'a'), 'oneOf' is not permitted."],
  [
    closed({ a: { type: 'string', default: 'x' } }),
    "In context=('properties', 'a'), 'default' is not permitted.",
  ],
  [
    closed({ a: { $ref: '#', description: 'd' } }),
    "context=('properties', 'a'), $ref cannot have keywords {'description'}.",
  ],
  [{ ...closed({}), $defs: { t: { type: 'object' } } }, `In context=('$defs', 't'), ${CLOSED}`],
])('strict %j is refused: %s', (schema, fault) => {
  expect(strictSchemaFault(schema)).toBe(fault)
})

test.each([
  [undefined],
  [{}], // takes nothing
  [{ type: 'object', properties: {} }],
  [{ type: 'object', properties: { a: { oneOf: [text], default: 1 }, b: { type: 'object' } } }],
])('a function may have the parameters %j', parameters => {
  expect(functionSchemaFault(parameters, { strict: false })).toBeUndefined()
})

test.each([
  [{ properties: {} }, `schema must be a JSON Schema of 'type: "object"', got 'type: "None"'.`],
  [{ type: 'object' }, 'In context=(), object schema missing properties.'],
  [
    { type: 'object', properties: { a: { type: 'array' } } },
    "In context=('properties', 'a'), array schema missing items.",
  ],
])('a function may not have the parameters %j', (parameters, fault) => {
  expect(functionSchemaFault(parameters, { strict: false })).toBe(fault)
})
