/** A request for moderation as it was asked for: unknown JSON to a ModerationRequest, or the API's own refusal. */

import { type Checks, checkFields, isObject, required, string } from './checks.ts'
import { invalidInput } from './errors/embedding.ts'
import { arrayTooLong, missingParameter } from './errors/field.ts'

/** What is classified as one. */
export interface ModerationInput {
  /** All its texts; undefined: it has none. */
  readonly text: string | undefined
  /** URLs. */
  readonly images: readonly string[]
}

export interface ModerationRequest {
  readonly model: string
  /** At least one. */
  readonly inputs: readonly ModerationInput[]
}

/** As many as may be embedded at once. */
const MAX_INPUTS = 2048
const DEFAULT_MODEL = 'omni-moderation-latest'

/** Input is either texts, each classified for itself, or parts that are classified together. */
const checks: Checks = { input: required(() => {}), model: string }

/** Throws ApiError for a body that OpenAI would refuse. */
export function parseModerationRequest(body: unknown): ModerationRequest {
  if (!isObject(body)) throw missingParameter('input')
  checkFields(body, checks)
  const model = (body.model as string | null | undefined) ?? DEFAULT_MODEL
  return { model: model === '' ? DEFAULT_MODEL : model, inputs: readInputs(body.input) }
}

function readInputs(input: unknown): readonly ModerationInput[] {
  if (typeof input === 'string') return [{ text: input, images: [] }]
  if (!Array.isArray(input) || input.length === 0) throw invalidInput()
  if (input.length > MAX_INPUTS) throw arrayTooLong('input', MAX_INPUTS, input.length)
  if (input.every(item => typeof item === 'string')) {
    return input.map(text => ({ text, images: [] }))
  }
  const texts: string[] = []
  const images: string[] = []
  for (const part of input) {
    if (!isObject(part)) throw invalidInput()
    const url = isObject(part.image_url) ? part.image_url.url : undefined
    if (part.type === 'text' && typeof part.text === 'string') texts.push(part.text)
    else if (part.type === 'image_url' && typeof url === 'string') images.push(url)
    else throw invalidInput()
  }
  return [{ text: texts.length > 0 ? texts.join('\n') : undefined, images }]
}
