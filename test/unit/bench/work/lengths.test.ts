/** Synthetic prompts count what they are to count, js-tiktoken being the judge. */
import type { Tiktoken } from 'js-tiktoken/lite'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { drawLength, readLengths } from '../../../../bench/work/lengths.ts'
import { createPrefixedText } from '../../../../bench/work/prefixes.ts'
import { createTextMaker } from '../../../../bench/work/synthetic-text.ts'
import { openers, words } from '../../../../bench/work/words.ts'
import { loadTokenizer, type Tokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { bodiesOf, workOf } from '../../../helpers/bench-work.ts'
import { tokenJudge } from '../../../helpers/token-judge.ts'

type Encoding = 'o200k_base' | 'cl100k_base'
let judge: Tiktoken
let other: Tokenizer
beforeAll(async () => {
  judge = await tokenJudge('o200k_base')
  other = await loadTokenizer('cl100k_base')
}, 30_000)

const count = (text: string, encoding: Encoding = 'o200k_base') =>
  encoding === 'o200k_base' ? judge.encode(text, [], []).length : other.count(text)

/** OpenAI's cookbook: 3 a message, the role's and the content's own tokens, 3 for the reply. */
function countChat(messages: readonly { role: string; content: string }[]): number {
  const own = messages.map(({ role, content }) => 3 + count(role) + count(content))
  return own.reduce((sum, tokens) => sum + tokens, 3)
}

it('every word is one token where it is used, in both encodings', () => {
  for (const encoding of ['o200k_base', 'cl100k_base'] as const) {
    expect(openers.filter(word => count(word, encoding) !== 1)).toEqual([])
    expect(words.filter(word => count(` ${word}`, encoding) !== 1)).toEqual([])
  }
  expect(new Set(words).size).toBe(words.length)
})

describe('texts', () => {
  it('have so many tokens, in a thousand draws of any length, none like another', () => {
    const random = createRandom('lengths')
    const { text, rest } = createTextMaker(random.fork('text'))
    const seen = new Set<string>()
    for (let i = 0; i < 1000; i++) {
      const tokens = 1 + random.integer(i % 100 === 0 ? 1500 : 48)
      const encoding = i % 3 === 0 ? 'cl100k_base' : 'o200k_base'
      const drawn = text(tokens)
      expect(count(drawn, encoding)).toBe(tokens)
      expect(JSON.stringify(drawn)).toBe(`"${drawn}"`)
      if (tokens >= 8) seen.add(drawn.split(' ').slice(0, 8).join(' '))
      else seen.add(String(i))
      if (i % 10 === 0) expect(count(`A.${rest(tokens)}`, encoding)).toBe(2 + tokens)
    }
    expect(seen.size).toBe(1000)
  })

  it('longer than the stock are as exact', () => {
    const long = createTextMaker(createRandom('long')).text(126_195)
    expect(long.split(' ')).toHaveLength(126_195)
    expect(count(long.slice(-4000).replace(/^\S* /, ''))).toBe(
      long.slice(-4000).replace(/^\S* /, '').split(' ').length,
    )
  })
})

describe('prompts of a run', () => {
  it.each(['lognormal(p50=60,p95=200)', 'normal(mean=90,sd=40)', 'azure-code'])(
    'of %s have the lengths that were drawn, with the chat’s frame in them',
    async inputTokens => {
      const work = await workOf({ inputTokens, outputTokens: inputTokens })
      const lengths = new Set<number>()
      for (const { messages } of bodiesOf(work, 60)) lengths.add(countChat(messages))
      const wanted = createRandom('a').fork('input lengths')
      const drawn = readLengths('input', inputTokens)!
      for (let i = 0; i < 60; i++) expect(lengths).toContain(Math.max(8, drawLength(drawn, wanted)))
    },
  )

  it('of a constant are all alike in length', async () => {
    for (const { messages } of bodiesOf(await workOf({ inputTokens: 100 }), 200)) {
      expect(countChat(messages)).toBe(100)
    }
    for (const { prompt } of bodiesOf(
      await workOf({ inputTokens: 100, endpoint: 'completions' }),
      200,
    )) {
      expect(count(prompt)).toBe(100)
    }
  })

  it('too short for a frame have one word', async () => {
    const [{ messages }] = bodiesOf(await workOf({ inputTokens: 2 }), 1)
    expect(countChat(messages)).toBe(8)
  })

  it('limits are drawn beside them', async () => {
    const work = await workOf({ outputTokens: 'uniform(3,9)' })
    const limits = new Set(bodiesOf(work, 300).map(body => body.max_tokens))
    expect([...limits].sort()).toEqual([3, 4, 5, 6, 7, 8, 9])
  })
})

describe('traces by name', () => {
  it('mean prompts on the way in and answers on the way out', () => {
    expect(readLengths('input', 'azure-code')?.mean).toBeCloseTo(2048, -3)
    expect(readLengths('output', 'azure-code')?.mean).toBeGreaterThan(20)
    expect(readLengths('output', 'azure-code')?.mean).toBeLessThan(40)
    expect(readLengths('input', 'azure-conversation')?.mean).toBeCloseTo(1155, -2)
    expect(readLengths('input', 'azure-conversation')?.text).toBe('azure-conversation')
    expect(readLengths('input', 'mooncake-conversation')?.mean).toBeCloseTo(12_035, -3)
    expect(readLengths('input', 'azure-code-gaps')).toBeUndefined()
  })

  it('are drawn with the trace’s median and tail', () => {
    const random = createRandom('trace')
    const drawn = readLengths('input', 'azure-code')!
    const lengths = Array.from({ length: 20_000 }, () => drawLength(drawn, random))
    lengths.sort((a, b) => a - b)
    expect(lengths[10_000]! / 1469).toBeGreaterThan(0.93)
    expect(lengths[10_000]! / 1469).toBeLessThan(1.07)
    expect(lengths[18_000]! / 5188).toBeGreaterThan(0.93)
    expect(lengths[18_000]! / 5188).toBeLessThan(1.07)
    expect(lengths.at(-1)).toBeLessThanOrEqual(7437)
  })
})

describe('shared prefixes', () => {
  const beginning = (text: string, tokens: number) => text.split(' ').slice(0, tokens).join(' ')

  it('are the same in each group, and what follows is not', async () => {
    const work = await workOf({ inputTokens: 100, sharedPrefix: 64, prefixGroups: 3 })
    const texts = bodiesOf(work, 300).map(({ messages }) => messages[0].content as string)
    expect(new Set(texts.map(text => beginning(text, 64))).size).toBe(3)
    expect(new Set(texts.map(text => beginning(text, 65))).size).toBeGreaterThan(150)
    expect(new Set(texts).size).toBe(300)
    for (const text of texts.slice(0, 50)) expect(count(text)).toBe(100 - 7)
  })

  it('give way where prompts are too short to differ after them', () => {
    const text = createPrefixedText({ tokens: 64, groups: 1 }, createRandom('short'))
    const texts = Array.from({ length: 40 }, () => text(20))
    expect(new Set(texts.map(one => beginning(one, 12))).size).toBe(1)
    expect(new Set(texts).size).toBe(40)
    for (const one of texts) expect(count(one)).toBe(20)
    for (const tokens of [1, 2, 8, 9, 10]) expect(count(text(tokens))).toBe(tokens)
  })

  it('come before the usual length where none is given', async () => {
    const [{ messages }] = bodiesOf(await workOf({ sharedPrefix: 500 }), 1)
    expect(count(messages[0].content)).toBeGreaterThanOrEqual(524)
    expect(count(messages[0].content)).toBeLessThanOrEqual(620)
  })
})
