/** /batches: created, listed, told of and cancelled. */
import type { IncomingMessage } from 'node:http'
import { createRandom } from '../../../base/random.ts'
import { parseBatchRequest } from '../../../protocol/batch-request.ts'
import { createBatchStore } from '../../engine/batches/store.ts'
import { pageOf } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import { createDispatcher } from '../dispatch.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { readPageQuery } from '../page-query.ts'
import { findFile, storedFiles } from '../stored-files.ts'

const MAX_BATCHES = 1000
/** Of all batches together. */
const MAX_SOCKETS = 64

export function batchEndpoints(provider: Provider): readonly Endpoint[] {
  const { clock, created, options, seed } = provider
  const { lenient } = options
  const dispatcher = createDispatcher({ maxSockets: MAX_SOCKETS })
  const batches = createBatchStore({
    clock,
    created,
    files: provider.shared(storedFiles),
    random: createRandom(seed, 'batches'),
    time: () => provider.options.batchTime,
    maxBatches: MAX_BATCHES,
    lenient,
  })
  provider.onReset(batches.close)
  provider.onDrain(() => {
    batches.close()
    dispatcher.close()
  })

  function create({ body, apiKey, exchange }: Call) {
    const request = parseBatchRequest(body, lenient)
    const input = findFile(provider, request.input_file_id, 'input_file_id')
    const dispatch = dispatcher.to({ ...ownAddress(exchange.request), apiKey })
    return batches.create(request, input, dispatch)
  }

  return [
    { method: 'POST', path: '/batches', name: 'batches', answer: create },
    {
      method: 'GET',
      path: '/batches',
      name: 'batches',
      answer: ({ query }) =>
        pageOf(batches.all(), readPageQuery(query, { fallback: 20, max: 100, lenient })),
    },
    {
      method: 'GET',
      path: '/batches/:id',
      name: 'batches',
      answer: ({ params }) => batches.get(params.id!),
    },
    {
      method: 'POST',
      path: '/batches/:id/cancel',
      name: 'batches',
      body: 'any',
      answer: ({ params }) => batches.cancel(params.id!),
    },
  ]
}

/** The end of the connection that is ours: where the client reached the server, the server reaches itself. */
function ownAddress({ socket }: IncomingMessage) {
  return { host: socket.localAddress!, port: socket.localPort!, isSecure: 'encrypted' in socket }
}
