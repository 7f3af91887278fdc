/** What requests share that generate something other than a reply: model, chance, limits and pace. */
import { createHash, webcrypto } from 'node:crypto'
import type { Random } from '../../base/random.ts'
import { unknownModel } from '../../protocol/errors/model.ts'
import { keptSteps } from '../engine/journal.ts'
import { admitTokens } from './admit.ts'
import type { Call } from './endpoint.ts'
import { type Exchange, struck } from './exchange.ts'
import { randomFor } from './request-chance.ts'
import { claimSeat, enterSeat } from './seat.ts'

type Request = Pick<Call, 'exchange' | 'provider'>

/** Notes the model; throws ApiError when it is not served. */
export function serveModel({ exchange, provider }: Request, model: string): void {
  exchange.entry.model = model
  if (!provider.serves(model)) throw unknownModel(model)
}

/** The request's random stream, named by the caller's own key, else by what it says. */
export function chanceOf({ exchange }: Pick<Call, 'exchange'>, says: readonly string[]): Random {
  return randomFor(exchange, () => keyOf(says))
}

/** 16 hexadecimal digits. */
function keyOf(says: readonly string[]): string {
  const hash = createHash('sha1')
  for (const text of says) hash.update(text).update('\u001f')
  return hash.digest('hex').slice(0, 16)
}

/** What a file says to `chanceOf`; hashed off the event loop. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-1', bytes)).toString('hex')
}

export interface WorkTokens {
  readonly promptTokens: number
  readonly outputTokens: number
}

/** Takes the request past the limits and to its place; returns the headers that tell of them. Throws ApiError 429, 503. */
export function admitWork(
  { exchange, apiKey }: Pick<Call, 'exchange' | 'apiKey'>,
  { promptTokens, outputTokens }: WorkTokens,
): readonly string[] {
  const model = exchange.entry.model ?? ''
  const headers = admitTokens(exchange, { apiKey, model, inputTokens: promptTokens, outputTokens })
  claimSeat(exchange)
  if (exchange.strike) strikeOrGo(exchange.strike)
  return headers
}

/** Throws where it is not to be answered any more. */
function strikeOrGo(strike: NonNullable<Exchange['strike']>): void {
  let goes = false
  strike(() => {
    goes = true
  })
  if (!goes) throw struck
}

/** Due times in ms from the request of `steps` steps, at the pace of tokens. */
export function paceWork(
  { exchange, provider }: Request,
  random: Random,
  steps: number,
  { promptTokens, outputTokens }: WorkTokens,
): readonly number[] {
  const { ttft, itl } = provider.cadence
  const dueMs = [ttft.sample(random)]
  while (dueMs.length < steps) dueMs.push(dueMs.at(-1)! + itl.sample(random))
  const endsAtMs = exchange.startMs + dueMs.at(-1)!
  exchange.lease?.plan(outputTokens, endsAtMs, provider.clock.nowMs())
  exchange.entry.intended = { promptTokens, outputTokens, dueMs: dueMs.slice(0, keptSteps) }
  provider.metrics.inputTokens.value += promptTokens
  // Nothing of it is kept in memory for replies.
  return enterSeat(exchange, { kvTokens: 0, prefillTokens: promptTokens }, dueMs)
}
