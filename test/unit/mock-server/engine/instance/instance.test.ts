import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../../../base/random.ts'
import {
  type InstanceOptions,
  instanceOf,
} from '../../../../../mock-server/engine/instance/instance.ts'
import type { JsonSchema } from '../../../../../protocol/ask.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })

function make(schema: JsonSchema, seed: string | number = 1, options?: InstanceOptions): unknown {
  return instanceOf(schema, createRandom('instance', seed), options)
}

function expectValid(schema: JsonSchema, seeds = 30, options?: InstanceOptions): void {
  const validate = ajv.compile(schema)
  for (let seed = 0; seed < seeds; seed++) {
    const instance = make(schema, seed, options)
    validate(instance)
    expect(validate.errors ?? [], JSON.stringify(instance)).toEqual([])
  }
}

/** Schemas as structured outputs take them: every property required, nothing additional. */
const { schema: structured } = fc.letrec<{ schema: Record<string, unknown> }>(tie => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record(
      {
        type: fc.constant('string'),
        description: fc.string(),
        pattern: fc.constantFrom('^[a-z]{2,8}$', '^\\d{3}-\\d{4}$', '^(foo|bar)+$', '[A-Z]\\w*'),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'uuid', 'email') }),
    fc.record({
      type: fc.constant('string'),
      enum: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }),
    }),
    fc
      .tuple(fc.integer(), fc.nat(1000))
      .map(([low, span]) => ({ type: 'integer', minimum: low, maximum: low + span })),
    fc
      .tuple(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.double({ noNaN: true, min: 0.001, max: 1e6 }),
      )
      .map(([low, span]) => ({
        type: 'number',
        exclusiveMinimum: low,
        exclusiveMaximum: low + span,
      })),
    fc.record({ type: fc.constant('number'), multipleOf: fc.constantFrom(0.01, 0.1, 0.5, 3, 7) }),
    fc.constantFrom({ type: 'boolean' }, { type: 'null' }, { type: ['string', 'null'] }),
    fc.record({ const: fc.oneof(fc.string(), fc.integer(), fc.boolean()) }),
    fc.tuple(tie('schema'), fc.nat(4), fc.nat(4)).map(([items, least, more]) => ({
      type: 'array',
      items,
      minItems: least,
      maxItems: least + more,
    })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 4 }).map(anyOf => ({ anyOf })),
    fc.dictionary(fc.string(), tie('schema'), { maxKeys: 5 }).map(properties => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
  ),
}))

test('what is made for a structured output is what its schema asks for, and the same for a seed', () => {
  fc.assert(
    fc.property(structured, fc.nat(), (schema, seed) => {
      const instance = make(schema, seed)
      const validate = ajv.compile(schema)
      validate(instance)
      expect(validate.errors ?? [], JSON.stringify(instance)).toEqual([])
      expect(make(schema, seed)).toEqual(instance)
      ajv.removeSchema(schema)
    }),
    { numRuns: 120 },
  )
})

