/**
 * A call whose answer is kept: asked once in all runs of a batch, under a key that is the same in each.
 *
 * The key goes with the request as `Idempotency-Key`. A provider that honours it gives an answer that it has
 * given before again, and bills it once; with one that does not, what was answered in the instant before the
 * process died, and was not yet written, is asked and paid again.
 */
import { createHash } from 'node:crypto'
import type { Checkpoint } from './checkpoint.ts'
import type { Client } from './client.ts'
import { type CallOptions, type ChatRequest, wireRequest } from './request.ts'
import { type ChatResult, ClientError } from './result.ts'
import { type Spent, spentBy } from './spent.ts'

/** What is kept of a result: all but its times and attempts. */
export type KeptAnswer = Pick<
  ChatResult,
  'how' | 'text' | 'refusal' | 'toolCalls' | 'finishReason' | 'model' | 'id' | 'usage' | 'cost'
> & {
  /** Of all its attempts. */
  readonly spent: Spent
  /** Whether an earlier run has asked it. */
  readonly isResumed: boolean
}

export interface Identity {
  /** The batch's, the same in each of its runs. */
  readonly batch: string
  /** The item's in the batch: a document's name, an index. */
  readonly item: string
  readonly checkpoint?: Checkpoint | undefined
}

/** Rejects with ClientError as `complete` does, and with what the disk says when the answer cannot be kept. */
export async function completeOnce(
  client: Client,
  request: ChatRequest,
  options: CallOptions,
  { batch, item, checkpoint }: Identity,
): Promise<KeptAnswer> {
  const { body } = wireRequest(request, client.options, 1)
  const key = createHash('sha256')
    .update(JSON.stringify([batch, item, body]))
    .digest('base64url')
  const saved = checkpoint?.get(key) as Omit<KeptAnswer, 'isResumed'> | undefined
  if (saved) return { ...saved, isResumed: true }

  const headers = { 'idempotency-key': key, ...request.headers }
  try {
    const result = await client.complete({ ...request, headers }, options)
    const answer = { ...kept(result), spent: spentBy(result) }
    await checkpoint?.save(key, answer)
    return { ...answer, isResumed: false }
  } catch (error) {
    if (checkpoint && error instanceof ClientError && error.result.attempts.length > 0) {
      await checkpoint.saveLoss(key, spentBy(error.result))
    }
    throw error
  }
}

/** What the lines of an earlier run came to. */
export function spentBefore(line: { value: unknown } | { lost: unknown }): Spent {
  return 'lost' in line ? (line.lost as Spent) : (line.value as KeptAnswer).spent
}

function kept(result: ChatResult): Omit<KeptAnswer, 'spent' | 'isResumed'> {
  const { how, text, refusal, toolCalls, finishReason, model, id, usage, cost } = result
  return { how, text, refusal, toolCalls, finishReason, model, id, usage, cost }
}
