/**
 * A request with an `Idempotency-Key`: its answer is written down as it is sent, and given again, at once and from
 * memory, to whoever sends the same request under the same key. That counts for no limit, takes no place in the engine
 * and meets no fault.
 */
import { createHash } from 'node:crypto'
import { keyReused } from '../../protocol/errors/own.ts'
import { createIdempotency, type Idempotency, type KeptAnswer } from '../engine/idempotency.ts'
import type { Outcome } from '../engine/journal.ts'
import type { Provider } from '../provider.ts'
import { recordAnswer } from './answer-record.ts'
import type { Call } from './endpoint.ts'
import { addAnswerHeaders, closeExchange, type Exchange, sendError } from './exchange.ts'

/** What all answers kept take together, and how long one is kept: a day, as those keep them who keep them. */
const MAX_BYTES = 2 ** 26
const MAX_AGE_MS = 86_400_000
/** Of one answer; a larger one is not kept, and made again. */
const MAX_ANSWER_BYTES = 2 ** 24

/** Answers by what was answered before, or by `answer`. */
export function answerOnce(call: Call, idempotencyKey: string, answer: () => void): void {
  const { exchange, provider } = call
  const { entry, response } = exchange
  if (provider.options.idempotency === 0) {
    answer()
    return
  }
  const answers = provider.shared(keptAnswers)
  const id = idOf(call, idempotencyKey)
  const print = printOf(call)

  function claim(): void {
    if (entry.done.outcome !== 'open') return
    const claimed = answers.claim(id, print, provider.clock.nowMs(), claim)
    if (claimed.is === 'other') sendError(exchange, keyReused(idempotencyKey))
    else if (claimed.is === 'known') sendAgain(exchange, claimed.answer)
    else if (claimed.is === 'waiting') {
      // A manual clock need not wait for it: it waits for another that does.
      provider.time.unsettled?.held(response)
      exchange.onOver = claimed.leave
    } else {
      const record = recordAnswer(response, MAX_ANSWER_BYTES)
      exchange.startMs = provider.clock.nowMs()
      exchange.settled = outcome => claimed.settle(keptOf(exchange, outcome, record.taken()))
      answer()
    }
  }
  claim()
}

function keptAnswers({ options, onReset }: Provider): Idempotency {
  const answers = createIdempotency({
    maxAnswers: options.idempotency,
    maxBytes: MAX_BYTES,
    maxAgeMs: MAX_AGE_MS,
  })
  onReset(answers.clear, answers.clear)
  return answers
}

/** The caller, the path and the key, in 43 characters however long they are. */
function idOf({ exchange: { entry, request } }: Call, idempotencyKey: string): string {
  const path = (request.url ?? '').split('?', 1)[0]!.replace(/^\/v1(?=\/)/, '')
  return hashOf([JSON.stringify([entry.caller, path, idempotencyKey])])
}

/** What is asked. */
function printOf({ body, query, files }: Call): string {
  const parts: (string | Uint8Array)[] = [JSON.stringify([body, query.toString()])]
  for (const [field, uploads] of files) {
    for (const { name, type, bytes } of uploads) {
      parts.push(JSON.stringify([field, name, type, bytes.length]), bytes)
    }
  }
  return hashOf(parts)
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url')
}

/** Undefined: it is nothing to give again. What went wrong on purpose is not, however it ended. */
function keptOf(
  { entry }: Exchange,
  outcome: Outcome,
  taken: Pick<KeptAnswer, 'status' | 'headers' | 'body'> | undefined,
): KeptAnswer | undefined {
  if (outcome !== 'ok' || entry.fault !== undefined || !taken || taken.status >= 300) {
    return undefined
  }
  const { requestId, key, model, stream } = entry
  return { requestId, key, model, stream, ...taken }
}

/** With an id of its own, and nothing of the limits, which may have changed since. */
function sendAgain(exchange: Exchange, answer: KeptAnswer): void {
  const { entry, response, provider } = exchange
  entry.replayOf = answer.requestId
  entry.key = answer.key
  entry.model = answer.model
  entry.stream = answer.stream
  provider.metrics.idempotentReplays.add()
  const own = addAnswerHeaders(exchange, [])
  const replaced = new Set(own.filter((_, i) => i % 2 === 0))
  const headers = answer.headers.filter((_, i) => {
    const name = answer.headers[i - (i % 2)]!
    return !replaced.has(name) && !name.includes('ratelimit')
  })
  response.writeHead(answer.status, [...headers, 'idempotent-replayed', 'true', ...own])
  response.end(answer.body)
  entry.done.bytes += answer.body.length
  closeExchange(exchange, 'ok')
}