test.each<[string, JsonSchema]>([
  [
    'references',
    {
      $defs: { a: { type: 'integer', minimum: 3 } },
      type: 'object',
      properties: { x: { $ref: '#/$defs/a' } },
      required: ['x'],
    },
  ],
  [
    'old references',
    {
      definitions: { 'a/b c': { enum: [7] } },
      type: 'array',
      items: { $ref: '#/definitions/a~1b%20c' },
      minItems: 1,
    },
  ],
  [
    'a list that links to itself',
    {
      type: 'object',
      properties: { value: { type: 'number' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
      required: ['value', 'next'],
      additionalProperties: false,
    },
  ],
  [
    'a tree',
    {
      $defs: {
        node: {
          type: 'object',
          properties: {
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
            kind: { enum: ['a', 'b'] },
          },
          required: ['children', 'kind'],
        },
      },
      $ref: '#/$defs/node',
    },
  ],
  [
    'two that need each other until one ends',
    {
      $defs: {
        a: { type: 'object', properties: { b: { $ref: '#/$defs/b' } }, required: ['b'] },
        b: {
          anyOf: [
            { $ref: '#/$defs/a' },
            { type: 'object', properties: { end: { const: true } }, required: ['end'] },
          ],
        },
      },
      $ref: '#/$defs/a',
    },
  ],
  [
    'a way out among many that lead on',
    {
      $defs: {
        node: {
          anyOf: [
            ...Array.from({ length: 9 }, (_, kind) => ({
              type: 'object',
              properties: {
                kind: { const: kind },
                ...Object.fromEntries(['a', 'b', 'c'].map(key => [key, { $ref: '#/$defs/node' }])),
              },
              required: ['kind', 'a', 'b', 'c'],
            })),
            { type: 'string', const: 'leaf' },
          ],
        },
      },
      $ref: '#/$defs/node',
    },
  ],
  [
    'a choice beside properties',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
  ],
  [
    'one of several by kind',
    {
      oneOf: [
        {
          type: 'object',
          properties: { kind: { const: 'cat' }, lives: { type: 'integer' } },
          required: ['kind'],
        },
        {
          type: 'object',
          properties: { kind: { const: 'dog' }, name: { type: 'string' } },
          required: ['kind', 'name'],
        },
      ],
    },
  ],
  [
    'all of several',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'number', minimum: 5 } }, required: ['a'] },
        { properties: { a: { maximum: 6 }, b: { type: 'boolean' } }, required: ['b'] },
      ],
    },
  ],
  [
    'if and then',
    {
      type: 'object',
      properties: { kind: { enum: ['x', 'y'] } },
      required: ['kind'],
      if: { properties: { kind: { const: 'x' } } },
      // biome-ignore lint/suspicious/noThenProperty: it is what the keyword is called.
      then: { properties: { size: { type: 'integer' } }, required: ['size'] },
    },
  ],
  ['types in common', { allOf: [{ type: ['number', 'string'] }, { type: 'integer' }] }],
  [
    'a branch that contradicts',
    { type: 'string', anyOf: [{ type: 'integer' }, { type: 'string', enum: ['ok'] }] },
  ],
  ['bounds beyond what a float holds', { type: 'integer', minimum: -(2 ** 63), maximum: 2 ** 63 }],
  ['a narrow range', { type: 'number', minimum: 0.12345, maximum: 0.12346 }],
  ['old flags of bounds', { type: 'integer', exclusiveMinimum: 4, exclusiveMaximum: 6 }],
  ['multiples', { type: 'number', multipleOf: 0.1, minimum: 1 }],
  ['whole multiples', { type: 'integer', multipleOf: 5, minimum: 12, maximum: 17 }],
  ['multiples far away', { type: 'integer', multipleOf: 1024, minimum: 5_000_000 }],
  [
    'tuples',
    {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'integer' }],
      items: false,
      minItems: 2,
    },
  ],
  [
    'items that all differ',
    { type: 'array', items: { enum: ['a', 'b', 'c', 'd'] }, uniqueItems: true, minItems: 4 },
  ],
  [
    'flags that differ',
    { type: 'array', items: { type: 'boolean' }, uniqueItems: true, minItems: 2 },
  ],
  [
    'an item that must be contained',
    {
      type: 'array',
      items: { type: 'integer' },
      contains: { minimum: 90 },
      minContains: 2,
      minItems: 3,
      maxItems: 4,
    },
  ],
  [
    'a mapping',
    {
      type: 'object',
      additionalProperties: { type: 'integer' },
      minProperties: 3,
      maxProperties: 4,
    },
  ],
  [
    'names of a pattern',
    { type: 'object', propertyNames: { pattern: '^x-[a-z]+$' }, minProperties: 2 },
  ],
  ['names of a list', { type: 'object', propertyNames: { enum: ['en', 'fr'] }, minProperties: 2 }],
  [
    'properties of a pattern',
    {
      type: 'object',
      patternProperties: { '^n_\\d+$': { type: 'integer' } },
      additionalProperties: false,
      minProperties: 1,
    },
  ],
  [
    'at most so many',
    {
      type: 'object',
      properties: { a: {}, b: {}, c: {}, d: {} },
      required: ['c'],
      maxProperties: 2,
    },
  ],
  [
    'at least so many of those named',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      additionalProperties: false,
      minProperties: 2,
    },
  ],
  [
    'what depends on another',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      dependentRequired: { a: ['b'] },
    },
  ],
  ['lengths', { type: 'string', minLength: 100, maxLength: 110 }],
  ['short text', { type: 'string', maxLength: 3, minLength: 3 }],
  ['no text', { type: 'string', maxLength: 0 }],
  [
    'a key that objects have',
    {
      type: 'object',
      properties: JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"integer"}}'),
      required: ['__proto__', 'constructor', 'toString'],
    },
  ],
  ['signs that mean something elsewhere', { enum: ['<|end|>', '```', '"', '\n\u0000', '}{'] }],
  [
    'a list or nothing, of types',
    { type: ['array', 'null'], items: { type: ['object', 'string'] } },
  ],
  ['a constant object', { const: { a: [1, null] } }],
  ['anything', true],
  ['anything, by words', {}],
])('%s', (_, schema) => {
  expectValid(schema)
})

