import { expect, test } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { completionId, createRequestIds, systemFingerprint } from '../../../protocol/ids.ts'

test('ids have the shapes of the real ones', () => {
  const random = createRandom(1)
  const requestId = createRequestIds(random)
  for (let i = 0; i < 100; i++) {
    expect(completionId(random)).toMatch(/^chatcmpl-[A-Za-z0-9]{29}$/)
    expect(requestId()).toMatch(/^req_[0-9a-f]{32}$/)
    expect(systemFingerprint(random)).toMatch(/^fp_[0-9a-f]{10}$/)
  }
})

test('one seed gives one id, 10,000 draws as many different ones', () => {
  expect(completionId(createRandom(1))).toBe(completionId(createRandom(1)))
  const random = createRandom(2)
  expect(new Set(Array.from({ length: 10_000 }, () => completionId(random))).size).toBe(10_000)
})

test('a request id does not come twice, not even as a part of another run', () => {
  const first = createRequestIds(createRandom(3))
  const second = createRequestIds(createRandom(4))
  const ids = Array.from({ length: 10_000 }, () => [first(), second()]).flat()
  expect(new Set(ids).size).toBe(20_000)
})

test('an id uses every letter and digit about equally', () => {
  const random = createRandom(5)
  const seen = new Map<string, number>()
  for (let i = 0; i < 2000; i++) {
    for (const letter of completionId(random).slice(9)) {
      seen.set(letter, (seen.get(letter) ?? 0) + 1)
    }
  }
  const mean = (2000 * 29) / 62
  expect(seen.size).toBe(62)
  // χ² with 61 degrees of freedom is above 100.9 once in a thousand seeds.
  const chiSquare = [...seen.values()].reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0)
  expect(chiSquare).toBeLessThan(100.9)
})
