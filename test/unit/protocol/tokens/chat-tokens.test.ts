import { expect, test } from 'vitest'
import {
  countChatTokens,
  countChatTokensInSlices,
} from '../../../../protocol/tokens/chat-tokens.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

test.each([
  // 3 a message, 3 for the primed reply, then the texts
  [[], 3],
  [[{ role: 'user', content: '' }], 7],
  [[{ role: 'user', content: 'Hello' }], 8],
  [[{ role: 'user', content: null }], 7],
  [[{ role: 'user' }], 7],
  [[{ role: 'user', content: 'Hello', name: 'example' }], 10], // one more for the name
  [[{ role: 'user', content: 'Hello', name: null }], 8],
  [
    [
      { role: 'system', content: 'Hello' },
      { role: 'user', content: 'Hello' },
    ],
    13,
  ],
  [[{ role: 'user', content: [{ type: 'text', text: 'Hello' }, { type: 'image_url' }, 5] }], 8],
  [[{ role: 'assistant', content: [{ type: 'refusal', refusal: 'Hello' }] }], 8],
])('%j is %d tokens', async (messages, expected) => {
  expect(countChatTokens(tokenizer, messages)).toBe(expected)
  expect(await countChatTokensInSlices(tokenizer, messages)).toBe(expected)
})

test('the sample of the OpenAI cookbook is 124 tokens for gpt-4o', () => {
  const example = (name: string, content: string) => ({ role: 'system', name, content })
  const messages = [
    {
      role: 'system',
      content:
        'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
    },
    example('example_user', 'New synergies will help drive top-line growth.'),
    example('example_assistant', 'Things working well together will increase revenue.'),
    example(
      'example_user',
      "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    ),
    example('example_assistant', "Let's talk later when we're less busy about how to do better."),
    {
      role: 'user',
      content:
        "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
  ]
  expect(countChatTokens(tokenizer, messages)).toBe(124)
})

test('long chats come to the same number in slices', async () => {
  const messages = Array.from({ length: 50 }, (_, i) => ({
    role: 'user',
    content: 'A sentence of some words. '.repeat(i * 4),
  }))
  expect(await countChatTokensInSlices(tokenizer, messages)).toBe(
    countChatTokens(tokenizer, messages),
  )
})
