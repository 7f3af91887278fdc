/** /images, with the `openai` package as the judge. */
import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { createSseReader, type SseEvent } from '../../protocol/sse.ts'
import { faultsOf } from '../helpers/sdk-schemas.ts'
import { refusalOf } from './openai.contract.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
const { images } = client
const prompt = 'A cute baby sea otter'
const model = 'gpt-image-1'

function bytesOf({ b64_json }: { b64_json?: string | undefined }): Buffer {
  return Buffer.from(b64_json!, 'base64')
}

/** Width and height of a PNG. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.toString('hex', 0, 8)).toBe('89504e470d0a1a0a')
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

test('an image comes as bytes of the size and format that were asked for, and says so', async () => {
  const answer = await images.generate({ model, prompt, size: '1536x1024', quality: 'low' })
  expect(sizeOf(bytesOf(answer.data![0]!))).toEqual([1536, 1024])
  expect(answer).toMatchObject({
    background: 'opaque',
    output_format: 'png',
    quality: 'low',
    size: '1536x1024',
    usage: {
      input_tokens: 6,
      input_tokens_details: { image_tokens: 0, text_tokens: 6 },
      output_tokens: 400,
      total_tokens: 406,
    },
  })
  expect(faultsOf('ImagesResponse', answer)).toEqual([])
  const starts = { jpeg: 'ffd8ff', webp: '52494646' } as const
  for (const output_format of ['jpeg', 'webp'] as const) {
    const other = await images.generate({ model, prompt, output_format })
    expect(bytesOf(other.data![0]!).toString('hex')).toMatch(
      new RegExp(`^${starts[output_format]}`),
    )
    expect(other.output_format).toBe(output_format)
  }
})

test('the same prompt gives the same images, each of them another', async () => {
  const answer = await images.generate({ model, prompt, n: 2 })
  const [first, second] = answer.data!
  expect(first!.b64_json).not.toBe(second!.b64_json)
  expect((await images.generate({ model, prompt, n: 2 })).data).toEqual(answer.data)
})

test('older models answer with links that lead to the image', async () => {
  const { data } = await images.generate({ model: 'dall-e-3', prompt, size: '1792x1024' })
  expect(data![0]!.revised_prompt).toBe(prompt)
  expect(data![0]!.url).toMatch(new RegExp(`^${mock.url}/images/files/img-[0-9a-f]{32}\\.png$`))
  const response = await fetch(data![0]!.url!)
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(sizeOf(Buffer.from(await response.arrayBuffer()))).toEqual([1792, 1024])
  const asked = { model: 'dall-e-2', prompt, size: '256x256', response_format: 'b64_json' } as const
  expect(sizeOf(bytesOf((await images.generate(asked)).data![0]!))).toEqual([256, 256])
})

test('a stream sends rough images first', async () => {
  const stream = await images.generate({ model, prompt, stream: true, partial_images: 2 })
  const events: OpenAI.ImageGenStreamEvent[] = []
  for await (const event of stream) events.push(event)
  expect(events.map(({ type }) => type)).toEqual([
    'image_generation.partial_image',
    'image_generation.partial_image',
    'image_generation.completed',
  ])
  expect(events.flatMap(event => faultsOf('ImageGenStreamEvent', event))).toEqual([])
  for (const event of events) expect(sizeOf(bytesOf(event))).toEqual([1024, 1024])
  const whole = await images.generate({ model, prompt })
  expect(events[2]!.b64_json).toBe(whole.data![0]!.b64_json)
  expect(events[1]).toMatchObject({ partial_image_index: 1 })
})

test('a stream has event lines and no mark at its end', async () => {
  const response = await fetch(`${mock.url}/images/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt, stream: true, partial_images: 1 }),
  })
  const events: SseEvent[] = []
  createSseReader(event => events.push(event)).feed(Buffer.from(await response.arrayBuffer()))
  expect(events.map(({ event }) => event)).toEqual([
    'image_generation.partial_image',
    'image_generation.completed',
  ])
})

test('images are edited, one or several, whole and as a stream', async () => {
  const made = await images.generate({ model, prompt })
  const file = (name: string) => toFile(bytesOf(made.data![0]!), name, { type: 'image/png' })
  const one = await images.edit({ model, prompt: 'with a hat', image: await file('a.png') })
  expect(one.usage!.input_tokens_details).toEqual({ image_tokens: 194, text_tokens: 3 })
  expect(one.data![0]!.b64_json).not.toBe(made.data![0]!.b64_json)
  const image = [await file('a.png'), await file('b.png')]
  const two = await images.edit({ model, prompt: 'with a hat', image })
  expect(two.usage!.input_tokens_details.image_tokens).toBe(388)

  const types: string[] = []
  const asked = { model, prompt: 'with a hat', image, stream: true, partial_images: 1 } as const
  for await (const event of await images.edit({ ...asked, image })) {
    expect(faultsOf('ImageEditStreamEvent', event)).toEqual([])
    types.push(event.type)
  }
  expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed'])

  const variation = await images.createVariation({
    image: await toFile(bytesOf(made.data![0]!), 'otter.png'),
    n: 2,
    size: '512x512',
    response_format: 'b64_json',
  })
  expect(variation.data!.map(varied => sizeOf(bytesOf(varied)))).toEqual([
    [512, 512],
    [512, 512],
  ])
})

test('a file of a wrong type, and none, are refused in the words of the API', async () => {
  const edit = async (body: object) => {
    const refused = await refusalOf(() =>
      images.edit({ model, prompt, ...body } as OpenAI.ImageEditParamsNonStreaming),
    )
    return [refused.message, refused.param, refused.code]
  }
  expect(
    await edit({ image: await toFile(Buffer.from('GIF89a'), 'a.gif', { type: 'image/gif' }) }),
  ).toEqual([
    "400 Invalid file 'image': unsupported mimetype ('image/gif'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
    'image',
    'unsupported_file_mimetype',
  ])
  const mask = await toFile(Buffer.from('x'), 'mask.png', { type: 'image/png' })
  expect(await edit({ mask })).toEqual([
    "400 Missing required parameter: 'image'.",
    'image',
    'missing_required_parameter',
  ])
  const variation = await refusalOf(async () =>
    images.createVariation({ image: await toFile(Buffer.from('no image'), 'a.png') }),
  )
  expect(variation.message).toBe('400 Uploaded image must be a PNG and less than 4 MB.')
})

test('leniently, all parameters of all models go together', async () => {
  await using lenient = await createMockServer({
    lenient: true,
    ttft: 0,
    itl: 0,
    logLevel: 'error',
  })
  const asked = new OpenAI({ baseURL: lenient.url, apiKey: 'sk-test', maxRetries: 0 })
  const answer = await asked.images.generate({
    prompt,
    model: 'string',
    background: 'transparent',
    moderation: 'low',
    n: 1,
    output_compression: 100,
    output_format: 'png',
    partial_images: 1,
    quality: 'medium',
    response_format: 'url',
    size: '1024x1024',
    style: 'vivid',
    user: 'user-1234',
  })
  expect(answer.background).toBe('transparent')
  expect(answer.data!.length).toBe(1)
})
