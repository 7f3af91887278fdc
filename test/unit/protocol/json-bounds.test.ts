import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonBounds, jsonExcess } from '../../../protocol/json-bounds.ts'

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf))
}

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, inner) => sum + valuesOf(inner), 1)
}

/** An empty list counts for two values. */
function empties(json: string): number {
  return JSON.stringify(JSON.parse(json)).match(/\[\]|\{\}/g)?.length ?? 0
}

test('levels and values are those of what is parsed, whatever its texts and names hold', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\\"', '[{', '}],', ',,,', '\\\\"'))
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('"', '\\', '[', ',', 'a') })
  fc.assert(
    fc.property(fc.array(fc.dictionary(text, fc.oneof(value, text))), given => {
      const json = JSON.stringify(given)
      const levels = levelsOf(given)
      const most = valuesOf(given) + empties(json)
      const enough = { maxLevels: levels, maxValues: most }
      expect(jsonExcess(json, enough)).toBeUndefined()
      if (json.length <= levels) return
      expect(jsonExcess(json, { ...enough, maxLevels: levels - 1 })).toBe('levels')
      expect(jsonExcess(json, { ...enough, maxValues: valuesOf(given) - 1 })).toBe('values')
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('what is beyond the bounds is told soon, however much follows', () => {
  const { maxLevels } = jsonBounds
  const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`
  expect(jsonExcess(nested(maxLevels))).toBeUndefined()
  expect(jsonExcess(nested(maxLevels + 1))).toBe('levels')
  expect(jsonExcess(`[${'{},'.repeat(2 ** 20)}{}]`)).toBe('values')
  const long = JSON.stringify({ url: 'A'.repeat(2 ** 25), quotes: '\\"'.repeat(2 ** 20) })
  const startMs = performance.now()
  expect(jsonExcess(long)).toBeUndefined()
  expect(jsonExcess('['.repeat(2 ** 25))).toBe('levels')
  expect(performance.now() - startMs).toBeLessThan(1000)
})
