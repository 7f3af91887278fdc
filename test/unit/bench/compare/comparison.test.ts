import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import type { Block } from '../../../../bench/compare/block.ts'
import { createBlock } from '../../../../bench/compare/block.ts'
import { type Comparison, compareEvidence } from '../../../../bench/compare/comparison.ts'
import { drawBlocks, evidenceOfBlocks } from '../../../../bench/compare/evidence.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { stretches, turns } from './noisy-machine.ts'

const question = {
  judged: [
    { name: 'ttft', percentile: 50 },
    { name: 'ttft', percentile: 95 },
  ],
  shown: [],
  tolerance: { ratio: 0.05, floorMs: 0.5 },
} as const

function paired(sides: { base: readonly Block[]; head: readonly Block[] }, seed = 0): Comparison {
  const drawing = drawBlocks(sides.base.length, createRandom('drawing', seed))
  const [base, head] = [sides.base, sides.head].map(blocks => evidenceOfBlocks(blocks, drawing))
  return compareEvidence(base!, head!, { ...question, isPaired: true })
}

function apart(base: readonly Block[], head: readonly Block[], seed = 0): Comparison {
  const [a, b] = [base, head].map((blocks, i) =>
    evidenceOfBlocks(blocks, drawBlocks(blocks.length, createRandom('drawing', seed, i))),
  )
  return compareEvidence(a!, b!, { ...question, isPaired: false })
}

const of = (times: number, each: (i: number) => Comparison) =>
  Array.from({ length: times }, (_, i) => each(i))
const howMany = (all: readonly Comparison[], ...verdicts: readonly string[]) =>
  all.filter(({ verdict }) => verdicts.includes(verdict)).length

test('by turns on a noisy machine, of 40 comparisons of the same at most 2 raise an alarm', () => {
  const all = of(40, i => paired(turns(i, { base: 200, head: 200, perTurn: 70 }), i))
  expect(howMany(all, 'worse', 'better')).toBeLessThanOrEqual(2)
})

test('by turns on a noisy machine, 10 % more TTFT is caught in 38 of 40', () => {
  const all = of(40, i => paired(turns(i, { base: 200, head: 220, perTurn: 70 }), i))
  expect(howMany(all, 'worse')).toBeGreaterThanOrEqual(38)
})

test('from files of runs made apart, the same holds', () => {
  const alike = of(15, i => apart(stretches(`a${i}`, 200, 700), stretches(`b${i}`, 200, 700), i))
  expect(howMany(alike, 'worse', 'better')).toBeLessThanOrEqual(1)
  const slower = of(15, i => apart(stretches(`a${i}`, 200, 700), stretches(`c${i}`, 220, 700), i))
  expect(howMany(slower, 'worse')).toBeGreaterThanOrEqual(14)
})

test('what is better is said to be better, and enough requests show that two are the same', () => {
  expect(paired(turns('better', { base: 220, head: 200, perTurn: 100 })).verdict).toBe('better')
  const { verdict, says, rows } = paired(turns('same', { base: 200, head: 200, perTurn: 400 }))
  expect([verdict, says]).toEqual([
    'same',
    'Head is not worse than base by more than the tolerance.',
  ])
  expect(rows[0]).toMatchObject({ title: 'TTFT p50', isJudged: true, verdict: 'same' })
  expect(rows[0]!.change!.low).toBeGreaterThan(-0.05)
  expect(rows[0]!.change!.high).toBeLessThan(0.05)
})

test('the intervals of drawings of blocks are wider than those of single requests would be', () => {
  // Each block has a level of its own: 12 values, whatever the number of requests.
  const random = createRandom('levels')
  const levels = () =>
    Array.from({ length: 12 }, () => {
      const block = createBlock()
      const level = 200 + 20 * random.normal()
      for (let i = 0; i < 100; i++) block.record(sampleOf({ ttftMs: level + i / 100 }))
      return block
    })
  const { difference } = apart(levels(), levels()).rows[0]!
  // Of the mean of 12, at 98.3 %: 20 ms × √(2/12) × 2.6 or so to each side; single requests would say 2 ms.
  expect(difference!.high - difference!.low).toBeGreaterThan(20)
})

function blocksOf(each: (i: number) => ReturnType<typeof sampleOf>, perBlock = 40): Block[] {
  return Array.from({ length: 12 }, () => {
    const block = createBlock()
    for (let i = 0; i < perBlock; i++) block.record(each(i))
    return block
  })
}

test('too few samples are inconclusive, and it is said how many there are and should be', () => {
  const few = blocksOf(i => sampleOf({ ttftMs: 100 + i }), 5)
  const { verdict, says, rows } = paired({ base: few, head: few })
  expect(verdict).toBe('inconclusive')
  expect(says).toBe('It cannot be told whether head is worse than base: TTFT p95.')
  expect(rows.map(row => row.reason)).toEqual([null, '60 samples, it needs 130', null])
})

test('too few blocks are inconclusive', () => {
  const blocks = blocksOf(i => sampleOf({ ttftMs: 100 + i })).slice(0, 5)
  const { rows } = paired({ base: blocks, head: blocks })
  expect(rows.map(row => row.reason)).toEqual(
    Array(3).fill('5 blocks, fewer than the 6 that it takes'),
  )
})

test('a side that only fails is worse, whatever its times', () => {
  const good = blocksOf(() => sampleOf({}))
  const bad = blocksOf(() => sampleOf({ outcome: 'http_5xx', ttftMs: undefined }))
  const { verdict, rows } = paired({ base: good, head: bad })
  expect(verdict).toBe('worse')
  expect(rows.map(row => [row.title, row.head, row.verdict, row.reason])).toEqual([
    ['TTFT p50', null, 'inconclusive', 'no data of head'],
    ['TTFT p95', null, 'inconclusive', 'no data of head'],
    ['errors', 1, 'worse', null],
  ])
})

test('a few more errors are worse, and as many are not', () => {
  const some = (share: number) =>
    blocksOf(i => sampleOf(i < share * 40 ? { outcome: 'stream_cut' } : {}))
  const errors = (base: number, head: number) =>
    paired({ base: some(base), head: some(head) }).rows.at(-1)!
  expect(errors(0.05, 0.05).verdict).toBe('same')
  expect(errors(0, 0.05).verdict).toBe('worse')
})

test('no data on either side is inconclusive', () => {
  const { verdict, rows } = paired({ base: [], head: [] })
  expect(verdict).toBe('inconclusive')
  expect(rows[0]!.reason).toBe('no data of either side')
})

test('the same seed gives the same intervals', () => {
  const sides = turns('again', { base: 200, head: 210 })
  expect(paired(sides)).toEqual(paired(sides))
})
