/**
 * A request for embeddings as it was asked for: unknown JSON to an EmbeddingRequest, or the API's own refusal.
 * The words are those of a schema validator, which this endpoint has kept where newer ones have others.
 */

import { isObject } from './checks.ts'
import { embeddingModel } from './embedding-models.ts'
import { dimensionsNotTaken, invalidInput, tooManyDimensions } from './errors/embedding.ts'
import { arrayTooLong } from './errors/field.ts'
import { noModel } from './errors/model.ts'
import {
  belowMinimum,
  missingProperty,
  notOfType,
  notOneOf,
  unexpectedProperty,
} from './errors/schema.ts'

/** A text, or a text as the ids of its tokens. */
export type EmbeddingInput = string | readonly number[]

export interface EmbeddingRequest {
  readonly model: string
  /** 1 to 2048. */
  readonly inputs: readonly EmbeddingInput[]
  readonly dimensions: number
  readonly format: 'float' | 'base64'
}

const NAMES = ['model', 'input', 'dimensions', 'encoding_format', 'user']
const FORMATS = ['float', 'base64']
const MAX_INPUTS = 2048
/** Ids that the vocabularies have, with some to spare. */
const MAX_TOKEN_ID = 300_000

/** Throws ApiError for a body that OpenAI would refuse. `lenient`: unknown names are passed over. */
export function parseEmbeddingRequest(body: unknown, lenient = false): EmbeddingRequest {
  if (!isObject(body)) throw notOfType(body, 'object')
  const { model, input, dimensions, encoding_format: format, user } = body
  if (model === undefined || model === null || model === '') throw noModel()
  if (typeof model !== 'string') throw notOfType(model, 'string', 'model')
  if (input === undefined) throw missingProperty('input')
  const strange = Object.keys(body).find(name => !NAMES.includes(name))
  if (strange !== undefined && !lenient) throw unexpectedProperty(strange)
  if (format != null && !FORMATS.includes(format as string)) {
    throw notOneOf(format, FORMATS, 'encoding_format')
  }
  if (user != null && typeof user !== 'string') throw notOfType(user, 'string', 'user')
  return {
    model,
    inputs: readInputs(input),
    dimensions: readDimensions(model, dimensions, lenient),
    format: (format as EmbeddingRequest['format'] | null | undefined) ?? 'float',
  }
}

function readInputs(input: unknown): readonly EmbeddingInput[] {
  if (typeof input === 'string' && input !== '') return [input]
  if (!Array.isArray(input) || input.length === 0) throw invalidInput()
  if (isTokens(input)) return [input]
  if (input.length > MAX_INPUTS) throw arrayTooLong('input', MAX_INPUTS, input.length)
  if (!input.every(isText) && !input.every(isTokens)) throw invalidInput()
  return input as EmbeddingInput[]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(isToken)
}

function isToken(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_TOKEN_ID
}

function readDimensions(name: string, asked: unknown, lenient: boolean): number {
  const { dimensions, maxDimensions } = embeddingModel(name)
  if (asked === undefined || asked === null) return dimensions
  if (!Number.isInteger(asked)) throw notOfType(asked, 'integer', 'dimensions')
  if ((asked as number) < 1) throw belowMinimum(asked as number, 1, 'dimensions')
  if (maxDimensions === undefined) {
    if (!lenient) throw dimensionsNotTaken()
    return Math.min(asked as number, dimensions)
  }
  if ((asked as number) > maxDimensions) throw tooManyDimensions(asked as number, maxDimensions)
  return asked as number
}
