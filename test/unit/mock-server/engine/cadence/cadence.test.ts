import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../../base/distribution.ts'
import { createManualClock } from '../../../../../base/manual-clock.ts'
import { createRandom } from '../../../../../base/random.ts'
import { logprobsAt } from '../../../../../mock-server/engine/beats.ts'
import { drawDueTimes } from '../../../../../mock-server/engine/cadence/cadence.ts'
import { inChunks, itemBounds } from '../../../../../mock-server/engine/cadence/chunk-tokens.ts'
import { drawGroups, heldInGroups } from '../../../../../mock-server/engine/cadence/groups.ts'
import {
  inManner,
  type Manner,
  mannerOf,
} from '../../../../../mock-server/engine/cadence/manner.ts'
import { parseStalls } from '../../../../../mock-server/engine/cadence/stalls.ts'
import { spoken } from '../../../../../mock-server/engine/compose.ts'
import { createConductor, OVER } from '../../../../../mock-server/engine/conductor.ts'
import { drawLogprobs } from '../../../../../mock-server/engine/logprobs.ts'
import type { Reply } from '../../../../../mock-server/engine/reply.ts'
import { replyToken } from '../../../../../mock-server/engine/reply-token.ts'
import { say, textOf } from '../../../../../mock-server/engine/said.ts'

const count = (text: string) => parseDistribution(text, 'count')!
const ms = (text: string) => parseDistribution(text, 'ms')!
const cadence = {
  ttft: ms('lognormal(p50=350ms,p95=900ms)'),
  itl: ms('gamma(mean=20ms,cv=0.5)'),
  tokens: count('40'),
  reasoning: count('0'),
}

function replyOf(...lengths: readonly number[]): Reply {
  const items = lengths.map((length, item) => {
    const tokens = Array.from({ length }, (_, i) =>
      replyToken({ text: `${item}.${i} `, tokens: 1 }),
    )
    return spoken('text', say(tokens))
  })
  return {
    items,
    finishReason: 'stop',
    stoppedAt: undefined,
    outputTokens: lengths.reduce((sum, length) => sum + length, 0),
    reasoningTokens: 0,
  }
}

function inThatManner(manner: Manner, { steps = 400, keys = [1] } = {}) {
  const random = createRandom('cadence', ...keys)
  const dueMs = drawDueTimes(random, cadence, steps)
  return { alone: dueMs, told: inManner({ choices: [replyOf(steps)], dueMs }, manner, random) }
}

test.each([
  ['2% 3s', 0.02, 3000],
  ['100% 0', 1, 0],
  [' 0.5% lognormal(p50=1s,p95=1s)', 0.005, 1000],
  ['0.1/s 2s', 1 - Math.exp(-0.002), 2000], // in a gap of 20 ms
  ['6/m 2s', 1 - Math.exp(-0.002), 2000],
])('%j are stalls: a chance of %d, %d ms long', (text, chance, meanMs) => {
  const stalls = parseStalls(text)!
  expect(stalls.chanceIn(20)).toBeCloseTo(chance, 12)
  expect(stalls.lastsMs.mean).toBeCloseTo(meanMs, 9)
})

test.each(['', '2%', '3s', '2 3s', '101% 3s', '-1% 3s', '2% soon', '2%/s 3s', '0.1/h 3s'])(
  '%j are none',
  text => {
    expect(parseStalls(text)).toBeUndefined()
  },
)

test('stalls come as often and last as long as is said, and never before the first token', () => {
  const { alone, told } = inThatManner({ stalls: parseStalls('5% 1s') }, { steps: 20_000 })
  const stalledMs = told.dueMs.map((atMs, i) => atMs - alone[i]!)
  expect(stalledMs[0]).toBe(0)
  const stalls = stalledMs.filter((stalled, i) => i > 0 && stalled - stalledMs[i - 1]! > 500)
  expect(Math.abs(stalls.length / 20_000 - 0.05)).toBeLessThan(0.006)
  expect(stalledMs.at(-1)).toBeCloseTo(stalls.length * 1000, 3)
})

test('stalls at a rate come by the time that is streamed, not by the token', () => {
  const { alone, told } = inThatManner({ stalls: parseStalls('2/s 100ms') }, { steps: 10_000 })
  const streamedS = (alone.at(-1)! - alone[0]!) / 1000
  const stalls = (told.dueMs.at(-1)! - alone.at(-1)!) / 100
  expect(Math.abs(stalls / streamedS - 2)).toBeLessThan(0.25)
})

const sizes = fc.constantFrom('1', '3', 'uniform(0,7)', 'lognormal(p50=3,p95=9)')

test('groups leave out nothing, begin alone, and keep the first and the last due time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), sizes, fc.nat(), (steps, size, seed) => {
      const groups = drawGroups(steps, count(size), createRandom(seed))
      expect([groups[0], groups.at(-1)]).toEqual([1, steps])
      expect(groups.filter((at, i) => i > 0 && at <= groups[i - 1]!)).toEqual([])
      const dueMs = drawDueTimes(createRandom(seed, 'due'), cadence, steps)
      const held = heldInGroups(dueMs, groups)
      expect([held[0], held.at(-1), held.length]).toEqual([dueMs[0], dueMs.at(-1), steps])
      expect(held.filter((atMs, i) => atMs < dueMs[i]!)).toEqual([])
      expect(new Set(held).size).toBe(groups.length)
    }),
  )
})

