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
  | 'server_error'
  | 'service_unavailable_error'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly type: ErrorType
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    {
      type = 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
    }: {
      type?: ErrorType
      param?: string | null
      code?: string | null
      headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(message)
    this.status = status
    this.type = type
    this.param = param
    this.code = code
    this.headers = headers
  }

  /** The body on the wire. */
  toBody(): string {
    const { message, type, param, code } = this
    return `${JSON.stringify({ error: { message, type, param, code } }, null, 2)}\n`
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
