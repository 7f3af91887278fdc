/** Many requests to many answers: a failure is its request's own, and a checkpoint keeps what is done. */
import { randomUUID } from 'node:crypto'
import { mapAsCompleted, mapInOrder } from './batch.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Client } from './client.ts'
import type { ChatRequest } from './request.ts'
import { ClientError } from './result.ts'
import { completeOnce, type KeptAnswer } from './saved-call.ts'

export interface CompleteAllOptions {
  /** Requests at work at once; the client's limit holds besides. */
  readonly concurrency: number
  /** input: in the order of the requests; completed: as they come. Default: input. */
  readonly order?: 'input' | 'completed' | undefined
  /** Answers are kept there before they are given out, and those of earlier runs are not asked again. */
  readonly checkpoint?: Checkpoint | undefined
  /**
   * What an item is called in all runs; default: its index. Where items may be added in front of others between
   * two runs, a name of their own keeps their answers. Two with the same name and request share an answer.
   */
  readonly nameOf?: ((request: ChatRequest, index: number) => string) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Exactly one of `answer` and `error` is set. */
export interface Completed {
  /** 0 for the first request. */
  readonly index: number
  readonly request: ChatRequest
  readonly answer: KeptAnswer | undefined
  readonly error: ClientError | undefined
}

/**
 * Takes requests as places come free: a million take no more memory than a few. Throws what `signal` was aborted
 * with, what `requests` throws, and what the disk of the checkpoint says.
 */
export function completeAll(
  client: Client,
  requests: Iterable<ChatRequest> | AsyncIterable<ChatRequest>,
  options: CompleteAllOptions,
): AsyncGenerator<Completed, void> {
  const { checkpoint, nameOf, order = 'input' } = options
  const batch = checkpoint?.id ?? randomUUID()

  async function work(request: ChatRequest, index: number, signal: AbortSignal) {
    const identity = { batch, item: nameOf?.(request, index) ?? String(index), checkpoint }
    try {
      const answer = await completeOnce(client, request, { signal }, identity)
      return { index, request, answer, error: undefined }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      return { index, request, answer: undefined, error }
    }
  }

  return (order === 'input' ? mapInOrder : mapAsCompleted)(requests, work, options)
}
