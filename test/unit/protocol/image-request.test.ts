import { expect, test } from 'vitest'
import { imageFields, parseImageRequest } from '../../../protocol/image-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

const prompt = 'An otter'
const model = 'gpt-image-1'

test('a plain request has the defaults of its model', () => {
  expect(parseImageRequest({ model, prompt }, 'generation')).toEqual({
    task: 'generation',
    model,
    family: 'gpt-image',
    prompt,
    count: 1,
    size: { width: 1024, height: 1024 },
    quality: 'high',
    format: 'png',
    transparent: false,
    links: false,
    stream: false,
    partials: 0,
  })
})

test.each([
  [{}, 'dall-e-2', true],
  [{ style: 'vivid', model: 'dall-e-3' }, 'dall-e-3', true],
  [{ response_format: 'b64_json' }, 'dall-e-2', false],
  [{ output_format: 'webp' }, 'gpt-image-1', false],
  [{ background: 'opaque' }, 'gpt-image-1', false],
])('%j is for the model %s, as links: %s', (more, name, links) => {
  expect(parseImageRequest({ prompt, ...more }, 'generation')).toMatchObject({ model: name, links })
})

test.each([
  [{ size: '1536x1024' }, { size: { width: 1536, height: 1024 } }],
  [{ size: 'auto' }, { size: { width: 1024, height: 1024 } }],
  [{ model: 'gpt-image-2', size: '1536x864' }, { size: { width: 1536, height: 864 } }],
  [{ model: 'somebody/else', size: '640x480' }, { size: { width: 640, height: 480 } }],
  [
    { quality: 'low', n: 3 },
    { quality: 'low', count: 3 },
  ],
  [{ output_format: 'jpeg' }, { format: 'jpeg' }],
  [
    { background: 'transparent', output_format: 'webp' },
    { transparent: true, format: 'webp' },
  ],
  [
    { stream: true, partial_images: 2 },
    { stream: true, partials: 2 },
  ],
  [{ partial_images: 2 }, { stream: false, partials: 0 }],
])('%j means %j', (more, meaning) => {
  expect(parseImageRequest({ model, prompt, ...more }, 'generation')).toMatchObject(meaning)
})

test.each([
  [
    { prompt: undefined },
    ["Missing required parameter: 'prompt'.", 'prompt', 'missing_required_parameter'],
  ],
  [
    { n: 11 },
    [
      "Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead.",
      'n',
      'integer_above_max_value',
    ],
  ],
  [
    { size: '256x256' },
    [
      "Invalid value: '256x256'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.",
      'size',
      'invalid_value',
    ],
  ],
  [
    { response_format: 'url' },
    ["Unknown parameter: 'response_format'.", 'response_format', 'unknown_parameter'],
  ],
  [
    { model: 'dall-e-2', style: 'vivid' },
    ["Unknown parameter: 'style'.", 'style', 'unknown_parameter'],
  ],
  [{ model: 'dall-e-3', n: 2 }, ['You must provide n=1 for this model.', null, null]],
  [
    { quality: 'hd' },
    [
      "Invalid value: 'hd'. Supported values are: 'low', 'medium', 'high', and 'auto'.",
      'quality',
      'invalid_value',
    ],
  ],
  [
    { model: 'dall-e-2', prompt: 'x'.repeat(1001) },
    [
      "Invalid 'prompt': string too long. Expected a string with maximum length 1000, but got a string with length 1001 instead.",
      'prompt',
      'string_above_max_length',
    ],
  ],
  [
    { model: 'gpt-image-2', size: '100x100' },
    [
      "Invalid size '100x100'. Width and height must both be divisible by 16.",
      'size',
      'invalid_value',
    ],
  ],
  [
    { model: 'gpt-image-2', size: '1600x160' },
    [
      "Invalid size '1600x160'. The aspect ratio must be between 1:3 and 3:1.",
      'size',
      'invalid_value',
    ],
  ],
  [
    { background: 'transparent', output_format: 'jpeg' },
    [
      "Transparent background is not supported for JPEG output format. Use 'png' or 'webp' instead.",
      'background',
      'invalid_value',
    ],
  ],
])('%j is refused: %j', (more, words) => {
  const body = { model, prompt, ...more }
  expect(wordsOf(() => parseImageRequest(body, 'generation'))).toEqual(words)
})

test('leniently, everything that a model cannot do is passed over', () => {
  const body = {
    model: 'dall-e-2',
    prompt,
    n: 99,
    size: '99999x1',
    style: 'vivid',
    background: 'transparent',
    partial_images: 1,
    quality: 'medium',
  }
  expect(parseImageRequest(body, 'generation', true)).toMatchObject({
    count: 10,
    size: { width: 1024, height: 1024 },
    quality: 'medium',
  })
})

test("a form's numbers and booleans are read as such", () => {
  const form = { prompt: '5', n: '2', stream: 'true', partial_images: '1', size: '1024x1024' }
  expect(imageFields(form)).toEqual({ ...form, n: 2, stream: true, partial_images: 1 })
  expect(imageFields({ n: 'two' })).toEqual({ n: 'two' })
})
