/** Refusals of chat completions and of the legacy ones. */
import { ApiError } from './api-error.ts'

export function streamOptionsWithoutStream(): ApiError {
  return new ApiError(
    400,
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    { param: 'stream_options' },
  )
}

/** Sic: the wire spells it so. */
export function strayToolMessage(index: number): ApiError {
  return new ApiError(
    400,
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    { param: `messages.[${index}].role` },
  )
}

/** A choice of a function that is not in the list, `tools` or `functions`. */
export function choiceNotListed(param: string, name: string, list: string): ApiError {
  return new ApiError(
    400,
    `Invalid value for '${param}': no function named '${name}' was specified in the '${list}' parameter.`,
    { param },
  )
}

export function bothMaxTokens(): ApiError {
  return new ApiError(
    400,
    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    { param: 'max_tokens', code: 'invalid_parameter_combination' },
  )
}

/** `fault`: what is wrong with the schema and where, e.g. `In context=(), …`. */
export function badFunctionSchema(name: string, fault: string, param: string): ApiError {
  return new ApiError(400, `Invalid schema for function '${name}': ${fault}`, {
    param,
    code: 'invalid_function_parameters',
  })
}

export function badFormatSchema(name: string, fault: string): ApiError {
  return new ApiError(400, `Invalid schema for response_format '${name}': ${fault}`, {
    param: 'response_format',
  })
}

export function jsonNotMentioned(): ApiError {
  return new ApiError(
    400,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    { param: 'messages' },
  )
}

/** `index`: of the message that stands where an answer should; undefined: the conversation ends. */
export function unansweredCalls(index: number | undefined, ids: readonly string[]): ApiError {
  return new ApiError(
    400,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(', ')}`,
    { param: index === undefined ? 'messages' : `messages.[${index}].role` },
  )
}

export function strayCallId(index: number, id: string): ApiError {
  return new ApiError(
    400,
    `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`,
    { param: `messages.[${index}].tool_call_id` },
  )
}

export function imageOutsideUser(index: number, role: string): ApiError {
  return new ApiError(
    400,
    `Invalid 'messages[${index}]'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`,
    { param: `messages[${index}]`, code: 'invalid_value' },
  )
}

/** `type`: of a data URL that is no image, e.g. `application/pdf`. */
export function notAnImage(param: string, type: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got unsupported MIME type '${type}'.`,
    { param, code: 'invalid_value' },
  )
}

export function noSuchCompletion(id: string): ApiError {
  return new ApiError(404, `Completion ${id} not found`, {
    param: 'completion_id',
    code: 'not_found',
  })
}

/** `choices`: prompts times the answers to each. */
export function tooManyChoices(choices: number, max: number): ApiError {
  return new ApiError(
    400,
    `You requested that the server return ${choices} choices. This model can only return a maximum of ${max} choices at a time. (HINT: you must ensure n * number of prompts <= ${max})`,
  )
}

export function fewerThanAsked(n: number, bestOf: number): ApiError {
  return new ApiError(
    400,
    `You requested that the server return more choices than it will generate (HINT: you must set 'n' (currently ${n}) to be at most 'best_of' (currently ${bestOf}), or omit either parameter if you don't specifically want to use them.)`,
  )
}

/** Wording of our own: none is on record. */
export function bestIsNotStreamed(): ApiError {
  return new ApiError(400, "The results of 'best_of' > 1 cannot be streamed.", { param: 'best_of' })
}
