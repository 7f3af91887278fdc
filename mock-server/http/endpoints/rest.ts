/**
 * All that the SDK can ask for and no other family answers: in lenient mode with an object of the SDK's own
 * type, else with 404 as any unknown URL.
 */

import { isObject } from '../../../protocol/checks.ts'
import { unknownUrl } from '../../../protocol/errors/http.ts'
import { type FoundOperation, operationFor, sdkSurface } from '../../../protocol/sdk/surface.ts'
import { dataEvent, doneEvent } from '../../../protocol/sse.ts'
import { createStandIns } from '../../engine/stand-in.ts'
import type { Provider } from '../../provider.ts'
import { type Call, pathOf, type RequestHandler, refuse, serveEndpoint } from '../endpoint.ts'
import { type Exchange, sendBytes } from '../exchange.ts'

export function serveRest(provider: Provider): RequestHandler {
  const refuseUrl = refuse(provider, ({ method, url }) => unknownUrl(method ?? '', pathOf(url)))
  if (!provider.options.lenient) return refuseUrl
  const standIns = createStandIns(sdkSurface(), provider.seed)

  function answer({ exchange, body }: Call, { operation, params }: FoundOperation): unknown {
    const asked = { operation, params, body }
    if (operation.stream !== undefined && isObject(body) && body.stream === true) {
      return sendText(exchange, 'text/event-stream; charset=utf-8', framed(standIns.events(asked)))
    }
    if (operation.kind === 'binary') {
      return sendText(exchange, 'application/octet-stream', `${operation.path}\n`)
    }
    if (operation.kind === 'none' && operation.method !== 'DELETE') {
      return sendText(exchange, undefined, '')
    }
    return standIns.answer(asked)
  }

  return (request, response) => {
    const { method = '', url = '' } = request
    const path = pathOf(url).replace(/^\/v1(?=\/)/, '')
    const isBeta = new URLSearchParams(url.slice(pathOf(url).length)).get('beta') === 'true'
    const found = operationFor(method, path, isBeta)
    if (!found) return refuseUrl(request, response)
    const endpoint = {
      method: found.operation.method,
      path: found.operation.path,
      name: 'other',
      body: found.operation.method === 'POST' ? 'any' : 'none',
      answer: (call: Call) => answer(call, found),
    } as const
    serveEndpoint(provider, endpoint)(request, response)
  }
}

/** Returns undefined: the answer is sent. */
function sendText(exchange: Exchange, type: string | undefined, text: string): undefined {
  sendBytes(exchange, Buffer.from(text), type === undefined ? [] : ['content-type', type])
}

/** Events whose type names them beside their data go out under that name. */
function framed(events: readonly unknown[]): string {
  const frames = events.map(event => {
    const isNamed = isObject(event) && typeof event.event === 'string' && 'data' in event
    if (!isNamed) return dataEvent(JSON.stringify(event))
    return `event: ${event.event}\n${dataEvent(JSON.stringify(event.data))}`
  })
  const areNamed = frames.some(frame => frame.startsWith('event:'))
  return `${frames.join('')}${areNamed ? 'event: done\n' : ''}${doneEvent}`
}
