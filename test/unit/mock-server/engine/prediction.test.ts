import { expect, test } from 'vitest'
import { spoken } from '../../../../mock-server/engine/compose.ts'
import { judgePrediction } from '../../../../mock-server/engine/prediction.ts'
import type { Reply } from '../../../../mock-server/engine/reply.ts'
import { sayText } from '../../../../mock-server/engine/said.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

function replyOf(text: string): Reply {
  const items = [spoken('text', sayText(text, tokenizer))]
  return { items, finishReason: 'stop', stoppedAt: undefined, outputTokens: 0, reasoningTokens: 0 }
}

test.each([
  ['One two three', 'One two three', 3, 0],
  ['One two three', 'One too three', 2, 1],
  ['One two three', 'One three', 2, 0],
  ['One', 'One One', 1, 1],
  ['One One', ' One One', 1, 1], // a token comes true once
  ['', 'One', 0, 1],
  ['One', '', 0, 0],
])('of %j, %j foresees %i tokens and not %i', (said, predicted, acceptedTokens, rejectedTokens) => {
  expect(judgePrediction(tokenizer.split(predicted), [replyOf(said)])).toEqual({
    acceptedTokens,
    rejectedTokens,
  })
})

test('what is predicted is judged for each choice', () => {
  const choices = [replyOf('One two'), replyOf('Three')]
  expect(judgePrediction(tokenizer.split('One two'), choices)).toEqual({
    acceptedTokens: 2,
    rejectedTokens: 2,
  })
})
