import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlikeParser } from '../../../client/alike.ts'

/** Each text's value as JSON.parse gives it, order of keys and all. */
function expectParsed(texts: readonly string[]): void {
  const parse = createAlikeParser()
  for (const text of texts) {
    const value = outcomeOf(() => parse(text))
    const wanted = outcomeOf(() => JSON.parse(text))
    expect(value).toEqual(wanted)
    expect(JSON.stringify(value)).toBe(JSON.stringify(wanted))
  }
}

function outcomeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return String(error)
  }
}

const chunk = (content: unknown, more: object = {}) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta: { content }, logprobs: { content: [] }, finish_reason: null }],
    ...more,
  })

describe('values are those of JSON.parse', () => {
  test.each<[string, string[]]>([
    ['words', ['The', ' river', ' runs', '', ' to'].map(word => chunk(word))],
    [
      'escapes',
      ['a', 'b', '\n', '"', '\\', '\u0001', 'ü', '\ud83d', '👋'].map(word => chunk(word)),
    ],
    ['long texts', ['a', 'b', 'x'.repeat(13), 'y'.repeat(5000)].map(word => chunk(word))],
    ['null and numbers for a text', ['a', 'b', null, 1, true, 'c'].map(word => chunk(word))],
    [
      'a text that hides its length, and a number',
      [1, 2, 3, 40].map(n => chunk(`w${n}`, { obfuscation: 'x'.repeat(n), sequence_number: n })),
    ],
    [
      'numbers that are not whole',
      ['1', '2', '-3', '4.5', '1e3', '01', '0', '-0', '1e400', '12345678901234567'].map(
        n => `{"a":${n}}`,
      ),
    ],
    ['a key that stands twice', ['1', '2', '3'].map(n => `{"a":"${n}","a":"x${n}"}`)],
    ['keys that differ', ['1', '2', '3'].map(n => `{"k${n}":"${n}"}`)],
    ['keys that are sorted', ['1', '2', '3'].map(n => `{"b":"${n}","2":"x${n}","1":"y${n}"}`)],
    ['a key that is no key', ['1', '2', '3'].map(n => `{"__proto__":{"a":"${n}"},"b":1}`)],
    ['texts alone', ['"a"', '"b"', '"c"', '1', '2', '3', '[1]', '[2]', '[33]']],
    ['white space', ['1', '2', '3'].map(n => ` { "a" : ${n} , "b" : [ "${n}" ] } `)],
    ['what is no JSON', ['{"a":"b"}', '{"a":"c"}', '{"a":"d"', '{"a":"e"}}', '', '{"a":"\u0007"}']],
    [
      'the numbers it looks for itself',
      ['0', '1', '2', '3'].map(n => chunk(`870605319427000${n}`)),
    ],
  ])('%s', (_, texts) => expectParsed(texts))

  test('any values, one after the other, whole or cut', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', 'b', ' the', '"', '\n'),
    )
    const like = fc
      .tuple(word, word, fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true })), fc.boolean())
      .map(([a, b, n, isChat]) =>
        isChat ? chunk(a, { obfuscation: b }) : JSON.stringify({ delta: a, n, list: [b, 1] }),
      )
    const text = fc.oneof(
      { weight: 9, arbitrary: like },
      { weight: 1, arbitrary: fc.json() },
      {
        weight: 1,
        arbitrary: fc
          .tuple(like, fc.nat(60))
          .map(([text, at]) => text.slice(0, at) + text.slice(at + 1)),
      },
    )
    fc.assert(fc.property(fc.array(text, { maxLength: 20 }), expectParsed), {
      seed: 5,
      numRuns: 300,
    })
  })
})

test('the third of its kind is put together from the first two, and is nobody else’s', () => {
  const parse = createAlikeParser()
  const [, , third, fourth] = ['a', 'b', 'c', 'd'].map(word => parse(chunk(word))) as {
    choices: { delta: { content: string }; logprobs: object }[]
  }[]
  expect(third!.choices[0]!.logprobs).toBe(fourth!.choices[0]!.logprobs)
  expect(third!.choices[0]!.delta.content).toBe('c')
  expect(fourth!.choices[0]!.delta.content).toBe('d')
})

test('a stream whose kind changes is learnt anew', () => {
  const parse = createAlikeParser()
  const thoughts = (word: string) => `{"delta":{"reasoning":"${word}"},"more":{}}`
  const words = (word: string) => `{"delta":{"content":"${word}"},"more":{}}`
  const values = [
    thoughts('a'),
    thoughts('b'),
    thoughts('c'),
    words('d'),
    words('e'),
    words('f'),
    words('g'),
  ].map(parse) as { more: object }[]
  expect(values[5]!.more).toBe(values[6]!.more)
  expect(values[6]).toEqual({ delta: { content: 'g' }, more: {} })
})
