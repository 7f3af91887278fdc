/** The pages for whoever runs the server: an Express application with metrics and the control plane. */
import express from 'express'
import { unknownUrl } from '../../protocol/errors/http.ts'
import { faultNames } from '../engine/faults/catalogue.ts'
import type { Provider } from '../provider.ts'
import { addAccess } from './control/access.ts'
import { addClock } from './control/clock.ts'
import { addConfig } from './control/config.ts'
import { addPage } from './control/page.ts'
import { addRequests } from './control/requests.ts'
import { addReset } from './control/reset.ts'
import { refuse } from './control/resource.ts'
import { addState } from './control/state.ts'
import { addVerify } from './control/verify.ts'
import type { RequestHandler } from './routes.ts'

/** What stands under /_tokadence; `addAccess` comes before all. */
const resources = [
  addAccess,
  addConfig,
  addReset,
  addClock,
  addRequests,
  addState,
  addVerify,
  addPage,
]

export function createOperations(provider: Provider): RequestHandler {
  const app = express()
  app.disable('x-powered-by')

  const { metrics } = provider
  // Shown from the start: a series that appears with its first event has no rate for it.
  for (const name of faultNames) metrics.faults.add(0, name)
  app.get('/metrics', async (_, response) => {
    const registry = await metrics.instruments.registry()
    response.set('content-type', registry.contentType).send(await registry.metrics())
  })
  for (const add of resources) add(app, provider)
  app.use((request, response) => refuse(response, unknownUrl(request.method, request.path)))
  return app
}
