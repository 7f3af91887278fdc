import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createJsonReader, JsonSyntaxError } from '../../../client/json-reader.ts'

function read(parts: readonly string[], bounds = {}): unknown {
  const reader = createJsonReader(bounds)
  for (const part of parts) reader.add(part)
  return reader.end()
}

/** What shows after each part. */
function seen(parts: readonly string[]): unknown[] {
  const reader = createJsonReader()
  return parts.map(part => {
    reader.add(part)
    return structuredClone(reader.value)
  })
}

function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...places.map(place => place % (text.length + 1)), 0, text.length].sort(
    (a, b) => a - b,
  )
  return ends.slice(1).map((end, index) => text.slice(ends[index], end))
}

test('any JSON, cut anywhere, is what JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.json(), fc.array(fc.nat(), { maxLength: 12 }), (text, places) => {
      expect(read(cutAt(text, places))).toEqual(JSON.parse(text))
      expect(read([...text])).toEqual(JSON.parse(text))
    }),
    { seed: 3, numRuns: 150 },
  )
})

test('what JSON.parse refuses is refused, and nothing else', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '[', ']', ':', ',', '"', '"a"', '1', '-', '0', '.5', 'e', 'E+1', 'true', 'nul'],
    ...['l', '\\', '\\u00', '41', '\\n', ' ', '\n', '\u0001', 'false'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), pieces => {
      const text = pieces.join('')
      let expected: unknown
      let isJson = true
      try {
        expected = JSON.parse(text)
      } catch {
        isJson = false
      }
      if (isJson) expect(read([...text])).toEqual(expected)
      else expect(() => read(pieces)).toThrow(JsonSyntaxError)
    }),
    { seed: 3, numRuns: 1500 },
  )
})

test('shows texts as they grow, and numbers and words when they are whole', () => {
  expect(seen(['{"na', 'me":"A', 'da","age":3', '6,"isIn":tr', 'ue,"tags":["x', '"]}'])).toEqual([
    {},
    { name: 'A' },
    { name: 'Ada' },
    { name: 'Ada', age: 36 },
    { name: 'Ada', age: 36, isIn: true, tags: ['x'] },
    { name: 'Ada', age: 36, isIn: true, tags: ['x'] },
  ])
})

test('__proto__ is a key like any other', () => {
  const value = read(['{"__proto__":{"a":1}}']) as object
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(Object.keys(value)).toEqual(['__proto__'])
})

test.each([
  // JSON, what is said
  ['{"a":[1,{"b c":x', 'Expected a value, but got "x" at character 16 ($.a[1]["b c"])'],
  ['{"a":1 "b"', 'Expected , or }, but got "\\"" at character 8 ($.a)'],
  ['[1,2] 3', 'Expected nothing more, but got "3" at character 7 ($)'],
  ['{"a":tru3', 'tru3 is no value at character 9 ($.a)'],
  ['["\\q', 'There is no escape \\q at character 4 ($[0])'],
  ['```json', 'Expected a value, but got "`" at character 1 ($)'],
])('%s is told where it goes wrong', (text, message) => {
  expect(() => createJsonReader().add(text)).toThrow(message)
})

test('depth and length are bounded', () => {
  expect(read(['['.repeat(128), ']'.repeat(128)])).toEqual(
    JSON.parse('['.repeat(128) + ']'.repeat(128)),
  )
  expect(() => read(['['.repeat(129)])).toThrow('More than 128 lists and objects')
  expect(() => read(['"aaaa', 'aaaa"'], { maxLength: 8 })).toThrow('More than 8 characters')
  expect(() => read([`[${'1'.repeat(1001)}]`])).toThrow('is no value')
})

test('the work is linear: eight times the text takes no more than 24 times as long, and not 64', () => {
  const timeOf = (items: number) => {
    const text = `[${Array.from({ length: items }, (_, i) => `{"id":${i},"text":"word word"}`)}]`
    let best = Number.POSITIVE_INFINITY
    for (let run = 0; run < 3; run++) {
      const startedAt = performance.now()
      const reader = createJsonReader()
      for (let at = 0; at < text.length; at += 4) reader.add(text.slice(at, at + 4))
      reader.end()
      best = Math.min(best, performance.now() - startedAt)
    }
    return best
  }
  timeOf(2000)
  expect(timeOf(32_000) / timeOf(4000)).toBeLessThan(24)
})
