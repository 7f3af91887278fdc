/** Images as an answer, and as the events of a stream. */
import { imageTokens } from './image-models.ts'
import type { ImageRequest } from './image-request.ts'

export interface ImageUsage {
  readonly textTokens: number
  /** Of the images that are edited. */
  readonly imageTokens: number
  readonly outputTokens: number
}

export type AnsweredImage = { readonly b64_json: string } | { readonly url: string }

/** `created`: seconds since the epoch. */
export function imagesAnswer(
  request: ImageRequest,
  images: readonly AnsweredImage[],
  { created, usage }: { readonly created: number; readonly usage: ImageUsage },
) {
  const { family, prompt } = request
  if (family.startsWith('dall-e')) {
    // The newest of the older models rewrites prompts, and says how; this one leaves them as they are.
    const revised = family === 'dall-e-3' ? { revised_prompt: prompt } : {}
    return { created, data: images.map(image => ({ ...revised, ...image })) }
  }
  const { background, ...facts } = factsOf(request)
  return { created, background, data: images, ...facts, usage: usageJson(usage) }
}

export type ImageEventKind = 'partial_image' | 'completed'

/** `rest`: the partial image's place or the usage. */
export function imageEvent(
  request: ImageRequest,
  kind: ImageEventKind,
  image: string,
  { created, rest }: { readonly created: number; readonly rest: object },
) {
  const type = `image_${request.task}.${kind}`
  return { type, b64_json: image, created_at: created, ...factsOf(request), ...rest }
}

/** The sizes that an answer names; of others it says nothing. */
const NAMED_SIZES = ['1024x1024', '1024x1536', '1536x1024']

function factsOf({ size, quality, format, transparent }: ImageRequest) {
  const said = `${size.width}x${size.height}`
  return {
    background: transparent ? 'transparent' : 'opaque',
    output_format: format,
    quality,
    ...(NAMED_SIZES.includes(said) && { size: said }),
  }
}

export function usageJson({ textTokens, imageTokens: edited, outputTokens }: ImageUsage) {
  const inputTokens = textTokens + edited
  return {
    input_tokens: inputTokens,
    input_tokens_details: { image_tokens: edited, text_tokens: textTokens },
    output_tokens: outputTokens,
    output_tokens_details: { image_tokens: outputTokens, text_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  }
}

/** What a rough image before the last one costs. */
export const partialTokens = 100

/** Output tokens of all images of a request. */
export function outputTokensOf({ quality, size, count, partials }: ImageRequest): number {
  return count * imageTokens(quality, size) + partials * partialTokens
}