test('definitions may come from elsewhere', () => {
  const definitions = {
    Pet: { type: 'object', properties: { legs: { const: 4 } }, required: ['legs'] },
  }
  expect(make({ $ref: '#/definitions/Pet' }, 1, { definitions })).toEqual({ legs: 4 })
})

test('text suits the name of its property', () => {
  const person = make({
    type: 'object',
    properties: Object.fromEntries(
      ['city', 'homeAddress', 'user_email', 'website-url', 'dueDate'].map(name => [
        name,
        { type: 'string' },
      ]),
    ),
    required: ['city', 'homeAddress', 'user_email', 'website-url', 'dueDate'],
  })
  expect(person).toEqual({
    city: expect.stringMatching(/^[A-Z][a-z]+$/),
    homeAddress: expect.stringMatching(/^\d+ Station Road, [A-Z][a-z]+$/),
    user_email: expect.stringMatching(/^[a-z]+\.[a-z]+@example\.com$/),
    'website-url': expect.stringMatching(/^https:\/\/example\.com\/[a-z]+$/),
    dueDate: expect.stringMatching(/^2025-\d\d-\d\d$/),
  })
})

test('of examples that fit, the first is taken', () => {
  expect(make({ type: 'string', maxLength: 5, examples: ['too long by far', 'fits'] })).toBe('fits')
  expect(make({ type: 'integer', minimum: 10, examples: [3, 12] })).toBe(12)
})

test('properties that are not required are given as often as asked', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const given = (optional: number) =>
    Array.from({ length: 200 }, (_, seed) => make(schema, seed, { optional }) as object).filter(
      made => 'a' in made,
    ).length
  expect(given(0)).toBe(0)
  expect(given(1)).toBe(200)
  expect(given(0.5)).toBeGreaterThan(70)
  expect(given(0.5)).toBeLessThan(130)
})

