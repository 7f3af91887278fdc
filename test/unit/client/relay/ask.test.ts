import { expect, test } from 'vitest'
import { readAsk } from '../../../../client/relay/ask.ts'
import { ApiError } from '../../../../protocol/errors/api-error.ts'

const rules = { models: ['small', 'large'], maxTokens: 100 }
const hi = [{ role: 'user', content: 'Hi.' }]

test.each([
  [{ prompt: 'Hi.' }, { messages: hi, model: 'small', maxTokens: 100 }],
  [
    { messages: hi, model: 'large', maxTokens: 7 },
    { messages: hi, model: 'large', maxTokens: 7 },
  ],
  [
    { prompt: 'Hi.', maxTokens: 5000 },
    { messages: hi, model: 'small', maxTokens: 100 },
  ],
])('%j becomes a request within the bounds', (body, request) => {
  expect(readAsk(body, rules)).toEqual(request)
})

test.each([
  [undefined, null, 'The body must be a JSON object with a prompt.'],
  [[], null, 'The body must be a JSON object with a prompt.'],
  [{}, 'prompt', 'Write either a prompt or messages.'],
  [{ prompt: 'a', messages: hi }, 'prompt', 'Write either a prompt or messages.'],
  [{ prompt: ' ' }, 'prompt', 'prompt must be a text that is not empty.'],
  [{ prompt: 7 }, 'prompt', 'prompt must be a text that is not empty.'],
  [
    { prompt: 'a', apiKey: 'k' },
    'apiKey',
    'Unknown field; the fields are prompt, messages, model, maxTokens.',
  ],
  [{ prompt: 'a', model: 'dear' }, 'model', 'model must be one of small, large.'],
  [{ prompt: 'a', maxTokens: 0 }, 'maxTokens', 'maxTokens must be a whole number from 1 to 100.'],
  [{ prompt: 'a', maxTokens: '9' }, 'maxTokens', 'maxTokens must be a whole number from 1 to 100.'],
  [{ messages: [] }, 'messages', 'messages must be a list of 1 to 1000 messages.'],
  [
    { messages: [...hi, { role: 'tool', content: 'x' }] },
    'messages[1]',
    'messages[1] must be { role: system | developer | user | assistant, content: a text } and nothing else.',
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
    'messages[0]',
    'messages[0] must be { role: system | developer | user | assistant, content: a text } and nothing else.',
  ],
])('%j is refused: %s', (body, param, message) => {
  let error: unknown
  try {
    readAsk(body, rules)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 400, param, message })
})
