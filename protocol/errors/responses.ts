/** Refusals of responses and conversations. */
import { ApiError } from './api-error.ts'

/** A parameter of chat completions sent to `POST /responses`; `to`: what it is called there. */
export function movedParameter(param: string, to: string): ApiError {
  return new ApiError(
    400,
    `Unsupported parameter: '${param}'. In the Responses API, this parameter has moved to '${to}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`,
    { code: 'unsupported_parameter' },
  )
}

export function nothingToRespondTo(): ApiError {
  return new ApiError(
    400,
    `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
    { code: 'missing_required_parameter' },
  )
}

/** The wording of `POST /responses`. */
export function noRequestedModel(model: string): ApiError {
  return new ApiError(400, `The requested model '${model}' does not exist.`, {
    param: 'model',
    code: 'model_not_found',
  })
}

export function noPreviousResponse(id: string): ApiError {
  return new ApiError(400, `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  })
}

export function noSuchResponse(id: string): ApiError {
  return new ApiError(404, `Response with id '${id}' not found.`)
}

export function notCancellable(): ApiError {
  return new ApiError(400, 'Cannot cancel a synchronous response.')
}

/** `prefix`: what ids of that kind begin with, e.g. `msg`. */
export function wrongIdPrefix(param: string, id: string, prefix: string): ApiError {
  const shown = id.length > 80 ? `${id.slice(0, 80)}...` : id
  return new ApiError(
    400,
    `Invalid '${param}': '${shown}'. Expected an ID that begins with '${prefix}'.`,
    { param, code: 'invalid_value' },
  )
}

export function eitherParameter(given: string, other: string): ApiError {
  return new ApiError(
    400,
    `Mutually exclusive parameters: '${given}'. Ensure you are only providing one of: '${given}' or '${other}'.`,
    { code: 'mutually_exclusive_parameters' },
  )
}

export function noOutputForCall(callId: string): ApiError {
  return new ApiError(400, `No tool output found for function call ${callId}.`, { param: 'input' })
}

export function noCallForOutput(callId: string): ApiError {
  return new ApiError(400, `No tool call found for function call output with call_id ${callId}.`, {
    param: 'input',
  })
}

/** An `item_reference` to what is not kept. */
export function noReferencedItem(id: string): ApiError {
  return new ApiError(
    404,
    `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    { param: 'input' },
  )
}

/** `type`: of the tool that was chosen and not offered, e.g. `web_search`. */
export function chosenToolNotFound(type: string): ApiError {
  return new ApiError(400, `Tool choice '${type}' not found in 'tools' parameter.`, {
    param: 'tool_choice',
  })
}

export function requiredWithoutTools(): ApiError {
  return new ApiError(400, "Tool choice 'required' must be specified with 'tools' parameter.", {
    param: 'tool_choice',
  })
}

/** The wording of `POST /responses` for what a model cannot do. */
export function notWithThisModel(param: string): ApiError {
  return new ApiError(400, `Unsupported parameter: '${param}' is not supported with this model.`, {
    param,
  })
}

export function jsonNotInInput(): ApiError {
  return new ApiError(
    400,
    "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
    { param: 'input' },
  )
}

export function badTextFormatSchema(name: string, fault: string): ApiError {
  return new ApiError(400, `Invalid schema for response_format '${name}': ${fault}`, {
    param: 'text.format.schema',
    code: 'invalid_json_schema',
  })
}

/** Wording of our own: none is on record. */
export function backgroundNotStored(): ApiError {
  return new ApiError(
    400,
    "Invalid 'background': background responses must be stored, but 'store' is false.",
    {
      param: 'background',
      code: 'invalid_value',
    },
  )
}

export function beyondContextWindow(): ApiError {
  return new ApiError(
    400,
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    { param: 'input', code: 'context_length_exceeded' },
  )
}

export function noSuchConversation(id: string): ApiError {
  return new ApiError(404, `Conversation with id '${id}' not found.`)
}

export function noSuchConversationItem(conversationId: string, id: string): ApiError {
  return new ApiError(404, `Item with id '${id}' not found in conversation '${conversationId}'.`)
}

export function connectionTooOld(maxMinutes: number): ApiError {
  return new ApiError(
    400,
    `Responses websocket connection limit reached (${maxMinutes} minutes). Create a new websocket connection to continue.`,
    { code: 'websocket_connection_limit_reached' },
  )
}
