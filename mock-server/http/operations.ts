/** The pages for whoever runs the server: an Express application with metrics and the journal. */
import type { IncomingMessage } from 'node:http'
import express from 'express'
import { unknownUrl } from '../../protocol/errors/http.ts'
import type { Provider } from '../provider.ts'
import type { RequestHandler } from './routes.ts'

export function createOperations({ metrics, journal }: Provider): RequestHandler {
  const app = express()
  app.disable('x-powered-by')

  app.get('/metrics', async (_, response) => {
    const registry = await metrics.instruments.registry()
    response.set('content-type', registry.contentType).send(await registry.metrics())
  })

  // The journal holds prompts: it is shown to this machine only.
  app.use('/_tokadence', (request, response, next) => {
    if (isLoopback(request)) next()
    else response.status(403).json({ error: { message: 'Only this machine may see this.' } })
  })
  app.get('/_tokadence/requests', (_, response) => {
    response.json({ requests: journal.entries() })
  })

  app.use((request, response) => {
    const error = unknownUrl(request.method, request.path)
    response.status(error.status).type('json').send(error.toBody())
  })
  return app
}

function isLoopback({ socket }: IncomingMessage): boolean {
  return /^(::1|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '')
}
