/**
 * An endpoint: a method, a path, and what answers. A family of them is one file of `endpoints/`; this is
 * what they all share: the key is checked, the body read, a thrown ApiError becomes the answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import Router from 'router'
import { isObject } from '../../protocol/checks.ts'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { unknownUrl, wrongMethod } from '../../protocol/errors/http.ts'
import type { ErrorAnswer } from '../dialects/dialect.ts'
import { keptBodyBytes } from '../engine/journal.ts'
import { askOfBody } from '../fixtures/body-ask.ts'
import type { Provider } from '../provider.ts'
import { authenticate } from './authenticate.ts'
import { type AzureRequest, azureKeyHeader } from './azure-request.ts'
import { type BodyKind, type Files, readCallBody } from './call-body.ts'
import { callerOf } from './caller.ts'
import {
  closeExchange,
  type EndpointName,
  type Exchange,
  openExchange,
  sendError,
  sendJson,
} from './exchange.ts'
import { askedOf } from './generate.ts'

export interface Call {
  readonly exchange: Exchange
  readonly provider: Provider
  readonly apiKey: string
  /** The `:name` parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The parsed JSON or the form's fields; undefined without a body. */
  readonly body: unknown
  /** The files of a multipart form, by field. */
  readonly files: Files
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Without `/v1`, in the words of the `router` package: `/files/:id/content`. */
  readonly path: string
  /** What metrics call it. */
  readonly name: EndpointName
  /** What its body is; a POST's is `json` unless said otherwise. */
  readonly body?: BodyKind
  /** No key is needed. */
  readonly isOpen?: boolean
  /** It goes through `planAnswer`, which looks at fixtures itself. */
  readonly generates?: boolean
  /** The header that may hold the key beside `authorization`. */
  readonly keyHeader?: string
  /** How it refuses; undefined: as the dialect does. */
  readonly error?: (error: ApiError, requestId: string) => ErrorAnswer
  /**
   * Returns what is sent as JSON with status 200; undefined when it answers by itself, now or later.
   * Throws ApiError for what is refused.
   */
  answer(call: Call): unknown
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void
type Routed = AzureRequest & { params?: Record<string, string | string[]> }

/** One handler for a family: unknown paths are 404, other methods on a known path 405. */
export function serveEndpoints(provider: Provider, endpoints: readonly Endpoint[]): RequestHandler {
  const router = Router()
  const methods = new Map<string, Endpoint['method'][]>()
  /** What no endpoint of a family answers is refused as they refuse. */
  const refusal = endpoints[0]?.error
  for (const endpoint of endpoints) {
    const { method, path } = endpoint
    const verb = method.toLowerCase() as 'get' | 'post' | 'delete'
    const handle = serveEndpoint(provider, endpoint)
    router[verb]([`/v1${path}`, path], (request, response) => handle(request, response))
    methods.set(path, [...(methods.get(path) ?? []), method])
  }
  for (const [path, allowed] of methods) {
    router.all(
      [`/v1${path}`, path],
      refuse(provider, () => wrongMethod(allowed), refusal),
    )
  }
  const unknown = ({ method, url }: IncomingMessage) => unknownUrl(method ?? '', pathOf(url))
  const refuseUrl = refuse(provider, unknown, refusal)
  return (request, response) =>
    router(request, response, error => {
      // A URL whose %-escapes cannot be decoded is no URL of ours either.
      if (error && !(error instanceof URIError))
        refuse(provider, () => error as Error)(request, response)
      else refuseUrl(request, response)
    })
}

/** `refusal`: how it is said; undefined: as the dialect does. */
export function refuse(
  provider: Provider,
  error: (request: IncomingMessage) => Error,
  refusal?: Endpoint['error'],
) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume()
    const exchange = openExchange(provider, request, response, 'other')
    exchange.refusal = refusal
    sendError(exchange, error(request))
  }
}

export function pathOf(url = ''): string {
  return url.split('?', 1)[0]!
}

