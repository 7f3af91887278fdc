/** /images/generations, /images/edits, /images/variations, and the files that their answers link to. */
import type { Random } from '../../../base/random.ts'
import { isObject, type Json } from '../../../protocol/checks.ts'
import { missingParameter } from '../../../protocol/errors/field.ts'
import { notSmallPng, unsupportedImageType } from '../../../protocol/errors/media.ts'
import { hexadecimal } from '../../../protocol/ids.ts'
import { encodeJpeg } from '../../../protocol/image-jpeg.ts'
import { editedImageTokens } from '../../../protocol/image-models.ts'
import type { ImageFormat, Mosaic } from '../../../protocol/image-mosaic.ts'
import { encodePng, isPng } from '../../../protocol/image-png.ts'
import {
  type ImageRequest,
  type ImageTask,
  imageFields,
  parseImageRequest,
} from '../../../protocol/image-request.ts'
import {
  type AnsweredImage,
  imagesAnswer,
  outputTokensOf,
} from '../../../protocol/image-response.ts'
import { encodeWebp } from '../../../protocol/image-webp.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { imageScript } from '../../engine/image-script.ts'
import { paintPicture } from '../../engine/picture.ts'
import type { Store } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { createImageFiles, type ImageFile, imageFileEndpoint, imageUrl } from '../image-files.ts'
import { playJson, playScript } from '../play.ts'
import type { UploadedFile } from '../read-form.ts'
import { admitWork, chanceOf, hashOf, paceWork, serveModel } from '../work.ts'

export function imageEndpoints(provider: Provider): readonly Endpoint[] {
  const files = provider.shared(createImageFiles)
  const post = (path: string, task: ImageTask, body: Endpoint['body']): Endpoint => ({
    method: 'POST',
    path,
    name: 'images',
    body: body!,
    answer: call => answerImages(call, task, files),
  })
  return [
    post('/images/generations', 'generation', 'json'),
    post('/images/edits', 'edit', 'any'),
    post('/images/variations', 'variation', 'form'),
    imageFileEndpoint(files),
  ]
}

async function answerImages(
  call: Call,
  task: ImageTask,
  files: Store<ImageFile>,
): Promise<undefined> {
  const { exchange, provider } = call
  const { lenient } = provider.options
  const fields = fieldsOf(call)
  const request = parseImageRequest(fields, task, lenient)
  const { model, prompt, count, stream, size } = request
  serveModel(call, model)
  exchange.entry.stream = stream
  const sources = task === 'generation' ? [] : sourcesOf(call, fields, request)

  const tokenizer = await loadTokenizer(encodingFor(model).encoding)
  const textTokens = await tokenizer.countInSlices(prompt)
  const hashes = await Promise.all(sources.map(({ bytes }) => hashOf(bytes)))
  if (exchange.entry.done.outcome !== 'open') return // hung up meanwhile
  const imageTokens = sources.length * editedImageTokens
  const outputTokens = outputTokensOf(request)
  const tokens = { promptTokens: textTokens + imageTokens, outputTokens }
  admitWork(call, tokens)

  const random = chanceOf(call, [task, model, `${size.width}x${size.height}`, prompt, ...hashes])
  // A picture takes as long as a reply of words does, however many tokens it counts as.
  const steps = Math.max(request.partials + 1, Math.round(provider.cadence.tokens.sample(random)))
  const dueMs = paceWork(call, random, steps, tokens)
  const made = { created: provider.created(), usage: { textTokens, imageTokens, outputTokens } }
  const pictures = Array.from({ length: count }, (_, i) =>
    paint(random.fork(`image ${i}`), request),
  )
  if (stream) {
    const rough = Array.from({ length: request.partials }, (_, i) =>
      paint(random.fork('image 0'), request, 16 << (request.partials - i)),
    )
    const images = await encodeAll([...rough, ...pictures], request.format)
    if (exchange.entry.done.outcome !== 'open') return
    const painted = { rough: images.slice(0, rough.length), whole: images.slice(rough.length) }
    playScript(exchange, imageScript(request, painted, { ...made, dueMs }))
    return
  }
  const images = request.links
    ? pictures.map((picture, i) => linked(call, files, picture, random.fork(`file ${i}`)))
    : (await encodeAll(pictures, request.format)).map(b64_json => ({ b64_json }))
  if (exchange.entry.done.outcome !== 'open') return
  const json = () => JSON.stringify(imagesAnswer(request, images, made))
  playJson(exchange, { dueMs, outputTokens }, json)
}

function fieldsOf({ body, exchange }: Call): Json {
  const isForm = exchange.request.headers['content-type']?.startsWith('multipart/')
  if (!isObject(body)) return {}
  return isForm ? imageFields(body) : body
}

const TYPES = ['image/jpeg', 'image/png', 'image/webp']
const MAX_PNG_BYTES = 4 * 2 ** 20

/** The files to work on; none where JSON names them by URL. Throws ApiError for none or those of a wrong type. */
function sourcesOf(
  { files, provider }: Call,
  fields: Json,
  { family }: ImageRequest,
): readonly UploadedFile[] {
  const images = [...(files.get('image') ?? []), ...(files.get('images') ?? [])]
  if (provider.options.lenient) return images
  const isNamed = fields.images != null || fields.image != null
  if (images.length === 0 && !isNamed) throw missingParameter('image')
  for (const { type, bytes } of images) {
    // The oldest model looks at what is in the file, the others go by how it is called.
    if (family === 'dall-e-2') {
      if (!isPng(bytes) || bytes.length >= MAX_PNG_BYTES) throw notSmallPng()
    } else if (!TYPES.includes(type)) throw unsupportedImageType('image', type, TYPES)
  }
  return images
}

function paint(random: Random, { size, transparent }: ImageRequest, tile = 16): Mosaic {
  return paintPicture(random, { ...size, transparent, tile })
}

/** One after the other, so that other requests get their turn. */
async function encodeAll(pictures: readonly Mosaic[], format: ImageFormat): Promise<string[]> {
  const images: string[] = []
  for (const picture of pictures) {
    images.push((await encoders[format](picture)).toString('base64'))
    await new Promise(setImmediate)
  }
  return images
}

const encoders: Readonly<Record<ImageFormat, (picture: Mosaic) => Buffer | Promise<Buffer>>> = {
  png: encodePng,
  jpeg: encodeJpeg,
  webp: encodeWebp,
}

function linked(
  call: Call,
  files: Store<ImageFile>,
  picture: Mosaic,
  random: Random,
): AnsweredImage {
  const id = `img-${hexadecimal(random, 32)}`
  files.put({ id, picture })
  return { url: imageUrl(call, id) }
}
