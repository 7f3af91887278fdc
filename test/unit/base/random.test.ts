import { expect, test } from 'vitest'
import { createRandom, type Random } from '../../../base/random.ts'

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next())
}

/** sfc32 as PractRand has it, over BigInt, so that nothing of 32-bit JavaScript is shared. */
function referenceSfc32(a: bigint, b: bigint, c: bigint): () => bigint {
  const word = 0xffff_ffffn
  let counter = 1n
  const next = () => {
    const sum = (a + b + counter++) & word
    a = b ^ (b >> 9n)
    b = (c + (c << 3n)) & word
    c = (((c << 21n) | (c >> 11n)) + sum) & word
    return sum
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** The seeding, in BigInt: FNV-1a from two bases, finished as murmur3 does. */
function referenceSeeds(text: string): [bigint, bigint, bigint] {
  const word = 0xffff_ffffn
  const fnv = (hash: bigint) => {
    for (const unit of text) hash = ((hash ^ BigInt(unit.charCodeAt(0))) * 0x01000193n) & word
    return hash
  }
  const mix = (hash: bigint) => {
    hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & word
    hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & word
    return hash ^ (hash >> 16n)
  }
  const first = fnv(0x811c9dc5n)
  const second = fnv(0x9747b28cn)
  return [mix(first), mix(second), mix(first ^ second)]
}

test('the numbers are those of sfc32 over hashed keys', () => {
  const reference = referenceSfc32(...referenceSeeds('1\u001frequest\u001f2'))
  const expected = Array.from({ length: 1000 }, () => Number(reference()) / 2 ** 32)
  expect(draws(createRandom(1, 'request', 2), 1000)).toEqual(expected)
})

test('a seed means the same numbers in every version', () => {
  expect(draws(createRandom(42), 4)).toEqual([
    0.3012974245939404, 0.9778553107753396, 0.004981365520507097, 0.357105030445382,
  ])
})

test('the same keys draw the same, other keys draw otherwise', () => {
  expect(draws(createRandom(1, 'a', 2), 5)).toEqual(draws(createRandom(1, 'a', 2), 5))
  const firsts = new Set<number>()
  for (let seed = 0; seed < 1000; seed++) firsts.add(createRandom(seed).next())
  expect(firsts.size).toBe(1000)
})

test('keys are kept apart: (1, 23) is not (12, 3)', () => {
  expect(createRandom(1, 23).next()).not.toBe(createRandom(12, 3).next())
})

test('a fork is the stream of the longer name, whatever its parent has drawn', () => {
  const parent = createRandom(7)
  const early = draws(parent.fork('child'), 5)
  draws(parent, 100)
  expect(draws(parent.fork('child'), 5)).toEqual(early)
  expect(draws(createRandom(7, 'child'), 5)).toEqual(early)
})

test('forking takes no draw from the parent', () => {
  const forked = createRandom(7)
  forked.fork('child').next()
  expect(draws(forked, 3)).toEqual(draws(createRandom(7), 3))
})

test('10,000 draws fill ten bins evenly', () => {
  const random = createRandom('uniformity')
  const bins = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) bins[random.integer(10)]!++
  // χ² with 9 degrees of freedom is above 27.9 once in a thousand seeds.
  const chiSquare = bins.reduce((sum, seen) => sum + (seen - 1000) ** 2 / 1000, 0)
  expect(chiSquare).toBeLessThan(27.9)
})

test('every draw lies in [0, 1) and every integer below its bound', () => {
  const random = createRandom('bounds')
  const values = Array.from({ length: 10_000 }, () => random.next())
  expect(values.filter(value => !(value >= 0 && value < 1))).toEqual([])
  const seen = new Set(Array.from({ length: 1000 }, () => random.integer(3)))
  expect([...seen].sort()).toEqual([0, 1, 2])
})

test('normal deviates have mean 0 and variance 1', () => {
  const random = createRandom('normal')
  const values = Array.from({ length: 20_000 }, () => random.normal())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  expect(mean).toBeCloseTo(0, 1)
  expect(variance).toBeGreaterThan(0.96)
  expect(variance).toBeLessThan(1.04)
  expect(values.every(Number.isFinite)).toBe(true)
})

test('pick takes every element of a list', () => {
  const random = createRandom('pick')
  const seen = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))
  expect([...seen].sort()).toEqual(['a', 'b', 'c'])
})
