/** Refusals of a model, and of what it cannot do. */
import { ApiError } from './api-error.ts'

export function noModel(): ApiError {
  return new ApiError(400, 'you must provide a model parameter')
}

export function unknownModel(model: string): ApiError {
  return new ApiError(
    404,
    `The model \`${model}\` does not exist or you do not have access to it.`,
    { code: 'model_not_found' },
  )
}

/** The wording of `GET /models/{model}`, which differs from that of a completion. */
export function noSuchModel(model: string): ApiError {
  return new ApiError(404, `The model '${model}' does not exist`, {
    param: 'model',
    code: 'model_not_found',
  })
}

/** `instead`: the name to use for it. */
export function unsupportedByModel(param: string, instead?: string): ApiError {
  const hint = instead ? ` Use '${instead}' instead.` : ''
  return new ApiError(
    400,
    `Unsupported parameter: '${param}' is not supported with this model.${hint}`,
    { param, code: 'unsupported_parameter' },
  )
}

/** A value that other models take; this one takes its default only. */
export function onlyDefault(param: string, value: number, standard: number): ApiError {
  return new ApiError(
    400,
    `Unsupported value: '${param}' does not support ${value} with this model. Only the default (${standard}) value is supported.`,
    { param, code: 'unsupported_value' },
  )
}

export function formatNotSupported(type: 'json_object' | 'json_schema'): ApiError {
  const guide =
    type === 'json_schema'
      ? ' Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs'
      : ''
  return new ApiError(
    400,
    `Invalid parameter: 'response_format' of type '${type}' is not supported with this model.${guide}`,
    { param: 'response_format' },
  )
}

/** A part of a message that the model cannot take in: `image_url`, `input_audio`. */
export function contentNotSupported(type: string, message: number, part: number): ApiError {
  return new ApiError(400, `Invalid content type. ${type} is only supported by certain models.`, {
    param: `messages.[${message}].content.[${part}].type`,
  })
}

export function audioNeeded(): ApiError {
  return new ApiError(
    400,
    'This model requires that either input content or output modality contain audio.',
    { param: 'model', code: 'invalid_value' },
  )
}

export function maxTokensTooLarge(param: string, asked: number, max: number): ApiError {
  return new ApiError(
    400,
    `max_tokens is too large: ${asked}. This model supports at most ${max} completion tokens, whereas you provided ${asked}.`,
    { param, code: 'invalid_value' },
  )
}

/** A model for embeddings, audio, images or bare completions. */
export function notAChatModel(): ApiError {
  return new ApiError(
    404,
    'This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?',
    { param: 'model' },
  )
}

export function onlyInResponses(): ApiError {
  return new ApiError(
    404,
    'This model is only supported in v1/responses and not in v1/chat/completions.',
    { param: 'model' },
  )
}

/** A chat longer than the model's window; `completion`: the tokens asked for on top of it. */
export function chatTooLong(contextTokens: number, prompt: number, completion?: number): ApiError {
  const given =
    completion === undefined
      ? `your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`
      : `you requested ${prompt + completion} tokens (${prompt} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`
  return new ApiError(
    400,
    `This model's maximum context length is ${contextTokens} tokens. However, ${given}`,
    { param: 'messages', code: 'context_length_exceeded' },
  )
}

/** A chat within the model's window, but beyond what it takes of a prompt. */
export function chatInputTooLong(inputTokens: number, prompt: number): ApiError {
  return new ApiError(
    400,
    `Input tokens exceed the configured limit of ${inputTokens} tokens. Your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`,
    { param: 'messages', code: 'context_length_exceeded' },
  )
}

/** The same of a bare completion. */
export function promptTooLong(contextTokens: number, prompt: number, completion: number): ApiError {
  return new ApiError(
    400,
    `This model's maximum context length is ${contextTokens} tokens, however you requested ${prompt + completion} tokens (${prompt} in your prompt; ${completion} for the completion). Please reduce your prompt; or completion length.`,
  )
}

export function contextTooLong(maxTokens: number, promptTokens: number): ApiError {
  return new ApiError(
    400,
    `This model's maximum context length is ${maxTokens} tokens. However, your messages resulted in ${promptTokens} tokens. Please reduce the length of the messages.`,
    { param: 'messages', code: 'context_length_exceeded' },
  )
}

export function contentRefused(): ApiError {
  return new ApiError(
    400,
    'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.',
    { code: 'content_policy_violation' },
  )
}

/** A model that says nothing: for embeddings, audio or images. */
export function notSampled(): ApiError {
  return new ApiError(403, 'You are not allowed to sample from this model')
}
