import { expect, test } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { completionId, requestId, systemFingerprint } from '../../../protocol/ids.ts'

test('ids have the shapes of the real ones', () => {
  const random = createRandom(1)
  for (let i = 0; i < 100; i++) {
    expect(completionId(random)).toMatch(/^chatcmpl-[A-Za-z0-9]{29}$/)
    expect(requestId(random)).toMatch(/^req_[0-9a-f]{32}$/)
    expect(systemFingerprint(random)).toMatch(/^fp_[0-9a-f]{10}$/)
  }
})

test('one seed gives one id, 10,000 draws as many different ones', () => {
  expect(completionId(createRandom(1))).toBe(completionId(createRandom(1)))
  const random = createRandom(2)
  expect(new Set(Array.from({ length: 10_000 }, () => completionId(random))).size).toBe(10_000)
})
