/**
 * The map of the server: which path goes where.
 *
 * The API's endpoints stand on Express' own router, given straight to `http.createServer`: an Express
 * application would answer a quarter of the requests (it swaps the prototypes of each request and
 * response). What is for whoever runs the server is an Express application, loaded when first needed.
 */
import type { ServerResponse } from 'node:http'
import { startingUp } from '../../protocol/errors/capacity.ts'
import { shuttingDown } from '../../protocol/errors/http.ts'
import { retryAfterHeaders } from '../../protocol/rate-limit-headers.ts'
import type { Provider } from '../provider.ts'
import { rewriteAzure } from './azure-request.ts'
import { excessOf } from './bounds.ts'
import { pathOf, type RequestHandler, refuse, serveEndpoint } from './endpoint.ts'
import { chatCompletion } from './endpoints/chat.ts'
import { createSurface, lazily } from './surface.ts'

export type { RequestHandler } from './endpoint.ts'

export interface Health {
  /** False while the server is starting or draining. */
  readonly ready: boolean
  /** When it will have started, in the clock's ms; undefined: it has. */
  readonly upAtMs: number | undefined
  readonly draining: boolean
}

/** `elsewhere`: what answers the API's requests where they are not answered here. */
export function createRequestHandler(
  provider: Provider,
  health: Health,
  elsewhere?: RequestHandler,
): RequestHandler {
  const familyOf = createSurface(provider)
  const chat = serveEndpoint(provider, chatCompletion())
  const operations = lazily(async () =>
    (await import('./operations.ts')).createOperations(provider),
  )
  const rest = lazily(async () => (await import('./endpoints/rest.ts')).serveRest(provider))
  const refuseDraining = refuse(provider, shuttingDown)
  const refuseStarting = refuse(provider, () =>
    startingUp(retryAfterHeaders((health.upAtMs ?? 0) - provider.clock.nowMs())),
  )

  return (request, response) => {
    // The one path that all load takes need not be looked for.
    const isHot = request.url === '/v1/chat/completions' && request.method === 'POST'
    const excess = excessOf(request)
    if (excess) return refuse(provider, () => excess)(request, response)
    if (isHot && !elsewhere && health.ready) return chat(request, response)
    const path = pathOf(request.url)
    if (path === '/healthz') return plain(response, 200, 'ok')
    if (path === '/readyz') {
      return health.ready ? plain(response, 200, 'ready') : plain(response, 503, 'not ready')
    }
    if (path === '/metrics') return operations(request, response)
    if (health.draining) return refuseDraining(request, response)
    if (/^\/_tokadence(\/|$)/.test(path)) return operations(request, response)
    if (health.upAtMs !== undefined) return refuseStarting(request, response)
    if (elsewhere) return elsewhere(request, response)
    if (path.startsWith('/openai/')) rewriteAzure(request)
    const handle = familyOf(pathOf(request.url)) ?? rest
    handle(request, response)
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}
