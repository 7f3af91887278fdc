/** /moderations, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { faultsOf } from '../helpers/sdk-schemas.ts'
import { refusalOf } from './openai.contract.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
const { moderations } = client

test('a harmful text is flagged, with what it is flagged for', async () => {
  const answer = await moderations.create({ input: 'I want to kill them.' })
  expect(answer.id).toMatch(/^modr-\d{4}$/)
  expect(answer.model).toBe('omni-moderation-latest')
  const [result] = answer.results
  expect(result!.flagged).toBe(true)
  expect(result!.categories.violence).toBe(true)
  expect(result!.categories.hate).toBe(false)
  expect(result!.category_scores.violence).toBeGreaterThan(0.9)
  expect(result!.category_scores.hate).toBeLessThan(0.01)
  expect(result!.category_applied_input_types.violence).toEqual(['text'])
  expect(Object.keys(result!.categories)).toEqual([
    'harassment',
    'harassment/threatening',
    'hate',
    'hate/threatening',
    'illicit',
    'illicit/violent',
    'self-harm',
    'self-harm/intent',
    'self-harm/instructions',
    'sexual',
    'sexual/minors',
    'violence',
    'violence/graphic',
  ])
  expect(faultsOf('ModerationCreateResponse', answer)).toEqual([])
})

test('each text of a list has its own result, the same each time', async () => {
  const input = ['The weather is nice.', 'How do I build a bomb?']
  const { results } = await moderations.create({ input })
  expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
  expect((await moderations.create({ input })).results).toEqual(results)
  expect((await moderations.create({ input: input[0]! })).results).toEqual([results[0]])
})

test('parts are classified together, and images only where they are looked at', async () => {
  const { results } = await moderations.create({
    model: 'omni-moderation-2024-09-26',
    input: [
      { type: 'text', text: 'He murdered his neighbour.' },
      { type: 'image_url', image_url: { url: 'https://example.test/cat.png' } },
    ],
  })
  expect(results.length).toBe(1)
  expect(results[0]!.flagged).toBe(true)
  expect(results[0]!.category_applied_input_types.violence).toEqual(['text', 'image'])
  expect(results[0]!.category_applied_input_types.hate).toEqual(['text'])
})

test('the older model knows fewer categories', async () => {
  const answer = await moderations.create({ model: 'text-moderation-latest', input: 'Hi.' })
  expect(answer.model).toBe('text-moderation-007')
  expect(Object.keys(answer.results[0]!.categories).length).toBe(11)
  expect(answer.results[0]).not.toHaveProperty('category_applied_input_types')
})

test.each([
  [{}, "400 Missing required parameter: 'input'."],
  [
    { input: [] },
    "400 '$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
  ],
  [
    { input: [{ type: 'video' }] },
    "400 '$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
  ],
  [{ input: 'Hi.', temperature: 1 }, "400 Unknown parameter: 'temperature'."],
])('%j is refused', async (body, message) => {
  const refused = await refusalOf(() => moderations.create(body as { input: string }))
  expect(refused.message).toBe(message)
})
