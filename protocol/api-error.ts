/**
 * Answers that the API gives when it refuses, word for word: status, type, param, code and message.
 * Source: recorded api.openai.com traffic and public issue threads.
 */

import { formatGoDuration } from './go-duration.ts'

/** The organisation that the mock answers for. */
export const organization = 'org-tokadence'

export type ErrorType =
  | 'invalid_request_error'
  | 'insufficient_quota'
  | 'requests'
  | 'tokens'
  | 'max_tokens_per_request'
  | 'rate_limit_error'
  | 'server_error'
  | 'service_unavailable_error'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly type: ErrorType
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>
  /** What some endpoints say besides `error`, e.g. `detail` of those of files. */
  readonly beside: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    message: string,
    {
      type = 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
      beside = {},
    }: {
      type?: ErrorType
      param?: string | null
      code?: string | null
      headers?: Readonly<Record<string, string>>
      beside?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(message)
    this.status = status
    this.type = type
    this.param = param
    this.code = code
    this.headers = headers
    this.beside = beside
  }

  /** The body on the wire. */
  toBody(): string {
    const { message, type, param, code, beside } = this
    return `${JSON.stringify({ error: { message, type, param, code }, ...beside }, null, 2)}\n`
  }
}

export function noKey(): ApiError {
  return new ApiError(
    401,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
    { headers: BEARER },
  )
}

export function wrongKey(key: string): ApiError {
  return new ApiError(
    401,
    `Incorrect API key provided: ${maskKey(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: 'invalid_api_key', headers: BEARER },
  )
}

const BEARER = { 'www-authenticate': 'Bearer realm="OpenAI API"' }

/** The first 8 and the last 4 characters stay; keys too short to hide anything are shown. */
function maskKey(key: string): string {
  if (key.length <= 12) return key
  return `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`
}

export function brokenJson(): ApiError {
  return new ApiError(
    400,
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  )
}

export function bodyTooLarge(maxBytes: number): ApiError {
  return new ApiError(
    413,
    `Request body is too large: the maximum is ${maxBytes} bytes. Please reduce the size of your request.`,
    { code: 'request_too_large' },
  )
}

export function nestedTooDeep(maxLevels: number): ApiError {
  return new ApiError(400, `Invalid body: nested deeper than ${maxLevels} levels.`)
}

export function unknownUrl(method: string, path: string): ApiError {
  return new ApiError(404, `Invalid URL (${method} ${path})`)
}

/** `allowed`: the methods that the path has, e.g. ['POST']. */
export function wrongMethod(allowed: readonly string[]): ApiError {
  return new ApiError(405, `Only ${allowed.join(' and ')} requests are accepted.`, {
    code: 'method_not_supported',
    headers: { allow: allowed.join(', ') },
  })
}

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

export function missingParameter(param: string): ApiError {
  return new ApiError(400, `Missing required parameter: '${param}'.`, {
    param,
    code: 'missing_required_parameter',
  })
}

export function unknownParameter(param: string): ApiError {
  return new ApiError(400, `Unknown parameter: '${param}'.`, { param, code: 'unknown_parameter' })
}

/** `expected` with its article: `a decimal`, `an array of objects`. */
export function wrongType(param: string, expected: string, value: unknown): ApiError {
  return new ApiError(
    400,
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    { param, code: 'invalid_type' },
  )
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function emptyArray(param: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    { param, code: 'empty_array' },
  )
}

export function arrayTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': array too long. Expected an array with maximum length ${maxLength}, but got an array with length ${length} instead.`,
    { param, code: 'array_above_max_length' },
  )
}

export function unsupportedValue(
  param: string,
  value: string,
  supported: readonly string[],
): ApiError {
  const shown = value.length > 48 ? `${value.slice(0, 3)}...${value.slice(-3)}` : value
  return new ApiError(
    400,
    `Invalid value: '${shown}'. Supported values are: ${listOf(supported)}.`,
    { param, code: 'invalid_value' },
  )
}

