import fc from 'fast-check'
import { expect, test } from 'vitest'
import { restOfJson } from '../../../../mock-server/engine/rest-of-json.ts'

const fillings = { word: 'word', object: '{"name":"Ada"}' }

test.each([
  ['{', '"name":"Ada"}'],
  ['```json\n{', '"name":"Ada"}\n```'],
  ['[', ' "word"]'],
  ['{"a"', ': "word"}'],
  ['{"a":', ' "word"}'],
  ['{"a": "th', 'word"}'],
  ['{"na', 'word": "word"}'],
  ['{"a": [1, {"b": tru', 'e}]}'],
  ['{"a": 12.', '0}'],
  ['{"a": 1,', '"answer": "word"}'],
  ['{"a": "x\\', 'nword"}'],
  ['{"a": 1}', undefined],
  ['Once', undefined],
  ['', undefined],
])('%j goes on with %j', (begun, rest) => {
  expect(restOfJson(begun, fillings)).toBe(rest)
})

test('a JSON text that is broken off anywhere is completed to one', () => {
  const texts = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    fc.array(fc.jsonValue({ maxDepth: 2 })),
  )
  fc.assert(
    fc.property(texts, fc.nat(), fc.boolean(), (value, place, wide) => {
      const json = JSON.stringify(value, null, wide ? 2 : 0)
      const begun = json.slice(0, 1 + (place % (json.length - 1)))
      fc.pre(!/\\u[0-9a-f]{0,3}$/.test(begun))
      expect(() => JSON.parse(begun + restOfJson(begun, fillings))).not.toThrow()
    }),
    { seed: 1, numRuns: 150 },
  )
})
