/** Faults that are answers: errors in the API's words, a proxy's pages, success that is none. */
import { ApiError } from '../../../protocol/errors/api-error.ts'
import { internalError, overloaded } from '../../../protocol/errors/http.ts'
import { wrongKey } from '../../../protocol/errors/key.ts'
import { noQuota, rateLimited, slowDown } from '../../../protocol/errors/limit.ts'
import { unknownModel } from '../../../protocol/errors/model.ts'
import { retryAfterHeaders } from '../../../protocol/rate-limit-headers.ts'
import type { FaultAct, FaultContext, Page } from './fault.ts'

/** What `http-NNN` says of a status without words of its own here. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Invalid request. Please check your parameters and try again.',
  403: 'You do not have access to this resource.',
  408: 'The request timed out. Please try again.',
  409: 'The request conflicts with another one. Please try again.',
  502: 'Bad gateway.',
  504: 'The request took too long. Please try again.',
  529: 'Overloaded. Please try again later.',
}

/** What is sent where a rule says nothing: providers name a wait with these. */
const USUAL_WAIT_MS = 1000
const LIMIT = 500

/** The error of any status from 400 to 599. */
function errorOf(status: number, context: FaultContext): ApiError {
  const headers = waitHeaders(context)
  if (status === 401) return wrongKey(context.apiKey)
  if (status === 404) return unknownModel(context.model)
  if (status === 429) return limited(context, headers)
  if (status === 500) return withHeaders(internalError(), headers)
  if (status === 503) return overloaded(headers)
  const message = MESSAGES[status] ?? `The request failed with status ${status}.`
  const type =
    status === 529
      ? 'service_unavailable_error'
      : status >= 500
        ? 'server_error'
        : 'invalid_request_error'
  const code = status === 529 ? 'server_is_overloaded' : null
  return new ApiError(status, message, { type, code, headers })
}

function limited({ model }: FaultContext, headers: Readonly<Record<string, string>>): ApiError {
  const waitMs = Number(headers['retry-after-ms'] ?? USUAL_WAIT_MS)
  const refusal = { model, limit: LIMIT, used: LIMIT, requested: 1, waitMs }
  return rateLimited({ kind: 'requests', ...refusal }, headers)
}

function withHeaders(error: ApiError, headers: Readonly<Record<string, string>>): ApiError {
  const { status, message, type, code, param } = error
  return new ApiError(status, message, { type, code, param, headers })
}

/** `usualMs`: the wait where the rule names none; undefined: none is sent. */
function waitHeaders(
  { parameters, wallMs }: FaultContext,
  usualMs?: number,
): Readonly<Record<string, string>> {
  const wait = parameters.retryAfter
  if (!wait) return usualMs === undefined ? {} : retryAfterHeaders(usualMs)
  switch (wait.form) {
    case 'seconds':
      return retryAfterHeaders(wait.waitMs)
    case 'date':
      return { 'retry-after': httpDate(wallMs + wait.waitMs) }
    case 'past':
      return { 'retry-after': httpDate(wallMs - 86_400_000) }
    case 'negative':
      return { 'retry-after': '-5' }
    case 'garbage':
      return { 'retry-after': 'soon' }
    case 'none':
      return {}
  }
}

function httpDate(wallMs: number): string {
  return new Date(wallMs).toUTCString()
}

function htmlPage(status: number, title: string): string {
  return `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
}

const TITLES: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

function refuse(error: (context: FaultContext) => ApiError): FaultAct {
  return { how: 'refuse', error }
}

/** A status with the body that the rule asks for. */
export function statusAct(status: number, usually: 'json' | 'html' = 'json'): FaultAct {
  return { how: 'page', page: context => statusPage(status, usually, context) }
}

function statusPage(status: number, usually: 'json' | 'html', context: FaultContext): Page {
  const { body = usually } = context.parameters
  if (body === 'json') throw errorOf(status, context)
  const headers = waitHeaders(context)
  if (body === 'empty') return { status, type: undefined, body: '', headers }
  const html = htmlPage(status, TITLES[status] ?? 'Error')
  return { status, type: 'text/html', body: html, headers }
}

function page(answer: Pick<Page, 'type' | 'body'>): FaultAct {
  return { how: 'page', page: () => ({ status: 200, ...answer }) }
}

const ERROR_JSON = `${JSON.stringify({
  error: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    param: null,
    code: null,
  },
})}\n`

export const refusalActs = {
  'http-400': statusAct(400),
  'http-401': statusAct(401),
  'http-403': statusAct(403),
  'http-404': statusAct(404),
  'http-408': statusAct(408),
  'http-409': statusAct(409),
  'http-429': statusAct(429),
  'http-500': statusAct(500),
  'http-502': statusAct(502, 'html'),
  'http-503': statusAct(503),
  'http-504': statusAct(504, 'html'),
  'http-529': statusAct(529),
  'rate-limit': refuse(context => limited(context, waitHeaders(context, USUAL_WAIT_MS))),
  'slow-down': refuse(context => slowDown(waitHeaders(context, USUAL_WAIT_MS))),
  'insufficient-quota': refuse(context => withHeaders(noQuota(), waitHeaders(context))),
  overloaded: refuse(context => overloaded(waitHeaders(context))),
  'error-200': page({ type: 'application/json', body: ERROR_JSON }),
  'html-200': page({
    type: 'text/html; charset=utf-8',
    body: '<!doctype html><title>Sign in</title><p>Sign in to continue.\n',
  }),
  'empty-200': page({ type: 'application/json', body: '' }),
} satisfies Readonly<Record<string, FaultAct>>
