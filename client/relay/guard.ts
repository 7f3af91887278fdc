/** Before every path: who may not use the relay is refused, whose page may is told so, and nothing is kept. */
import type { RequestHandler } from 'express'
import { admit, type OriginRules } from './origin.ts'

/** Throws ApiError for a host or an origin that is not allowed. */
export function guard(origins: OriginRules): RequestHandler {
  return (request, response, next) => {
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    response.vary('origin')
    const { origin, host } = request.headers
    const { cors, refusal } = admit(
      { origin, host, fetchSite: request.get('sec-fetch-site') },
      origins,
    )
    if (refusal) throw refusal
    if (cors !== undefined) {
      response.set({
        'access-control-allow-origin': cors,
        'access-control-expose-headers': 'location, retry-after, retry-after-ms',
      })
    }
    if (request.method !== 'OPTIONS') {
      next()
      return
    }
    if (cors !== undefined) response.set(preflight)
    response.status(204).end()
  }
}

const preflight = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'content-type, last-event-id, x-session-id',
  'access-control-max-age': '600',
}
