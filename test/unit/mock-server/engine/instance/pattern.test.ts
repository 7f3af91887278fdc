import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../../../base/random.ts'
import { stringOfPattern } from '../../../../../mock-server/engine/instance/pattern.ts'

test.each([
  '^[a-z]+$',
  '^\\d{3}-\\d{2}-\\d{4}$',
  '^(\\+\\d{1,2}\\s)?\\(?\\d{3}\\)?[\\s.-]\\d{3}[\\s.-]\\d{4}$',
  '^[\\w.+-]+@[a-z\\d-]+\\.[a-z]{2,}$',
  '^#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$',
  '^(?:yes|no|maybe)$',
  '^[A-Z]{2,3}-\\d+$',
  '^v?\\d+\\.\\d+\\.\\d+(-[a-z]+)?$',
  '^@[a-zA-Z0-9_]{1,15}$',
  '^[^\\s<>]{4}$',
  '^[^a-zA-Z0-9]{2}$',
  '^\\S+\\s\\S+$',
  '^(?=.*[A-Z])(?=.*[a-z])(?=.*\\d)[A-Za-z\\d]{8,}$',
  '^(?!admin)[a-z]{3,10}$',
  '^(ab|cd)\\1$',
  '^(?<year>\\d{4})-\\k<year>$',
  '\\bword\\b',
  '^\\u0041\\x42\\u{43}\\.$',
  '^\\p{Lu}\\p{Ll}+$',
  '^[\\u4e00-\\u9fa5]{2,4}$',
  '^\\t\\n$',
  '^[\\s\\S]{5}$',
  '^a{2}b{0,}c{,3}$',
  '^[a-\\d]$',
  '.',
  '',
  '^$',
  'x|y|',
  '^😀+$',
])('%s is matched by what is made of it', source => {
  for (let seed = 0; seed < 30; seed++) {
    const text = stringOfPattern(source, createRandom(source, seed))
    expect(text).toMatch(new RegExp(source, source.includes('{,') ? '' : compiledFlags(source)))
  }
})

function compiledFlags(source: string): string {
  try {
    new RegExp(source, 'u')
    return 'u'
  } catch {
    return ''
  }
}

test('lengths are kept where the pattern lets them be', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = createRandom(seed)
    expect(stringOfPattern('^[a-z ]*$', random, { least: 40, most: 50 })).toMatch(/^[a-z ]{40,50}$/)
    expect(stringOfPattern('^a', random, { least: 9, most: 12 })).toMatch(/^a.{8,11}$/)
    expect(stringOfPattern('^\\d+$', random, { least: 0, most: 2 })).toMatch(/^\d{1,2}$/)
  }
})

test.each(['(', '^[]a-]$', '[a', '*', '(?<a', '\\p{Nonsense}('])('%s makes nothing', source => {
  expect(stringOfPattern(source, createRandom(1))).toBe(undefined)
})

test('any text may be a pattern', () => {
  const bits =
    '( ) (?: (?= (?! [ ] [^ a-z - \\d \\w \\1 \\b . * + ? {2} {1,3} {3,} | ^ $ x é \\u{1f600} \\p{L}'
  const sources = fc
    .array(fc.constantFrom(...bits.split(' ')), { maxLength: 12 })
    .map(all => all.join(''))
  let made = 0
  fc.assert(
    fc.property(fc.oneof(sources, fc.string({ unit: 'grapheme' })), fc.nat(), (source, seed) => {
      const text = stringOfPattern(source, createRandom(seed))
      if (text === undefined) return
      made++
      // What has no condition in it is matched for sure.
      if (/\\b|\(\?[=!]|.\^|\$./su.test(source)) return
      expect(text).toMatch(new RegExp(source, compiledFlags(source)))
    }),
    { numRuns: 800 },
  )
  expect(made).toBeGreaterThan(160)
})