function listOf(values: readonly string[]): string {
  const quoted = values.map(value => `'${value}'`)
  if (quoted.length < 3) return quoted.join(' and ')
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`
}

export function outOfRange(
  param: string,
  kind: 'integer' | 'decimal',
  value: number,
  { min, max }: { min: number; max: number },
): ApiError {
  const [side, relation, bound] =
    value < min ? (['below minimum', '>=', min] as const) : (['above maximum', '<=', max] as const)
  return new ApiError(
    400,
    `Invalid '${param}': ${kind} ${side} value. Expected a value ${relation} ${bound}, but got ${value} instead.`,
    { param, code: `${kind}_${side === 'below minimum' ? 'below_min' : 'above_max'}_value` },
  )
}

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

/** What a refused request ran into; `limit` and the rest in units a minute, or slots. */
export interface Refusal {
  readonly kind: 'requests' | 'tokens' | 'concurrent'
  readonly model: string
  readonly limit: number
  readonly used: number
  readonly requested: number
  /** Ms until the same request would be let in. */
  readonly waitMs: number
}

const LIMIT_NAMES = {
  requests: 'requests per min (RPM)',
  tokens: 'tokens per min (TPM)',
  concurrent: 'concurrent requests',
} as const
const LIMITS_PAGE = 'Visit https://platform.openai.com/account/rate-limits to learn more.'

/** `headers`: the limits' state and the wait, which agree with the message. */
export function rateLimited(
  { kind, model, limit, used, requested, waitMs }: Refusal,
  headers: Readonly<Record<string, string>>,
): ApiError {
  return new ApiError(
    429,
    `Rate limit reached for ${model} in organization ${organization} on ${LIMIT_NAMES[kind]}: Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${formatGoDuration(Math.ceil(waitMs))}. ${LIMITS_PAGE}`,
    { type: kind === 'tokens' ? 'tokens' : 'requests', code: 'rate_limit_exceeded', headers },
  )
}

/** More than the whole limit at once: waiting does not help, so no wait is named. */
export function requestTooLarge(
  { model, limit, requested }: Pick<Refusal, 'model' | 'limit' | 'requested'>,
  headers: Readonly<Record<string, string>>,
): ApiError {
  return new ApiError(
    429,
    `Request too large for ${model} in organization ${organization} on ${LIMIT_NAMES.tokens}: Limit ${limit}, Requested ${requested}. The input or output tokens must be reduced in order to run successfully. ${LIMITS_PAGE}`,
    { type: 'tokens', code: 'rate_limit_exceeded', headers },
  )
}

export function internalError(): ApiError {
  return new ApiError(
    500,
    'The server had an error while processing your request. Sorry about that!',
    { type: 'server_error' },
  )
}

export function shuttingDown(): ApiError {
  return new ApiError(503, 'The server is shutting down. Please retry your request.', {
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    headers: { 'retry-after': '1', connection: 'close' },
  })
}

/** `given`: the request's Content-Type; `supported`: what the endpoint takes. */
export function unsupportedContentType(given: string | undefined, supported: string): ApiError {
  const shown = (given ?? '').slice(0, 100)
  return new ApiError(
    415,
    `Unsupported content type: '${shown}'. This API method only accepts '${supported}' requests, but you specified the header 'Content-Type: ${shown}'. Please try again with a supported content type.`,
    { code: 'unsupported_content_type' },
  )
}

/** `why`: the rest of a sentence about the form. */
export function brokenForm(why: string): ApiError {
  return new ApiError(400, `Could not parse multipart form: ${why}.`)
}

export function emptyString(param: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    { param, code: 'empty_string' },
  )
}

export function stringTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': string too long. Expected a string with maximum length ${maxLength}, but got a string with length ${length} instead.`,
    { param, code: 'string_above_max_length' },
  )
}

/** `pattern`: the regular expression as it is shown. */
export function patternMissed(param: string, pattern: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${pattern}'.`,
    { param, code: 'invalid_value' },
  )
}

export function tooManyProperties(param: string, max: number, count: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': too many properties. Expected an object with at most ${max} properties, but got an object with ${count} properties instead.`,
    { param, code: 'object_above_max_properties' },
  )
}