test.each([
  ['date-time', /^2025-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['date', /^2025-\d\d-\d\d$/],
  ['time', /^\d\d:\d\d:\d\dZ$/],
  ['duration', /^PT\d+M$/],
  ['email', /^[a-z.]+@example\.com$/],
  ['uri', /^https:\/\//],
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
  ['ipv4', /^192\.0\.2\.\d+$/],
  ['ipv6', /^2001:db8::[\da-f]+$/],
  ['hostname', /^[a-z]+\.example\.com$/],
])('the format %s is kept', (format, expected) => {
  for (let seed = 0; seed < 20; seed++) {
    expect(make({ type: 'string', format }, seed)).toMatch(expected)
  }
})

describe('whatever is sent as a schema', () => {
  const keyword = fc.constantFrom(
    'type properties required items prefixItems enum const anyOf oneOf allOf $ref $defs pattern format minimum maximum exclusiveMinimum multipleOf minLength maxLength minItems maxItems uniqueItems additionalProperties propertyNames patternProperties minProperties dependentRequired contains if then examples'.split(
      ' ',
    ),
  )
  const { hostile } = fc.letrec(tie => ({
    hostile: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        'object',
        'array',
        'string',
        'integer',
        '#',
        '#/$defs/a',
        '^(a+)+$',
        '__proto__',
      ),
      fc.constantFrom(-1, 0, 0.5, 3, 1e308, 9e15, -1e21),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('hostile'), { maxLength: 4 }),
      fc.dictionary(
        keyword.chain(words => fc.constantFrom(...words)),
        tie('hostile'),
        { maxKeys: 6 },
      ),
    ),
  }))

  test('nothing is thrown, and JSON comes out', () => {
    fc.assert(
      fc.property(hostile, fc.nat(), (schema, seed) => {
        // As it would come over the wire: without -0.
        const sent = JSON.parse(JSON.stringify(schema)) as JsonSchema
        const instance = make(sent, seed)
        expect(JSON.parse(JSON.stringify(instance))).toEqual(instance)
      }),
      { numRuns: 400 },
    )
  })

  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, { $ref: '#' }]))
  const deep = Array.from({ length: 5000 }).reduce<JsonSchema>(
    items => ({ type: 'array', minItems: 2, items }),
    { type: 'string' },
  )
  const depths = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))
  const forks = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  )
  test.each<[string, JsonSchema]>([
    ['objects without an end', { type: 'object', properties: wide, required: Object.keys(wide) }],
    [
      'a ring of references',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ],
    ['itself', { $ref: '#' }],
    ['all of itself', { allOf: [{ $ref: '#' }, { $ref: '#' }], anyOf: [{ $ref: '#' }] }],
    ['references that double', { $defs: forks, $ref: '#/$defs/d0' }],
    ['five thousand levels', deep],
    [
      'a billion items',
      { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } },
    ],
    [
      'a billion different flags',
      { type: 'array', minItems: 1e9, uniqueItems: true, items: { type: 'boolean' } },
    ],
    [
      'a billion properties',
      { type: 'object', minProperties: 1e9, propertyNames: { enum: ['a'] } },
    ],
    ['a billion letters', { type: 'string', pattern: '^((a{1000}){1000}){1000}$' }],
    [
      'letters a billion times a billion',
      { type: 'string', pattern: '^((a*){1000000}){1000000}(?!b)$', minLength: 1e9 },
    ],
    [
      'a pattern that is slow to match',
      { type: 'string', pattern: '^(?!x)(a|a)*(a|a)*(a+)+b$', maxLength: 2 },
    ],
    [
      'repeats that take from each other',
      { type: 'string', pattern: '(?=a)a*a*a*a*a*a*a*a*a*b', minLength: 500 },
    ],
    ['nothing fits', { type: 'integer', minimum: 5, maximum: 3 }],
    [
      'a long text again and again',
      { type: 'array', minItems: 1e9, items: { const: 'x'.repeat(1e6) } },
    ],
    [
      'a large object again and again',
      { type: 'array', minItems: 1e9, items: { enum: [Array.from({ length: 1e5 }, () => 'x')] } },
    ],
    [
      'a long name within itself',
      { properties: { ['x'.repeat(1e6)]: { $ref: '#' } }, required: ['x'.repeat(1e6)] },
    ],
    ['a value too deep to be written', { const: depths }],
    ['one of such values', { allOf: [{ enum: [depths] }, { enum: [depths, 1] }] }],
    ['nothing at all', false],
  ])('%s takes little time', (_, schema) => {
    const start = performance.now()
    const length = JSON.stringify(make(schema)).length
    expect(performance.now() - start).toBeLessThan(500)
    expect(length).toBeLessThan(1_500_000)
  })
})
