/** Refusals of a request before anything in its body is looked at, and what the server says of itself. */
import { ApiError } from './api-error.ts'

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

export function tooManyValues(maxValues: number): ApiError {
  return new ApiError(
    413,
    `Request body is too large: the maximum is ${maxValues} values. Please reduce the size of your request.`,
    { code: 'request_too_large' },
  )
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

/** `headers`: the wait, if there is one. */
export function overloaded(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(503, 'Our servers are currently overloaded. Please try again later.', {
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    headers,
  })
}

/** What is no HTTP/1.1 at all. */
export function brokenRequest(): ApiError {
  return new ApiError(400, 'The request could not be parsed as HTTP/1.1.', {
    code: 'malformed_request',
  })
}

export function requestTooSlow(): ApiError {
  return new ApiError(408, 'The request took too long to arrive. Please try again.', {
    code: 'request_timeout',
  })
}

export function urlTooLong(maxLength: number): ApiError {
  return new ApiError(414, `The URL is too long: the maximum is ${maxLength} characters.`, {
    code: 'url_too_long',
    headers: { connection: 'close' },
  })
}

export function headersTooLarge(most: number, unit: 'bytes' | 'headers'): ApiError {
  return new ApiError(431, `The request's headers are too large: the maximum is ${most} ${unit}.`, {
    code: 'headers_too_large',
    headers: { connection: 'close' },
  })
}
