import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { drawLogprobs } from '../../../../mock-server/engine/logprobs.ts'

const tokens = [{ text: 'One' }, { text: ' the' }, { text: 'é🚀' }]

test('each token has its bytes and, first of the likeliest, itself', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(20), (seed, top) => {
      const drawn = drawLogprobs(createRandom(seed), tokens, top)
      expect(drawn.map(({ token }) => token)).toEqual(tokens.map(({ text }) => text))
      for (const { token, logprob, bytes, top: list } of drawn) {
        expect(Buffer.from(bytes).toString()).toBe(token)
        expect(logprob).toBeGreaterThanOrEqual(Math.log(0.499))
        expect(list).toHaveLength(top)
        if (top > 0) expect(list[0]).toEqual({ token, logprob, bytes })
        expect(new Set(list.map(entry => entry.token)).size).toBe(top)
        const values = list.map(entry => entry.logprob)
        expect([...values].sort((a, b) => b - a)).toEqual(values)
        expect(list.reduce((sum, entry) => sum + Math.exp(entry.logprob), 0)).toBeLessThan(1.00001)
      }
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('the same seed draws the same', () => {
  expect(drawLogprobs(createRandom(1), tokens, 3)).toEqual(drawLogprobs(createRandom(1), tokens, 3))
  expect(drawLogprobs(createRandom(2), tokens, 3)).not.toEqual(
    drawLogprobs(createRandom(1), tokens, 3),
  )
})
