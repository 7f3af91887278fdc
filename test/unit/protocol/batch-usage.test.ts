import { expect, test } from 'vitest'
import { addUsage, noBatchUsage } from '../../../protocol/batch-usage.ts'

test('tokens are summed over answers of all endpoints, and over those that name none', () => {
  const answers = [
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    },
    {
      usage: {
        input_tokens: 100,
        output_tokens: 50,
        input_tokens_details: { cached_tokens: 40 },
        output_tokens_details: { reasoning_tokens: 30 },
      },
    },
    { usage: { prompt_tokens: 1000, total_tokens: 1000 } },
    { usage: null },
    'no object',
  ]
  expect(answers.reduce(addUsage, noBatchUsage)).toEqual({
    input_tokens: 1110,
    input_tokens_details: { cached_tokens: 44 },
    output_tokens: 55,
    output_tokens_details: { reasoning_tokens: 33 },
    total_tokens: 1165,
  })
})
