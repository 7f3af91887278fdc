/** What the server refuses, in the words, envelope and headers of Anthropic's API; and its rate-limit headers. */
import type { ApiError } from './errors/api-error.ts'
import { brokenJson } from './errors/http.ts'
import { parseGoDuration } from './go-duration.ts'

/** The organisation that the mock answers for. */
export const messagesOrganization = '0c1de7a4-5b1e-4f57-9a8e-2f6d3b90c4a1'

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const BROKEN_JSON = brokenJson().message

interface Said {
  readonly status: number
  readonly message: string
}

/** What other parts of the server refuse in OpenAI's words is said in this API's; its own stays as it is. */
function inOwnWords(error: ApiError): Said {
  const { status, message, code } = error
  if (status === 401) {
    return {
      status,
      message: code === null ? 'x-api-key header is required' : 'invalid x-api-key',
    }
  }
  if (status === 413) return { status, message: 'Request exceeds the maximum size' }
  if (status === 500) return { status, message: 'Internal server error' }
  if (status === 503 || status === 529) return { status: 529, message: 'Overloaded' }
  if (code === 'model_not_found') {
    return { status, message: `model: ${/`([^`]*)`/.exec(message)?.[1] ?? ''}` }
  }
  if (code === 'insufficient_quota') {
    return {
      status: 400,
      message:
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    }
  }
  if (code === 'rate_limit_exceeded') return { status, message: overLimit(error) }
  if (message === BROKEN_JSON) return { status, message: 'The request body is not valid JSON' }
  return { status, message }
}

const SALES = 'sales at https://www.anthropic.com/contact-sales'

function overLimit({ message }: ApiError): string {
  if (message.includes('concurrent requests')) {
    return `Number of concurrent connections has exceeded your rate limit. Please try again later or contact ${SALES} to discuss your options for a rate limit increase.`
  }
  const [, kind = 'requests', window = 'min', limit = '0'] =
    / on ((?:input )?tokens|requests) per (min|day) \([A-Z]+\): Limit (\d+),/.exec(message) ?? []
  const rate = `${Number(limit).toLocaleString('en-US')} ${kind} per ${window === 'min' ? 'minute' : window}`
  return `This request would exceed the rate limit for your organization (${messagesOrganization}) of ${rate}. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact ${SALES} to discuss your options for a rate limit increase.`
}

/** `wallMs`: the time of day, in ms since the epoch. */
export function messagesErrors(wallMs: () => number) {
  return (error: ApiError, requestId: string) => {
    const { status, message } = inOwnWords(error)
    const type = TYPES[status] ?? 'api_error'
    const headers: Readonly<Record<string, string>> = {
      'request-id': requestId,
      'x-should-retry': String(status === 429 || status >= 500),
      ...messagesHeaders(error.headers, wallMs()),
    }
    const { code } = error
    const details = code?.startsWith('thread_') ? { details: { error_code: code } } : {}
    const said = { type, message, ...details }
    const json = JSON.stringify({ type: 'error', error: said, request_id: requestId })
    return { status, json, headers }
  }
}

/** `x-ratelimit-limit-tokens` is `anthropic-ratelimit-tokens-limit`, and times of day stand for waits. */
export function messagesHeaders(
  headers: Readonly<Record<string, string>>,
  wallMs: number,
): Record<string, string> {
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const [, part, kind] = /^x-ratelimit-(limit|remaining|reset)-([\w-]+)$/.exec(name) ?? []
    if (part === 'reset') {
      // Rounded up: whoever waits until then finds it full.
      const atS = Math.ceil((wallMs + (parseGoDuration(value) ?? 0)) / 1000)
      own[`anthropic-ratelimit-${kind}-reset`] = new Date(atS * 1000)
        .toISOString()
        .replace('.000', '')
    } else if (part) own[`anthropic-ratelimit-${kind}-${part}`] = value
    else if (name === 'retry-after' || name === 'allow' || name === 'connection') own[name] = value
  }
  return own
}
