import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { reasoningTokensFor } from '../../../../mock-server/engine/reasoning.ts'
import type { Effort } from '../../../../protocol/ask.ts'

const hundred = parseDistribution(100, 'count')!

test.each<[string, Effort | undefined, number]>([
  ['gpt-4o', undefined, 0],
  ['o3', undefined, 100],
  ['gpt-5', 'minimal', 0],
  ['o3', 'low', 50],
  ['o3', 'high', 200],
  ['gpt-5.2', 'xhigh', 400],
  ['gpt-5.2', 'none', 0],
  ['some/model', undefined, 0],
  ['some/model', 'medium', 100], // who asks for it gets it
])('%s thinks at %s effort with %i tokens', (model, effort, tokens) => {
  expect(reasoningTokensFor({ model, effort }, hundred, createRandom(1))).toBe(tokens)
})

test('a model that thinks at all thinks at least one token', () => {
  const none = parseDistribution(0, 'count')!
  expect(reasoningTokensFor({ model: 'o3', effort: 'low' }, none, createRandom(1))).toBe(1)
})
