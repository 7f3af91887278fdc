import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addField, baseName, createFields } from '../../../../mock-server/http/form-fields.ts'

function fieldsOf(...pairs: readonly (readonly [string, string])[]): unknown {
  const fields = createFields()
  for (const [name, value] of pairs) expect(addField(fields, name, value), name).toBe(true)
  return JSON.parse(JSON.stringify(fields))
}

test.each<[string, [string, string][], unknown]>([
  ['a name once', [['a', '1']], { a: '1' }],
  [
    'a name that repeats',
    [
      ['a', '1'],
      ['a', '2'],
      ['a', '3'],
    ],
    { a: ['1', '2', '3'] },
  ],
  ['a list of one', [['a[]', '1']], { a: ['1'] }],
  [
    'a list',
    [
      ['a[]', '1'],
      ['a[]', '2'],
    ],
    { a: ['1', '2'] },
  ],
  [
    'a name, then a list',
    [
      ['a', '1'],
      ['a[]', '2'],
    ],
    { a: ['1', '2'] },
  ],
  [
    'a list by places',
    [
      ['a[0]', '1'],
      ['a[1]', '2'],
    ],
    { a: ['1', '2'] },
  ],
  [
    'names inside',
    [
      ['a[b]', '1'],
      ['a[c]', '2'],
    ],
    { a: { b: '1', c: '2' } },
  ],
  [
    'names inside names',
    [
      ['a[b][c]', '1'],
      ['a[b][d][]', '2'],
    ],
    { a: { b: { c: '1', d: ['2'] } } },
  ],
  [
    'objects in a list',
    [
      ['a[][b]', '1'],
      ['a[][c]', '2'],
      ['a[][b]', '3'],
    ],
    { a: [{ b: '1', c: '2' }, { b: '3' }] },
  ],
  [
    'objects in a list by places',
    [
      ['a[0][b]', '1'],
      ['a[1][c]', '2'],
      ['a[0][c]', '3'],
    ],
    { a: [{ b: '1', c: '3' }, { c: '2' }] },
  ],
  [
    'brackets that do not match',
    [
      ['a[b', '1'],
      ['a]', '2'],
      ['[x]', '3'],
    ],
    { 'a[b': '1', 'a]': '2', '[x]': '3' },
  ],
])('%s', (_, pairs, expected) => {
  expect(fieldsOf(...pairs)).toEqual(expected)
})

test.each([[['a', 'a[b]']], [['a[b]', 'a']], [['a[]', 'a[b]']], [['a[b]', 'a[]']]])(
  '%j contradict each other',
  ([first, second]) => {
    const fields = createFields()
    expect(addField(fields, first!, '1')).toBe(true)
    expect(addField(fields, second!, '2')).toBe(false)
  },
)

test('nine levels are refused', () => {
  expect(addField(createFields(), `a${'[b]'.repeat(7)}`, '1')).toBe(true)
  expect(addField(createFields(), `a${'[b]'.repeat(8)}`, '1')).toBe(false)
})

test('no name reaches a prototype', () => {
  for (const name of ['__proto__[polluted]', 'constructor[prototype][polluted]', '__proto__']) {
    const fields = createFields()
    addField(fields, name, 'yes')
    addField(fields, `a[][${name.split('[')[0]}][polluted]`, 'yes')
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
    expect(Object.keys(fields)).toEqual([name.split('[')[0], 'a'])
  }
})

test('any names leave prototypes as they were, and no value is lost', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '',
    '0',
    '1',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
  )
  const name = fc.tuple(
    fc.constantFrom('a', '__proto__', 'constructor'),
    fc.array(part, { maxLength: 4 }),
  )
  const before = Object.getOwnPropertyNames(Object.prototype).length
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), names => {
      const fields = createFields()
      const kept = names
        .map(([base, path], i) => [base + path.map(key => `[${key}]`).join(''), `v${i}`] as const)
        .filter(([field, value]) => addField(fields, field, value))
      const json = JSON.stringify(fields)
      for (const [, value] of kept) expect(json).toContain(`"${value}"`)
      expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before)
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['image', 'image'],
  ['image[]', 'image'],
  ['image[2]', 'image'],
  ['image[mask]', 'image[mask]'],
])('the files of %s are those of %s', (name, base) => {
  expect(baseName(name)).toBe(base)
})
