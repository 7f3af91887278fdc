/** GET /models and GET /models/{id}. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { noSuchModel } from '../../protocol/api-error.ts'
import { modelList, modelObject, wellKnownModels } from '../../protocol/models.ts'
import type { Provider } from '../provider.ts'
import { authenticate } from './authenticate.ts'
import { closeExchange, openExchange, sendError, sendJson } from './exchange.ts'

type RoutedRequest = IncomingMessage & { params?: { id?: string | string[] } }

export function modelsRoute(provider: Provider) {
  const listed = provider.models.size > 0 ? [...provider.models] : wellKnownModels
  return (request: RoutedRequest, response: ServerResponse): void => {
    const exchange = openExchange(provider, request, response, 'models')
    try {
      authenticate(request, provider.apiKeys)
      // A model's name may hold slashes: meta-llama/Llama-3-8b.
      const id = [request.params?.id ?? []].flat().join('/')
      if (id !== '' && provider.models.size > 0 && !provider.models.has(id)) throw noSuchModel(id)
      const answer = id === '' ? modelList(listed) : modelObject(id)
      sendJson(exchange, 200, JSON.stringify(answer))
      closeExchange(exchange, 'ok')
    } catch (error) {
      sendError(exchange, error)
    }
  }
}
