/** The batches of a provider: created, found, cancelled; the oldest are forgotten first. */
import type { Clock } from '../../../base/clock.ts'
import type { Distribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'
import { readBatchLines } from '../../../protocol/batch-lines.ts'
import { type BatchObject, become, mayBecome, newBatch } from '../../../protocol/batch-object.ts'
import type { BatchRequest } from '../../../protocol/batch-request.ts'
import { batchOver, noSuchBatch, notForBatches } from '../../../protocol/errors/file.ts'
import { batchId } from '../../../protocol/ids.ts'
import type { FileStore, KeptFile } from '../file-store.ts'
import { createStore } from '../store.ts'
import { planBatch } from './plan.ts'
import { createBatchResults } from './results.ts'
import { type BatchRun, type Dispatch, runBatch } from './run.ts'

export interface BatchStore {
  /** Starts one; `dispatch` sends its requests. Throws ApiError for a file that is for something else. */
  create(request: BatchRequest, input: KeptFile, dispatch: Dispatch): BatchObject
  /** Throws ApiError for an unknown id, as does `cancel`. */
  get(id: string): BatchObject
  /** Throws ApiError 409 for one that is over; one that is cancelling already stays so. */
  cancel(id: string): BatchObject
  /** Oldest first. */
  all(): BatchObject[]
  /** Stops all of them. */
  close(): void
}

export interface BatchStoreParts {
  readonly clock: Clock
  /** Unix seconds, for what the objects say. */
  readonly created: () => number
  readonly files: FileStore
  readonly random: Random
  /** How long a batch takes. */
  readonly time: () => Distribution
  readonly maxBatches: number
  /** Unknown batches come into being, and any file will do. */
  readonly lenient: boolean
}

const MAX_LINES = 50_000

export function createBatchStore(parts: BatchStoreParts): BatchStore {
  const { clock, created, files, random, time, lenient } = parts
  const runs = createStore<BatchRun>(parts.maxBatches, run => run.stop())
  let count = 0

  function find(id: string): BatchRun {
    const run = runs.get(id)
    if (run) return run
    if (!lenient) throw noSuchBatch(id)
    return runs.put(placeholder(id, created))
  }

  return {
    create(request, { object: file, bytes }, dispatch) {
      if (file.purpose !== 'batch' && !lenient) throw notForBatches(file.id, file.purpose)
      const own = random.fork(++count)
      const opened = newBatch(batchId(own), request, created())
      const results = createBatchResults({
        batchId: opened.id,
        random: own,
        files,
        expiresAfterS: request.outputExpiresAfterS,
      })
      const run = runBatch(opened, {
        clock,
        created,
        lines: readBatchLines(bytes, { endpoint: request.endpoint, maxLines: MAX_LINES }),
        plan: planBatch(time().sample(own.fork('time'))),
        results,
        dispatch,
      })
      return runs.put(run).object
    },
    get: id => find(id).object,
    cancel(id) {
      const run = find(id)
      const { object } = run
      if (mayBecome(object, 'cancelling')) run.cancel()
      else if (object.status !== 'cancelling' && !lenient) throw batchOver(object.status)
      return run.object
    },
    all: () => runs.all().map(({ object }) => object),
    close: runs.clear,
  }
}

/** A batch that nobody created, and that does nothing. */
function placeholder(id: string, created: () => number): BatchRun {
  const terms = {
    endpoint: '/v1/chat/completions',
    input_file_id: 'file-placeholder',
    completion_window: '24h',
    metadata: null,
  }
  let object = newBatch(id, terms, created())
  return {
    id,
    get object() {
      return object
    },
    cancel() {
      object = become(object, 'cancelling', created())
    },
    stop() {},
  }
}