test('a chunk says several tokens of one item; text, count and log probabilities stay what they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      sizes,
      fc.nat(),
      (lengths, size, seed) => {
        const plain = replyOf(...lengths)
        const items = plain.items.map((item, i) =>
          item.kind === 'text'
            ? { ...item, logprobs: drawLogprobs(createRandom(seed, i), item.tokens, 2) }
            : item,
        )
        const reply = { ...plain, items }
        const steps = lengths.reduce((sum, length) => sum + Math.max(1, length), 0)
        const groups = drawGroups(steps, count(size), createRandom(seed), itemBounds([reply]))
        const chunked = inChunks(reply, groups)
        expect(chunked.items.map(textOf)).toEqual(reply.items.map(textOf))
        const beats = chunked.items.map(({ tokens }) => Math.max(1, tokens.length))
        expect(beats.reduce((sum, length) => sum + length)).toBe(groups.length)
        chunked.items.forEach((item, i) => {
          const { tokens } = item
          expect(tokens.reduce((sum, token) => sum + token.tokens, 0)).toBe(lengths[i])
          if (item.kind !== 'text') return
          const told = tokens.flatMap((_, place) => logprobsAt(item, place)!)
          expect(told).toEqual(items[i]!.kind === 'text' && items[i]!.logprobs)
        })
      },
    ),
  )
})

test('several tokens a chunk keep the time of the first, of the last, and so the mean rate', () => {
  const { alone, told } = inThatManner({ chunkTokens: count('4') })
  expect(told.choices[0]!.items[0]!.tokens.map(({ tokens }) => tokens)).toEqual([
    1,
    ...new Array(99).fill(4),
    3,
  ])
  expect(told.dueMs).toHaveLength(101)
  expect([told.dueMs[0], told.dueMs[1], told.dueMs.at(-1)]).toEqual([
    alone[0],
    alone[4],
    alone[399],
  ])
})

test('a manner changes nothing that another decides', () => {
  const all: Manner = {
    stalls: parseStalls('5% 1s'),
    chunkTokens: count('uniform(1,4)'),
    bursts: count('uniform(1,6)'),
    wire: { eventsAWrite: count('uniform(1,3)'), splitWrites: count('3'), keepAliveMs: 1000 },
  }
  const everything = inThatManner(all)
  const again = inThatManner(all).told
  expect([again.choices, again.dueMs]).toEqual([everything.told.choices, everything.told.dueMs])
  expect(again.wire!.writes).toEqual(everything.told.wire!.writes)
  expect(inThatManner(all, { keys: [2] }).told.dueMs).not.toEqual(everything.told.dueMs)
  const { stalls, chunkTokens } = all
  const stalled = inThatManner({ stalls }).told.dueMs
  expect(everything.alone).toEqual(inThatManner({}).alone)
  expect(everything.told.dueMs.at(-1)).toBe(stalled.at(-1))
  expect(everything.told.choices).toEqual(inThatManner({ chunkTokens }).told.choices)
  // Of tokens that are due with a stall among them, the chunk waits for the last.
  expect(everything.told.dueMs.every(atMs => stalled.includes(atMs))).toBe(true)
})

test('late headers hold back what was due before them, and nothing else', () => {
  const { alone, told } = inThatManner({ wire: { headersAfter: ms('1.5s') } })
  expect(told.wire!.headersMs).toBe(1500)
  expect(told.dueMs).toEqual(alone.map(atMs => Math.max(1500, atMs)))
  const withFirst = inThatManner({ wire: { headersAfter: 'first-token' } })
  expect([withFirst.told.wire!.headersMs, withFirst.told.dueMs]).toEqual([Infinity, alone])
})

test('a write is cut into so many pieces, 64 at most', () => {
  const cutsOf = (text: string) =>
    inThatManner({ wire: { splitWrites: count(text) } }).told.wire!.cutsOf!
  const three = Array.from({ length: 100 }, (_, write) => cutsOf('3')(write))
  expect(three.every(([first, second, ...more]) => first! <= second! && more.length === 0)).toBe(
    true,
  )
  expect(new Set(three.map(String)).size).toBe(100)
  expect(cutsOf('3')(7)).toEqual(three[7])
  expect(cutsOf('0')(0)).toEqual([])
  expect(cutsOf('1000000')(0)).toHaveLength(63)
})

test('nothing asked for is no manner', () => {
  const none = { stalls: undefined, chunkTokens: undefined, bursts: undefined }
  const wire = { headersAfter: undefined, eventsAWrite: undefined, splitWrites: undefined }
  expect(mannerOf({ ...none, ...wire, keepAlive: undefined })).toBeUndefined()
  expect(mannerOf({ ...none, ...wire, keepAlive: 15_000 })).toEqual({
    ...none,
    wire: { ...wire, keepAliveMs: 15_000 },
  })
})

test('means below a timer tick are kept: 2,500 tokens a second to one stream, ten streams at once', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const dueMs = drawDueTimes(
    createRandom(1),
    { ...cadence, ttft: ms('10ms'), itl: ms('exponential(mean=0.4ms)') },
    5000,
  )
  const ends: number[] = []
  let worstMs = 0
  for (let stream = 0; stream < 10; stream++) {
    let step = 0
    conductor.start({
      dueMs: dueMs[0]!,
      play(nowMs) {
        worstMs = Math.max(worstMs, nowMs - dueMs[step]!)
        step++
        if (step < dueMs.length) return dueMs[step]!
        ends.push(nowMs)
        return OVER
      },
      failed(error) {
        throw error
      },
    })
  }
  clock.advance(2500)
  expect(ends).toHaveLength(10)
  for (const endMs of ends) {
    expect(Math.abs(4999 / (endMs - dueMs[0]!) - 2.5)).toBeLessThan(0.1)
    expect(endMs - dueMs.at(-1)!).toBeLessThan(2)
  }
  expect(worstMs).toBeLessThan(2)
})
