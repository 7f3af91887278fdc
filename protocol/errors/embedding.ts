/** Refusals of embeddings. */
import { ApiError } from './api-error.ts'

/** Of embeddings and moderations: an empty input, or one of mixed kinds. */
export function invalidInput(): ApiError {
  return new ApiError(
    400,
    "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
  )
}

export function dimensionsNotTaken(): ApiError {
  return new ApiError(400, 'This model does not support specifying dimensions.')
}

export function tooManyDimensions(value: number, max: number): ApiError {
  return new ApiError(
    400,
    `Invalid value for 'dimensions' = ${value}. Must be less than or equal to ${max}.`,
    { param: 'dimensions' },
  )
}

/** One input of an embeddings request is longer than its model reads. */
export function inputTooLong(maxTokens: number, tokens: number): ApiError {
  return new ApiError(
    400,
    `This model's maximum context length is ${maxTokens} tokens, however you requested ${tokens} tokens (${tokens} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
  )
}

/** All inputs of an embeddings request together are too many tokens. */
export function tooManyInputTokens(maxTokens: number, tokens: number): ApiError {
  return new ApiError(400, `Requested ${tokens} tokens, max ${maxTokens} tokens per request`, {
    type: 'max_tokens_per_request',
    code: 'max_tokens_per_request',
  })
}
