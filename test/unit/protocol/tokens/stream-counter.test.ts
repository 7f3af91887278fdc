/** The count of a text that comes in parts. TOKADENCE_TEST_FULL=1 cuts 120,000 texts at every place instead of 400. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStreamCounter } from '../../../../protocol/tokens/stream-counter.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { tokenJudge } from '../../../helpers/token-judge.ts'

/** What breaks naive counters: cut contractions, white space on the wrong side, marks, joined emoji, digits. */
const pieces = [
  'a',
  'e',
  'The',
  'token',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u00a0',
  '\u3000',
  "'s",
  "'",
  'll',
  "'re",
  "'VE",
  '’t',
  '.',
  ',',
  '!?',
  '...',
  '/',
  '://',
  '0',
  '12',
  '345',
  '6789',
  'é',
  'e\u0301',
  '\u0301',
  'ß',
  '日本',
  '語',
  'ไทย',
  'ภาษา',
  '한',
  '글',
  'العربية',
  'ğ',
  'Ǆ',
  '👋',
  '👨‍👩‍👧',
  '\u200d',
  '\ufe0f',
  '\ud83d',
  '<|endoftext|>',
  '_',
  '-',
  '{"',
  '":',
  'İ',
  'ſ',
  '\u2028',
  '\v',
  '\u0000',
]

/** Of each kind and encoding, of which there are two. */
const cutTexts = process.env.TOKADENCE_TEST_FULL === '1' ? 30_000 : 100
const kinds = [
  ['of all kinds', pieces, 14],
  // runs of it are split again by what follows
  ['of white space', ['a', ' ', '   ', '\n', '\n\n', '\r\n', '\t'], 14],
] as const

describe.each(['o200k_base', 'cl100k_base'] as const)('%s', async encoding => {
  const oracle = await tokenJudge(encoding)

  test.each(kinds)(
    'after every delta %s the count is that of js-tiktoken for the whole text',
    async (_, units, maxLength) => {
      const tokenizer = await loadTokenizer(encoding)
      const deltas = fc.array(fc.constantFrom(...units), { maxLength, size: 'max' })
      fc.assert(
        fc.property(deltas, deltas => {
          const counter = createStreamCounter(tokenizer)
          let text = ''
          for (const delta of deltas) {
            counter.add(delta)
            text += delta
            if (counter.count !== oracle.encode(text, [], []).length) return false
          }
          return true
        }),
        { seed: 2026, numRuns: 200 },
      )
    },
  )

  test.each(kinds)(
    `${cutTexts} texts %s, cut at every place, count as js-tiktoken counts what has come and the whole`,
    async (_, units, maxLength) => {
      const tokenizer = await loadTokenizer(encoding)
      const texts = fc.array(fc.constantFrom(...units), { maxLength, size: 'max' })
      const judged = (text: string) => oracle.encode(text, [], []).length
      fc.assert(
        fc.property(texts, parts => {
          const text = parts.join('')
          const whole = judged(text)
          const unitByUnit = createStreamCounter(tokenizer)
          for (let place = 1; place <= text.length; place++) {
            const come = text.slice(0, place)
            const inTwo = createStreamCounter(tokenizer)
            unitByUnit.add(text.charAt(place - 1))
            inTwo.add(come)
            const tokens = judged(come)
            if (unitByUnit.count !== tokens || inTwo.count !== tokens) return false
            inTwo.add(text.slice(place))
            if (inTwo.count !== whole) return false
          }
          return true
        }),
        { seed: 2027, numRuns: cutTexts },
      )
    },
    600_000,
  )

  test('deltas that are counted only at the end, or now and then, count as the whole', async () => {
    const tokenizer = await loadTokenizer(encoding)
    const deltas = fc.array(fc.constantFrom(...pieces), {
      minLength: 300,
      maxLength: 600,
      size: 'max',
    })
    fc.assert(
      fc.property(deltas, fc.integer({ min: 1, max: 400 }), (deltas, everyNth) => {
        const counter = createStreamCounter(tokenizer)
        let text = ''
        for (const [i, delta] of deltas.entries()) {
          counter.add(delta)
          text += delta
          if (i % everyNth === 0) expect(counter.count).toBe(tokenizer.count(text))
        }
        expect(counter.count).toBe(oracle.encode(text, [], []).length)
      }),
      { seed: 2026, numRuns: 20 },
    )
  })

  test('a text cut unit by unit, surrogates too, counts as the whole', async () => {
    const tokenizer = await loadTokenizer(encoding)
    const text =
      "It's 👨‍👩‍👧 time: they'll pay 1234567 ¥ for\r\n\r\n   日本語 and ภาษาไทย …\t\tdone. "
    const counter = createStreamCounter(tokenizer)
    for (let i = 0; i < text.length; i++) counter.add(text.charAt(i))
    expect(counter.count).toBe(oracle.encode(text, [], []).length)
  })
})

test('a piece without an end, 200,000 letters one hundred at a time, is counted exactly', async () => {
  const tokenizer = await loadTokenizer('o200k_base')
  const counter = createStreamCounter(tokenizer)
  for (let i = 0; i < 2000; i++) counter.add('a'.repeat(100))
  expect(counter.count).toBe(25_000)
})
