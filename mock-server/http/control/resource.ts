/** A path of the control plane: what each method answers, as JSON; everything else is refused in words. */
import type { Application, Request, Response } from 'express'
import { OptionError } from '../../../base/option-error.ts'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import { badOption } from '../../../protocol/errors/control.ts'
import { internalError, wrongMethod } from '../../../protocol/errors/http.ts'
import type { Provider } from '../../provider.ts'
import { reportUnexpected } from '../exchange.ts'
import { readJson } from '../read-body.ts'

export interface ControlCall {
  readonly request: Request
  readonly response: Response
  /** The `:name` parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The parsed JSON, at most 1 MiB of it; undefined without a body. */
  readonly body: unknown
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/**
 * Returns what is sent as JSON with status 200, or a promise of it; undefined when it answers by itself. Throws ApiError, or
 * OptionError for a value that is not allowed, which becomes a 400.
 */
export type ControlAnswer = (call: ControlCall) => unknown

/** The largest body of the control plane. */
const MAX_BODY_BYTES = 2 ** 20

/** `path` begins with `/_tokadence`; other methods on it are 405. */
export function addResource(
  app: Application,
  provider: Provider,
  path: string,
  answers: Partial<Record<Method, ControlAnswer>>,
): void {
  const allowed = Object.keys(answers) as Method[]
  app.all(path, (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method as Method)
    const answer = answers[method]
    if (!answer) {
      request.resume()
      refuse(response, wrongMethod(allowed))
      return
    }
    const fail = (error: unknown) => refuse(response, toApiError(provider, error))
    const go = (body: unknown) => {
      const query = new URLSearchParams(request.url.split('?').slice(1).join('?'))
      const params = request.params as Record<string, string>
      const call: ControlCall = { request, response, params, query, body }
      new Promise(resolve => resolve(answer(call))).then(value => {
        if (value !== undefined) response.json(value)
      }, fail)
    }
    if (method === 'GET') {
      request.resume()
      go(undefined)
    } else {
      const done = (error: ApiError | undefined, body?: unknown) => (error ? fail(error) : go(body))
      readJson(request, MAX_BODY_BYTES, done, { mayBeEmpty: true })
    }
  })
}

/** In the shape of the API's own errors. */
export function refuse(response: Response, error: ApiError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.status(error.status).set(error.headers).type('json').send(error.toBody())
}

function toApiError(provider: Provider, error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof OptionError) return badOption(error.message, error.option)
  reportUnexpected(provider, error)
  return internalError()
}
