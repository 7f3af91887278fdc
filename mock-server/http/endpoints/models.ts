/** /models and /models/{id}. */
import { noSuchModel } from '../../../protocol/errors/model.ts'
import { wellKnownModels } from '../../../protocol/models.ts'
import { modelIn, modelListIn } from '../../dialects/in-dialect.ts'
import type { Provider } from '../../provider.ts'
import type { Endpoint } from '../endpoint.ts'

export function modelEndpoints({
  models,
  dialect,
  options,
  serves,
}: Provider): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/models',
      name: 'models',
      answer: () => modelListIn(dialect, models.size > 0 ? [...models] : wellKnownModels),
    },
    {
      method: 'GET',
      // A model's name may hold slashes: meta-llama/Llama-3-8b.
      path: '/models/*id',
      name: 'models',
      answer({ params }) {
        const id = params.id!
        if (!serves(id)) throw noSuchModel(id)
        return modelIn(dialect, id)
      },
    },
    {
      method: 'DELETE',
      path: '/models/*id',
      name: 'models',
      answer({ params }) {
        const id = params.id!
        if (!serves(id) && !options.lenient) throw noSuchModel(id)
        return { id, object: 'model', deleted: true }
      },
    },
  ]
}
