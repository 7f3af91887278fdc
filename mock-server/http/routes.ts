/**
 * The map of the server: which path goes where.
 *
 * The API's routes stand on Express' own router, given straight to `http.createServer`: an Express
 * application would answer a quarter of the requests (it swaps the prototypes of each request and
 * response). Everything else falls through to an Express application, loaded when first needed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import Router from 'router'
import { shuttingDown, unknownUrl, wrongMethod } from '../../protocol/api-error.ts'
import type { Provider } from '../provider.ts'
import { chatRoute } from './chat-route.ts'
import { openExchange, sendError } from './exchange.ts'
import { modelsRoute } from './models-route.ts'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

const CHAT_PATHS = ['/v1/chat/completions', '/chat/completions']
const MODEL_PATHS = ['/v1/models', '/models', '/v1/models/*id', '/models/*id']

export interface Health {
  /** False while the server is starting or draining. */
  readonly ready: boolean
  readonly draining: boolean
}

export function createRequestHandler(provider: Provider, health: Health): RequestHandler {
  const router = Router()

  const chat = chatRoute(provider)
  router.post(CHAT_PATHS, chat)
  router.get(MODEL_PATHS, modelsRoute(provider))
  router.all(
    CHAT_PATHS,
    refuse(() => wrongMethod(['POST'])),
  )
  router.all(
    MODEL_PATHS,
    refuse(() => wrongMethod(['GET'])),
  )
  router.get('/healthz', (_, response) => plain(response, 200, 'ok'))
  router.get('/readyz', (_, response) =>
    health.ready ? plain(response, 200, 'ready') : plain(response, 503, 'not ready'),
  )
  const operations = lazily(async () =>
    (await import('./operations.ts')).createOperations(provider),
  )
  router.all(['/metrics', '/_tokadence', '/_tokadence/*rest'], operations)

  function refuse(error: (request: IncomingMessage) => Error) {
    return (request: IncomingMessage, response: ServerResponse): void => {
      request.resume()
      sendError(openExchange(provider, request, response, 'other'), error(request))
    }
  }
  const refuseUrl = refuse(({ method, url }) => unknownUrl(method ?? '', pathOf(url)))
  const refuseDraining = refuse(shuttingDown)

  return (request, response) => {
    if (health.draining && !isProbe(request)) return refuseDraining(request, response)
    // The one path that all load takes need not be looked for.
    if (request.url === '/v1/chat/completions' && request.method === 'POST') {
      return chat(request, response)
    }
    router(request, response, error => {
      // A URL whose %-escapes cannot be decoded is no URL of ours either.
      if (error && !(error instanceof URIError)) refuse(() => error as Error)(request, response)
      else refuseUrl(request, response)
    })
  }
}

function isProbe({ url }: IncomingMessage): boolean {
  return url === '/healthz' || url === '/readyz' || url === '/metrics'
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0]!
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}

/** A handler that is made at its first request. */
function lazily(make: () => Promise<RequestHandler>): RequestHandler {
  let made: Promise<RequestHandler> | undefined
  return (request, response) => {
    made ??= make()
    made.then(
      handle => handle(request, response),
      error => response.destroy(error),
    )
  }
}