export function propertyNameTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid property name in '${param}': name too long. Expected a property name with maximum length ${maxLength}, but got a property name with length ${length} instead.`,
    { param, code: 'property_name_above_max_length' },
  )
}

/** What older models say of names that they do not know. */
export function unrecognizedArguments(names: readonly string[]): ApiError {
  const arguments_ = names.length === 1 ? 'argument' : 'arguments'
  return new ApiError(400, `Unrecognized request ${arguments_} supplied: ${names.join(', ')}`)
}

/** `condition`: what must be the case, e.g. `'logprobs' is enabled`. */
export function onlyAllowedWhen(param: string, condition: string): ApiError {
  return new ApiError(400, `The '${param}' parameter is only allowed when ${condition}.`, { param })
}

/** `needed`: the list that must be there, e.g. `tools` for `tool_choice`. */
export function onlyAllowedWith(param: string, needed: string): ApiError {
  return new ApiError(
    400,
    `Invalid value for '${param}': '${param}' is only allowed when '${needed}' are specified.`,
    { param },
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

/** Wording of our own: none is on record. */
export function nameUsedTwice(param: string, name: string): ApiError {
  return new ApiError(400, `Invalid '${param}': the name '${name}' is used more than once.`, {
    param,
    code: 'invalid_value',
  })
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

/** A value as the older endpoints write one: their validator is Python's. */
function pythonic(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') {
    const mark = value.includes("'") && !value.includes('"') ? '"' : "'"
    const escaped = value.replace(/[\\\n\r\t]/g, sign => JSON.stringify(sign).slice(1, -1))
    return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
  }
  if (Array.isArray(value)) return `[${value.map(pythonic).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  const items = Object.entries(value).map(([name, item]) => `${pythonic(name)}: ${pythonic(item)}`)
  return `{${items.join(', ')}}`
}

/** The words of the older endpoints' schema validator; `name`: the field, none for the whole body. */
function schemaFault(fault: string, name?: string): ApiError {
  return new ApiError(400, name === undefined ? fault : `${fault} - '${name}'`)
}

export function notOfType(value: unknown, type: string, name?: string): ApiError {
  return schemaFault(`${pythonic(value)} is not of type '${type}'`, name)
}

export function notOneOf(value: unknown, supported: readonly string[], name: string): ApiError {
  return schemaFault(`${pythonic(value)} is not one of ${pythonic(supported)}`, name)
}

export function belowMinimum(value: number, min: number, name: string): ApiError {
  return schemaFault(`${value} is less than the minimum of ${min}`, name)
}

export function missingProperty(name: string): ApiError {
  return schemaFault(`'${name}' is a required property`)
}

export function unexpectedProperty(name: string): ApiError {
  return schemaFault(`Additional properties are not allowed (${pythonic(name)} was unexpected)`)
}

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

/** The same refusal as the endpoints of files say it: they repeat it beside the error. */
export function withDetail(error: ApiError): ApiError {
  const { status, message, type, param, code, headers } = error
  const beside = { ...error.beside, detail: { message, code } }
  return new ApiError(status, message, { type, param, code, headers, beside })
}

/** `param`: where the id was named. */
export function noSuchFile(id: string, param = 'id'): ApiError {
  return new ApiError(404, `No such File object: ${id}`, { param })
}

export function wrongPurpose(purpose: unknown, supported: readonly string[]): ApiError {
  const { message } = notOneOf(purpose, supported, 'purpose')
  return new ApiError(400, message, { param: 'purpose' })
}

export function aboveMaximum(value: number, max: number, name: string): ApiError {
  return schemaFault(`${value} is greater than the maximum of ${max}`, name)
}

/** `api`: what the file is for, e.g. `Batch`. */
export function notJsonLines(api: string): ApiError {
  return new ApiError(400, `Invalid file format for ${api} API. Must be .jsonl`)
}

export function downloadNotAllowed(purpose: string): ApiError {
  return new ApiError(400, `Not allowed to download files of purpose: ${purpose}`)
}

/** More than all files together may have; wording of our own. */
export function fileTooLarge(bytes: number, maxBytes: number): ApiError {
  return new ApiError(
    413,
    `The file is too large: it has ${bytes} bytes, and ${maxBytes} bytes is the most that can be stored.`,
    { code: 'file_too_large' },
  )
}

export function noSuchUpload(id: string): ApiError {
  return new ApiError(404, `No such Upload object: ${id}`, { param: 'upload_id' })
}

/** `status`: completed, cancelled or expired; wording of our own. */
export function uploadOver(id: string, status: string): ApiError {
  return new ApiError(400, `Upload ${id} is ${status} and can no longer be changed.`, {
    param: 'upload_id',
  })
}

export function noSuchPart(id: string, index: number): ApiError {
  return new ApiError(400, `No such Part object: ${id}`, { param: `part_ids[${index}]` })
}

/** Wording of our own, as in the two below. */
export function uploadSizeDiffers(said: number, given: number): ApiError {
  return new ApiError(
    400,
    `The parts have ${given} bytes in all, but the upload was created for ${said} bytes.`,
    { param: 'part_ids' },
  )
}

export function uploadChecksumDiffers(said: string, found: string): ApiError {
  return new ApiError(400, `The parts have the MD5 checksum ${found}, but ${said} was given.`, {
    param: 'md5',
  })
}

export function partNotTaken(maxBytes: number): ApiError {
  return new ApiError(
    400,
    `The part does not fit: the parts of all pending uploads may have ${maxBytes} bytes together. Complete or cancel other uploads first.`,
    { param: 'data' },
  )
}

export function noSuchBatch(id: string): ApiError {
  return new ApiError(404, `No batch found with id '${id}'.`)
}

export function batchOver(status: string): ApiError {
  return new ApiError(409, `Cannot cancel a batch with status '${status}'.`)
}

/** A batch's input that was not uploaded for one; wording of our own. */
export function notForBatches(id: string, purpose: string): ApiError {
  return new ApiError(
    400,
    `Invalid input file: ${id} has the purpose '${purpose}'. Expected a file with the purpose 'batch'.`,
    { param: 'input_file_id' },
  )
}

export function badBiasKey(key: string): ApiError {
  return new ApiError(
    400,
    `Invalid key in 'logit_bias': ${key}. You should only be submitting non-negative integers.`,
    { param: 'logit_bias' },
  )
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

/** The same where several are taken. `when`: e.g. `with this model`. */
export function unsupportedChoice(
  param: string,
  value: string,
  supported: readonly string[],
  when = 'with this model',
): ApiError {
  return new ApiError(
    400,
    `Unsupported value: '${param}' does not support '${value}' ${when}. Supported values are: ${listOf(supported)}.`,
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

/** Out of money: waiting does not help, so no wait is named. */
export function noQuota(): ApiError {
  return new ApiError(
    429,
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
    { type: 'insufficient_quota', code: 'insufficient_quota' },
  )
}

/** `headers`: the wait. The wording is ours. */
export function slowDown(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(
    429,
    'Your requests are rising too fast. Please slow down, keep a steady rate, and raise it gradually.',
    { type: 'rate_limit_error', code: 'slow_down', headers },
  )
}

/** `headers`: the wait, if there is one. */
export function overloaded(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(503, 'Our servers are currently overloaded. Please try again later.', {
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    headers,
  })
}

/** Ours: only fixtures answer here, and none does. Not worth another try, so a 404. `why`: a whole text. */
export function noFixture(why: string): ApiError {
  return new ApiError(404, why, { code: 'no_fixture_match' })
}

/** Ours: a fixture's own code has failed. `x-should-retry` keeps clients from trying again. `why`: a whole text. */
export function fixtureFailed(why: string): ApiError {
  return new ApiError(500, why, {
    type: 'server_error',
    code: 'fixture_failed',
    headers: { 'x-should-retry': 'false' },
  })
}

/** What stood in for the provider failed, before its answer had begun; `why` in words. */
export function upstreamFailed(origin: string, why: string): ApiError {
  return new ApiError(502, `The upstream at ${origin} gave no answer: ${why}.`, {
    type: 'server_error',
    code: 'upstream_failed',
  })
}

/** `message`: what was looked for and what comes nearest. */
export function noRecording(message: string): ApiError {
  return new ApiError(404, message, { code: 'recording_not_found' })
}

export function unreadableRecording(name: string, why: string): ApiError {
  return new ApiError(500, `The recording ${name} cannot be played: ${why}`, {
    type: 'server_error',
    code: 'recording_unreadable',
  })
}

export function noWebSocket(): ApiError {
  return new ApiError(501, 'WebSocket connections are neither passed on nor recorded.', {
    code: 'websocket_not_supported',
  })
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

/** A model that says nothing: for embeddings, audio or images. */
export function notSampled(): ApiError {
  return new ApiError(403, 'You are not allowed to sample from this model')
}

/** The words of the audio endpoints' validator, a list with one fault; `context`: as Python writes it. */
function fieldFault(
  type: string,
  field: string,
  fault: string,
  input: unknown,
  context?: string,
): ApiError {
  const echoed = typeof input === 'string' ? input.slice(0, 10_000) : input
  const facts = [
    `'type': '${type}'`,
    `'loc': ('body', '${field}')`,
    `'msg': ${pythonic(fault)}`,
    `'input': ${pythonic(echoed)}`,
    ...(context === undefined ? [] : [`'ctx': ${context}`]),
  ]
  return new ApiError(400, `[{${facts.join(', ')}}]`)
}

export function fieldMissing(field: string, body: unknown): ApiError {
  return fieldFault('missing', field, 'Field required', body)
}

/** `type`: `string`, `float` or `bool`. */
export function fieldOfType(
  field: string,
  type: 'string' | 'float' | 'bool',
  input: unknown,
): ApiError {
  const words = { string: 'string', float: 'number', bool: 'boolean' }[type]
  return fieldFault(`${type}_type`, field, `Input should be a valid ${words}`, input)
}

export function fieldNotOneOf(
  field: string,
  input: unknown,
  supported: readonly string[],
): ApiError {
  const quoted = supported.map(value => `'${value}'`)
  const last = quoted.at(-1)!
  const expected = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${last}` : last
  const context = `{'expected': ${pythonic(expected)}}`
  return fieldFault('enum', field, `Input should be ${expected}`, input, context)
}

export function fieldTooLong(field: string, input: string, maxLength: number): ApiError {
  const fault = `String should have at most ${maxLength} characters`
  return fieldFault('string_too_long', field, fault, input, `{'max_length': ${maxLength}}`)
}

export function fieldTooShort(field: string, input: string): ApiError {
  const fault = 'String should have at least 1 character'
  return fieldFault('string_too_short', field, fault, input, "{'min_length': 1}")
}

export function fieldOutOfRange(
  field: string,
  input: number,
  { min, max }: { min: number; max: number },
): ApiError {
  const [name, relation, bound] =
    input < min ? (['ge', 'greater', min] as const) : (['le', 'less', max] as const)
  const shown = Number.isInteger(bound) ? `${bound}.0` : String(bound)
  const fault = `Input should be ${relation} than or equal to ${bound}`
  return fieldFault(`${relation}_than_equal`, field, fault, input, `{'${name}': ${shown}}`)
}

export function wrongLanguage(language: string): ApiError {
  return new ApiError(
    400,
    `Invalid language '${language}'. Language parameter must be specified in ISO-639-1 format.`,
    { param: 'language', code: 'invalid_language_format' },
  )
}

/** By the file's name. */
export function unknownAudioFormat(supported: readonly string[]): ApiError {
  return new ApiError(400, `Unrecognized file format. Supported formats: ${pythonic(supported)}`)
}

/** By what is in the file. */
export function unreadableAudio(): ApiError {
  return new ApiError(400, 'Audio file might be corrupted or unsupported', {
    param: 'file',
    code: 'invalid_value',
  })
}

export function audioTooShort(): ApiError {
  return new ApiError(400, 'Audio file is too short. Minimum audio length is 0.1 seconds.', {
    param: 'file',
    code: 'audio_too_short',
  })
}

export function audioTooLarge(maxBytes: number, bytes: number): ApiError {
  return new ApiError(
    413,
    `Maximum content size limit (${maxBytes}) exceeded (${bytes} bytes read)`,
    { type: 'server_error' },
  )
}

export function incompatibleFormat(
  format: string,
  model: string,
  supported: readonly string[],
): ApiError {
  const names = supported.map(name => `'${name}'`).join(' or ')
  return new ApiError(
    400,
    `response_format '${format}' is not compatible with model '${model}'. Use ${names} instead.`,
    { param: 'response_format', code: 'unsupported_value' },
  )
}

/** `type`: the media type that the form names for the file. */
export function unsupportedImageType(
  param: string,
  type: string,
  supported: readonly string[],
): ApiError {
  const names = supported.map(name => `'${name}'`)
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}` : names[0]
  return new ApiError(
    400,
    `Invalid file '${param}': unsupported mimetype ('${type.slice(0, 100)}'). Supported file formats are ${list}.`,
    { param, code: 'unsupported_file_mimetype' },
  )
}

/** Of an image that dall-e-2 is to work on. */
export function notSmallPng(): ApiError {
  return new ApiError(400, 'Uploaded image must be a PNG and less than 4 MB.')
}

/** dall-e-3 makes one image a request. */
export function onlyOneImage(): ApiError {
  return new ApiError(400, 'You must provide n=1 for this model.')
}

export function transparentNotTaken(): ApiError {
  return new ApiError(400, 'Transparent background is not supported for this model.', {
    param: 'background',
    code: 'invalid_value',
  })
}

/** JPEG has no transparency. */
export function opaqueFormat(): ApiError {
  return new ApiError(
    400,
    "Transparent background is not supported for JPEG output format. Use 'png' or 'webp' instead.",
    { param: 'background', code: 'invalid_value' },
  )
}

/** An image size that its model cannot make; `why`: a sentence. */
export function wrongImageSize(size: string, why: string): ApiError {
  return new ApiError(400, `Invalid size '${size.slice(0, 40)}'. ${why}`, {
    param: 'size',
    code: 'invalid_value',
  })
}

/** An image file of the mock that is not kept any longer, or never was. */
export function unknownImageFile(): ApiError {
  return new ApiError(404, 'The specified image does not exist or has expired.')
}
