import { expect, test } from 'vitest'
import { embeddingModel } from '../../../protocol/embedding-models.ts'
import { parseEmbeddingRequest } from '../../../protocol/embedding-request.ts'
import { embeddingJson } from '../../../protocol/embedding-response.ts'
import { wordsOf } from '../../helpers/refusal.ts'

const model = 'text-embedding-3-small'
const INVALID =
  "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."

test('a plain request has the defaults of its model', () => {
  const read = (name: string) => parseEmbeddingRequest({ model: name, input: 'Hi.' })
  expect(read(model)).toEqual({ model, inputs: ['Hi.'], dimensions: 1536, format: 'float' })
  expect(read('text-embedding-3-large').dimensions).toBe(3072)
  expect(read('text-embedding-ada-002').dimensions).toBe(1536)
  expect(read('nomic-embed-text').dimensions).toBe(1536)
})

test.each([
  ['Hi.', ['Hi.']],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [[1, 2, 3], [[1, 2, 3]]],
  [
    [[1, 2], [3]],
    [[1, 2], [3]],
  ],
])('input %j is these inputs: %j', (input, inputs) => {
  expect(parseEmbeddingRequest({ model, input }).inputs).toEqual(inputs)
})

test.each([
  [{ model: undefined }, ['you must provide a model parameter', null, null]],
  [{ model: 5 }, ["5 is not of type 'string' - 'model'", null, null]],
  [{ input: undefined }, ["'input' is a required property", null, null]],
  [{ input: '' }, [INVALID, null, null]],
  [{ input: [] }, [INVALID, null, null]],
  [{ input: ['a', ''] }, [INVALID, null, null]],
  [{ input: ['a', 1] }, [INVALID, null, null]],
  [{ input: [[]] }, [INVALID, null, null]],
  [{ input: [1.5] }, [INVALID, null, null]],
  [{ input: [-1] }, [INVALID, null, null]],
  [{ input: null }, [INVALID, null, null]],
  [
    { input: new Array(2049).fill('a') },
    [
      "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 2049 instead.",
      'input',
      'array_above_max_length',
    ],
  ],
  [{ dimensions: -42 }, ["-42 is less than the minimum of 1 - 'dimensions'", null, null]],
  [{ dimensions: '8' }, ["'8' is not of type 'integer' - 'dimensions'", null, null]],
  [
    { dimensions: 1537 },
    [
      "Invalid value for 'dimensions' = 1537. Must be less than or equal to 1536.",
      'dimensions',
      null,
    ],
  ],
  [
    { model: 'text-embedding-ada-002', dimensions: 8 },
    ['This model does not support specifying dimensions.', null, null],
  ],
  [
    { encoding_format: 'hex' },
    ["'hex' is not one of ['float', 'base64'] - 'encoding_format'", null, null],
  ],
  [
    { truncate: true },
    ["Additional properties are not allowed ('truncate' was unexpected)", null, null],
  ],
])('%j is refused: %j', (more, words) => {
  expect(wordsOf(() => parseEmbeddingRequest({ model, input: 'Hi.', ...more }))).toEqual(words)
})

test('leniently, unknown names and dimensions that a model does not take are passed over', () => {
  const body = { model: 'text-embedding-ada-002', input: 'Hi.', dimensions: 8, truncate: true }
  expect(parseEmbeddingRequest(body, true).dimensions).toBe(8)
})

test('a vector is floats, or the same in base64 with the low byte first', () => {
  const vector = Float64Array.of(0.5, -0.25, 0.123456789)
  expect(embeddingJson(0, vector, 'float')).toBe(
    '{"object":"embedding","index":0,"embedding":[0.5,-0.25,0.123456789]}',
  )
  const bytes = Buffer.from('0000003f000080beea d6fc3d'.replace(' ', ''), 'hex')
  expect(embeddingJson(3, vector, 'base64')).toBe(
    `,{"object":"embedding","index":3,"embedding":"${bytes.toString('base64')}"}`,
  )
})

test('an answer names the model as the API does', () => {
  expect(embeddingModel('text-embedding-ada-002').answeredName).toBe('text-embedding-ada-002-v2')
  expect(embeddingModel(model).answeredName).toBe(model)
})
