/** Image models by name: what they can be asked for. */

export type ImageFamily = 'dall-e-2' | 'dall-e-3' | 'gpt-image' | 'gpt-image-2'

/** Names that are not known are taken for the newest family, which takes any size. */
export function imageFamily(model: string): ImageFamily {
  if (model === 'dall-e-2' || model === 'dall-e-3') return model
  return /^(gpt-image-1|chatgpt-image)/.test(model) ? 'gpt-image' : 'gpt-image-2'
}

export interface ImageSize {
  readonly width: number
  readonly height: number
}

const SIZES: Readonly<Record<Exclude<ImageFamily, 'gpt-image-2'>, readonly string[]>> = {
  'dall-e-2': ['256x256', '512x512', '1024x1024'],
  'dall-e-3': ['1024x1024', '1024x1792', '1792x1024'],
  'gpt-image': ['1024x1024', '1024x1536', '1536x1024', 'auto'],
}

/** The sizes by name; undefined: any within bounds. */
export function sizesOf(family: ImageFamily): readonly string[] | undefined {
  return family === 'gpt-image-2' ? undefined : SIZES[family]
}

const QUALITIES: Readonly<Record<ImageFamily, readonly string[]>> = {
  'dall-e-2': ['standard', 'auto'],
  'dall-e-3': ['standard', 'hd', 'auto'],
  'gpt-image': ['low', 'medium', 'high', 'auto'],
  'gpt-image-2': ['low', 'medium', 'high', 'auto'],
}

export function qualitiesOf(family: ImageFamily): readonly string[] {
  return QUALITIES[family]
}

/** Characters of a prompt. */
export function maxPromptLength(family: ImageFamily): number {
  return { 'dall-e-2': 1000, 'dall-e-3': 4000 }[family as string] ?? 32_000
}

/** `WIDTHxHEIGHT` in pixels; undefined: it is not written so. */
export function readSize(text: string): ImageSize | undefined {
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? []
  return width === undefined ? undefined : { width: Number(width), height: Number(height) }
}

/** Output tokens of a square of 1024 pixels, and of the wide image that is half again as large. */
const TOKENS: Readonly<Record<ImageQuality, readonly [square: number, wide: number]>> = {
  low: [272, 400],
  medium: [1056, 1568],
  high: [4160, 6208],
}

export type ImageQuality = 'low' | 'medium' | 'high'

/** Output tokens of one image: by its quality and its area. */
export function imageTokens(quality: ImageQuality, { width, height }: ImageSize): number {
  const [square, wide] = TOKENS[quality]
  if (width === 1536 && height === 1024) return wide
  return Math.max(1, Math.round((square * width * height) / 2 ** 20))
}

/** Input tokens of an image that is edited. */
export const editedImageTokens = 194
