import fc from 'fast-check'
import type { Tiktoken } from 'js-tiktoken/lite'
import { beforeAll, expect, test } from 'vitest'
import { loadTokenizer, type Tokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { tokenJudge } from '../../../helpers/token-judge.ts'

const names = ['o200k_base', 'cl100k_base'] as const
const pairs: { name: (typeof names)[number]; ours: Tokenizer; theirs: Tiktoken }[] = []
beforeAll(async () => {
  for (const name of names) {
    pairs.push({ name, ours: await loadTokenizer(name), theirs: await tokenJudge(name) })
  }
}, 30_000)

/** js-tiktoken as the judge; special tokens are text. */
function judge(theirs: Tiktoken, text: string): number {
  return theirs.encode(text, [], []).length
}

test.each([
  '',
  ' ',
  'a',
  'Hello, world!',
  "I'm sure they'll say it's we'd've",
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '1234567890 3.14159 0x1F',
  'camelCaseAndSNAKE_CASE iPhone McDonald',
  '  leading, and trailing   ',
  'line\nline\r\nline\n\n\nline \n ',
  '\t\tif (x) {\n\t\t\treturn y\n\t\t}\n',
  'Größe, naïve, café, cafe\u0301',
  'สวัสดีชาวโลกทั้งหมด',
  '日本語のテキスト、中文文本，한국어',
  'مرحبا بالعالم שלום',
  '🚀👩‍👩‍👧‍👦🇩🇪👍🏽',
  '<|endoftext|> <|fim_prefix|>', // special tokens are text
  '\ud800 lone \udc00',
  '\ufeffwith a mark',
  '\u0000\u0001\u2028\u00a0',
  'https://example.com/a?b=c&d=%20#e',
  '…—–“”‘’',
])('%j is as many tokens as js-tiktoken says', text => {
  for (const { name, ours, theirs } of pairs) {
    expect([name, ours.count(text)]).toEqual([name, judge(theirs, text)])
  }
})

/** Texts that make byte-pair merging and the splitting pattern work: few letters, many edges. */
const adversarial = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b',
        'ab',
        'the',
        ' the',
        'A',
        'É',
        'ไ',
        'ท',
        '漢',
        '🚀',
        '\ud83d',
        '\udc4d',
        '\u0301',
      ],
      ...[
        ' ',
        '  ',
        '\n',
        '\r\n',
        '\t',
        '\u00a0',
        "'s",
        "'",
        '1',
        '22',
        '.',
        '...',
        '/',
        '<|',
        '_',
      ],
    ),
    { maxLength: 60 },
  )
  .map(parts => parts.join(''))
const texts = fc.oneof(
  adversarial,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)

test('any text is as many tokens as js-tiktoken says', () => {
  fc.assert(
    fc.property(texts, text => {
      return pairs.every(({ ours, theirs }) => ours.count(text) === judge(theirs, text))
    }),
    { seed: 1, numRuns: 1000 },
  )
})

test('split gives the tokens of the count, and their texts join to the text', () => {
  fc.assert(
    fc.property(texts, text => {
      for (const { ours } of pairs) {
        const split = ours.split(text)
        // A lone surrogate has no bytes of its own; what is sent for it is U+FFFD.
        expect(split.map(token => token.text).join('')).toBe(Buffer.from(text).toString())
        expect(split.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(ours.count(text))
        expect(split.every(token => token.text !== '')).toBe(true)
      }
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('split gives single tokens where characters are whole, and groups where they are not', () => {
  const { ours, theirs } = pairs[0]!
  const text = 'Hello, world! 👩‍👩‍👧‍👦'
  const split = ours.split(text)
  expect(split.slice(0, 4)).toEqual([
    { text: 'Hello', tokens: 1 },
    { text: ',', tokens: 1 },
    { text: ' world', tokens: 1 },
    { text: '!', tokens: 1 },
  ])
  expect(split.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(judge(theirs, text))
  expect(split.some(({ tokens }) => tokens > 1)).toBe(true)
})

test('a byte order mark is text, wherever it stands', () => {
  for (const { ours } of pairs) {
    for (const text of ['\ufeff', '\ufeffa', 'a\ufeff\ufeff b', '{\ufeff}']) {
      expect(
        ours
          .split(text)
          .map(token => token.text)
          .join(''),
      ).toBe(text)
    }
  }
})

test('pieces within a limit are counted as in the whole text', () => {
  fc.assert(
    fc.property(texts, fc.nat(40), (text, limit) => {
      for (const { ours } of pairs) {
        const { tokens, length } = ours.countPieces(text, limit)
        expect(length).toBeLessThanOrEqual(limit)
        if (length === text.length) expect(tokens).toBe(ours.count(text))
        const all = ours.countPieces(text, text.length)
        expect(all).toEqual({ tokens: ours.count(text), length: text.length })
        expect(tokens).toBeLessThanOrEqual(all.tokens)
      }
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('in slices the numbers are the same', async () => {
  const text = 'The quick brown fox. สวัสดีชาวโลก 🚀\n'.repeat(300)
  for (const { ours } of pairs) {
    expect(await ours.countInSlices(text)).toBe(ours.count(text))
    expect(await ours.splitInSlices(text)).toEqual(ours.split(text))
  }
})

/** Runs `work` and watches the event loop; returns ms in all and the longest it was held. */
async function watch(work: () => Promise<unknown>) {
  let longestMs = 0
  let lastMs = performance.now()
  const startMs = lastMs
  let isOver = false
  const beat = () => {
    const nowMs = performance.now()
    longestMs = Math.max(longestMs, nowMs - lastMs)
    lastMs = nowMs
    if (!isOver) setImmediate(beat)
  }
  setImmediate(beat)
  await work()
  isOver = true
  return { totalMs: performance.now() - startMs, longestMs }
}

test.each([
  // what a scan for the lowest pair would take minutes for; bounds are wide: a busy machine is no fault
  ["100,000 × 'a'", 'a'.repeat(100_000), 12_500],
  ['100,000 characters of Thai', 'สวัสดีชาวโลก'.repeat(8334).slice(0, 100_000), 58_334],
  ['100,000 lone surrogates', '\ud800'.repeat(100_000), 12_500],
  ['25,000 emoji', '🚀'.repeat(25_000), 50_000],
  ['100,000 spaces', ' '.repeat(100_000), 782],
  ['100,000 capitals', 'Q'.repeat(100_000), 50_000],
  ['100,000 digits', '7'.repeat(100_000), 33_334],
])('%s are counted in linear time, and others get their turns', async (_, text, expected) => {
  const { ours } = pairs[0]!
  let count = 0
  const { totalMs, longestMs } = await watch(async () => {
    count = await ours.countInSlices(text)
  })
  expect(count).toBe(expected)
  expect(totalMs).toBeLessThan(3000)
  expect(longestMs).toBeLessThan(250)
})

test('an encoding is loaded once', async () => {
  expect(await loadTokenizer('o200k_base')).toBe(pairs[0]!.ours)
  expect(pairs.map(({ ours }) => ours.encoding)).toEqual(names)
})