/** The handler of one endpoint, whose path has been found already. */
export function serveEndpoint(provider: Provider, endpoint: Endpoint): RequestHandler {
  const kind = endpoint.body ?? (endpoint.method === 'POST' ? 'json' : 'none')
  return (request, response) => {
    provider.conductor.keepUp()
    const exchange = openExchange(provider, request, response, endpoint.name)
    if (exchange.entry.done.outcome !== 'open') return
    exchange.refusal = endpoint.error
    let apiKey: string
    try {
      apiKey = endpoint.isOpen
        ? ''
        : authenticate(request, provider.apiKeys, azureKeyHeader(request) ?? endpoint.keyHeader)
      exchange.entry.caller = callerOf(apiKey)
    } catch (error) {
      request.resume()
      sendError(exchange, error)
      return
    }
    readCallBody(provider.options, kind, request, (error, body, files, length) => {
      if (error) return sendError(exchange, error)
      if (length <= keptBodyBytes) exchange.entry.body = body
      const { deployment } = request as Routed
      if (deployment !== undefined && isObject(body)) body = { ...body, model: deployment }
      const params = paramsOf(request as Routed)
      const query = queryOf(request)
      const call = { exchange, provider, apiKey, params, query, body, files }
      const key = request.headers['idempotency-key']
      if (key && endpoint.method === 'POST') answerKeyed(endpoint, call, String(key))
      else answerNow(endpoint, call)
    })
  }
}

/** Where the request may have been answered already. */
async function answerKeyed(endpoint: Endpoint, call: Call, key: string): Promise<void> {
  const { answerOnce } = await import('./idempotent.ts')
  answerOnce(call, key, () => answerNow(endpoint, call))
}

function answerNow(endpoint: Endpoint, call: Call): void {
  const { provider, exchange } = call
  const mayFail =
    provider.faults !== undefined || exchange.request.headers['x-tokadence-fault'] !== undefined
  if (mayFail) answerOrFail(endpoint, call)
  else answer(endpoint, call)
}

/** Where something may go wrong on purpose. */
async function answerOrFail(endpoint: Endpoint, call: Call): Promise<void> {
  try {
    const { withFaults } = await import('./fault.ts')
    withFaults(endpoint, call, () => answer(endpoint, call))
  } catch (error) {
    sendError(call.exchange, error)
  }
}

/** A promise is waited for only where an endpoint returns one. */
function answer(endpoint: Endpoint, call: Call): void {
  try {
    const isFixed = !call.provider.fixtures.idle && endpoint.generates !== true
    const fixed = isFixed ? fixedAnswer(call) : undefined
    const answered = fixed ? fixed.json : endpoint.answer(call)
    if (answered instanceof Promise) {
      answered.then(
        value => sendAnswer(call, value),
        error => sendError(call.exchange, error),
      )
    } else sendAnswer(call, answered)
  } catch (error) {
    sendError(call.exchange, error)
  }
}

/** What a fixture has for an endpoint that does not generate. Throws its error. */
function fixedAnswer({ exchange, body, provider }: Call): { json: unknown } | undefined {
  const instruction = provider.fixtures.answerFor(askedOf(exchange, askOfBody(body), false))
  if (instruction?.error) throw instruction.error
  return instruction?.body
}

function sendAnswer({ exchange }: Call, value: unknown): void {
  if (value === undefined || exchange.entry.done.outcome !== 'open') return
  sendJson(exchange, 200, JSON.stringify(value))
  closeExchange(exchange, 'ok')
}

const NO_PARAMS: Call['params'] = {}
const NO_QUERY = new URLSearchParams()

/** A `*name` part, which may hold slashes, is joined again. */
function paramsOf({ params }: Routed): Call['params'] {
  if (!params) return NO_PARAMS
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, [value].flat().join('/')]),
  )
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const start = url.indexOf('?')
  return start < 0 ? NO_QUERY : new URLSearchParams(url.slice(start + 1))
}
