/** A request for images as it was asked for: JSON or a form's fields to an ImageRequest, or the API's own refusal. */

import {
  anything,
  boolean,
  type Checks,
  checkFields,
  integer,
  type Json,
  oneOf,
  required,
  string,
} from './checks.ts'
import { stringTooLong, unsupportedValue } from './errors/field.ts'
import { onlyOneImage, opaqueFormat, transparentNotTaken, wrongImageSize } from './errors/media.ts'
import {
  type ImageFamily,
  type ImageQuality,
  type ImageSize,
  imageFamily,
  maxPromptLength,
  qualitiesOf,
  readSize,
  sizesOf,
} from './image-models.ts'
import type { ImageFormat } from './image-mosaic.ts'

export type ImageTask = 'generation' | 'edit' | 'variation'

export interface ImageRequest {
  readonly task: ImageTask
  readonly model: string
  readonly family: ImageFamily
  /** '' for a variation. */
  readonly prompt: string
  readonly count: number
  readonly size: ImageSize
  readonly quality: ImageQuality
  readonly format: ImageFormat
  readonly transparent: boolean
  /** As links instead of bytes. */
  readonly links: boolean
  readonly stream: boolean
  /** Rough images before the last one, in a stream: 0 to 3. */
  readonly partials: number
}

const COMMON: Checks = {
  model: string,
  n: integer(1, 10),
  size: string,
  user: string,
}
const OLDER: Checks = { response_format: oneOf('url', 'b64_json') }
const NEWER: Checks = {
  background: oneOf('transparent', 'opaque', 'auto'),
  output_compression: integer(0, 100),
  output_format: oneOf('png', 'jpeg', 'webp'),
  partial_images: integer(0, 3),
  stream: boolean,
}
const PROMPTED: Checks = { prompt: required(string), quality: string }
/** Fields that files stand for in a form, and URLs or ids in JSON. */
const EDITED: Checks = { image: anything, images: anything, mask: anything }

function checksOf(task: ImageTask, family: ImageFamily): Checks {
  const isOlder = family.startsWith('dall-e')
  const own = isOlder ? OLDER : NEWER
  if (task === 'variation') return { ...COMMON, ...OLDER, image: anything }
  if (task === 'edit') {
    const more: Checks = isOlder
      ? {}
      : { input_fidelity: oneOf('high', 'low'), moderation: anything }
    return { ...PROMPTED, ...COMMON, ...own, ...EDITED, ...more }
  }
  const more: Checks =
    family === 'dall-e-3'
      ? { style: oneOf('vivid', 'natural') }
      : isOlder
        ? {}
        : { moderation: oneOf('low', 'auto') }
  return { ...PROMPTED, ...COMMON, ...own, ...more }
}

/**
 * Throws ApiError for a body that OpenAI would refuse. `lenient`: fields of any model go with any, and what
 * cannot be made is made as usual.
 */
export function parseImageRequest(body: Json, task: ImageTask, lenient = false): ImageRequest {
  const model = readModel(body, task)
  const family = imageFamily(model)
  if (!lenient) {
    checkFields(body, checksOf(task, family))
    checkRest(body, family)
  }
  const isOlder = family.startsWith('dall-e')
  const choice = <T extends string>(name: string, ...supported: T[]) =>
    supported.find(value => value === body[name])
  const format = choice('output_format', 'jpeg', 'webp') ?? 'png'
  const stream = body.stream === true && !isOlder
  return {
    task,
    model,
    family,
    prompt: typeof body.prompt === 'string' ? body.prompt : '',
    count: whole(body.n, 1, 10) ?? 1,
    size: sizeFrom(body.size),
    quality: choice('quality', 'low', 'medium', 'high') ?? 'high',
    format,
    transparent: body.background === 'transparent' && format !== 'jpeg',
    links: isOlder && body.response_format !== 'b64_json',
    stream,
    partials: stream ? (whole(body.partial_images, 0, 3) ?? 0) : 0,
  }
}

/** Whichever model knows the fields that are used, when none is named. */
function readModel(body: Json, task: ImageTask): string {
  const { model } = body
  if (typeof model === 'string' && model !== '') return model
  if (task === 'variation' || body.response_format != null || body.style != null) return 'dall-e-2'
  if (task === 'edit') return 'gpt-image-1.5'
  return Object.keys(NEWER).some(name => body[name] != null) ? 'gpt-image-1' : 'dall-e-2'
}

function whole(value: unknown, min: number, max: number): number | undefined {
  if (!Number.isInteger(value)) return undefined
  return Math.min(max, Math.max(min, value as number))
}

/** What goes with what. */
function checkRest(body: Json, family: ImageFamily): void {
  const { prompt, size, quality, n, background } = body
  const maxLength = maxPromptLength(family)
  if (typeof prompt === 'string' && prompt.length > maxLength) {
    throw stringTooLong('prompt', maxLength, prompt.length)
  }
  const qualities = qualitiesOf(family)
  if (quality != null && !qualities.includes(quality as string)) {
    throw unsupportedValue('quality', quality as string, qualities)
  }
  if (size != null) checkSize(size as string, family)
  if (family === 'dall-e-3' && n != null && n !== 1) throw onlyOneImage()
  if (background === 'transparent') {
    if (String(body.model).startsWith('gpt-image-2')) throw transparentNotTaken()
    if (body.output_format === 'jpeg') throw opaqueFormat()
  }
}

const MAX_EDGE = 3840
const MAX_PIXELS = 3840 * 2160

function checkSize(size: string, family: ImageFamily): void {
  const sizes = sizesOf(family)
  if (sizes) {
    if (!sizes.includes(size)) throw unsupportedValue('size', size, sizes)
    return
  }
  if (size === 'auto') return
  const read = readSize(size)
  if (!read) throw wrongImageSize(size, "Expected 'auto' or a size written as 'WIDTHxHEIGHT'.")
  const { width, height } = read
  if (width % 16 !== 0 || height % 16 !== 0) {
    throw wrongImageSize(size, 'Width and height must both be divisible by 16.')
  }
  if (Math.max(width / height, height / width) > 3) {
    throw wrongImageSize(size, 'The aspect ratio must be between 1:3 and 3:1.')
  }
  if (!isDrawable(read)) {
    throw wrongImageSize(size, `No edge may exceed ${MAX_EDGE} pixels, nor the image 3840x2160.`)
  }
}

function isDrawable({ width, height }: ImageSize): boolean {
  return Math.max(width, height) <= MAX_EDGE && width * height <= MAX_PIXELS
}

const USUAL_SIZE: ImageSize = { width: 1024, height: 1024 }

function sizeFrom(value: unknown): ImageSize {
  const size = typeof value === 'string' ? readSize(value) : undefined
  return size && isDrawable(size) ? size : USUAL_SIZE
}

const NUMBERS = ['n', 'output_compression', 'partial_images']

/** A form's fields as JSON would have them: numbers and booleans are not texts. */
export function imageFields(form: Json): Json {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => {
      if (NUMBERS.includes(name) && /^-?\d+$/.test(String(value))) return [name, Number(value)]
      if (name === 'stream' && /^(true|false)$/.test(String(value))) return [name, value === 'true']
      return [name, value]
    }),
  )
}
