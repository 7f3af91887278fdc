/** A request's seat in the engine: asked for when it comes, taken when it is planned, given back when it is over. */
import { modelBusy } from '../../protocol/errors/capacity.ts'
import { overloaded } from '../../protocol/errors/http.ts'
import { chatTooLong } from '../../protocol/errors/model.ts'
import { retryAfterHeaders } from '../../protocol/rate-limit-headers.ts'
import type { Capacity, Need, Seat } from '../engine/capacity/capacity.ts'
import { seatPart } from '../engine/capacity/seated-part.ts'
import type { Part } from '../engine/conductor.ts'
import { keptSteps } from '../engine/journal.ts'
import { isDispatched } from './dispatch.ts'
import type { Exchange } from './exchange.ts'

/** Asks for a place, if there are places. Throws ApiError 503 or 429 where there is none left. */
export function claimSeat(exchange: Exchange): void {
  const { provider, request, entry } = exchange
  const { capacity } = provider
  if (!capacity || entry.done.outcome !== 'open') return
  // A batch is not refused for its own requests: they wait, however long the line is.
  exchange.seat = capacity.claim(isDispatched(request))
  if (!exchange.seat) throw busy(exchange, capacity)
}

function busy({ provider }: Exchange, capacity: Capacity): Error {
  const headers = retryAfterHeaders(capacity.waitMs())
  if (provider.options.overload !== '429') return overloaded(headers)
  provider.metrics.rateLimited.add(1, 'capacity')
  return modelBusy(headers)
}

/** Tokens of memory that one request may take. */
export function memoryOf({ provider }: Exchange): number {
  return provider.capacity?.settings.kvTokens ?? Number.POSITIVE_INFINITY
}

/** Throws ApiError 400 for a prompt and reply that never fit into memory. `maxTokens`: the reply's, if it is said. */
export function checkFitsMemory(
  exchange: Exchange,
  promptTokens: number,
  maxTokens?: number,
): void {
  const kvTokens = memoryOf(exchange)
  if (promptTokens + (maxTokens ?? 1) <= kvTokens) return
  throw chatTooLong(kvTokens, promptTokens, maxTokens)
}

/**
 * Gets in line, now that it is known what the request takes. Returns the due times as the request's own, which its
 * part is to read while they change. Throws ApiError where the line is full after all.
 */
export function enterSeat(
  exchange: Exchange,
  need: Omit<Need, 'durationMs'>,
  dueMs: readonly number[],
): readonly number[] {
  const { seat, startMs, lease, provider, entry } = exchange
  if (!seat) return dueMs
  // Others may have the same list: here it is written to.
  const own = dueMs.slice()
  if (entry.done.outcome !== 'open') return own
  const durationMs = dueMs.at(-1)!
  const { capacity } = provider
  if (!seat.enter({ ...need, durationMs }, startMs)) {
    throw capacity ? busy(exchange, capacity) : overloaded({})
  }
  const waitMs = seat.admittedMs === undefined ? (capacity?.waitMs() ?? 0) : 0
  const endsAtMs = Math.min(seat.endsAtMs, startMs + waitMs + durationMs)
  lease?.plan(entry.intended!.outputTokens, endsAtMs, provider.clock.nowMs())
  return own
}

/** Gives back what it turns out not to need. */
export function leaveSeat(exchange: Exchange): void {
  exchange.seat?.leave(exchange.provider.clock.nowMs())
  exchange.seat = undefined
}

/** A part that is played when the seat comes to it. `leads`: steps before the first token. */
export function seatedPart(
  exchange: Exchange,
  part: Part,
  { seat, dueMs, leads = 0 }: { seat: Seat; dueMs: readonly number[]; leads?: number },
): { start(): void; stop(): void } {
  const { provider, startMs, entry, response } = exchange
  const { conductor } = provider
  /** As the journal tells them: what is expected of steps that are not reached yet. */
  const toldMs = dueMs.slice(leads, leads + keptSteps)
  // A manual clock need not wait for it: it waits for the clock itself.
  provider.time.unsettled?.held(response)
  return seatPart(part, {
    seat,
    startMs,
    dueMs: dueMs as number[],
    leads,
    start: part => conductor.start(part, response),
    stop: part => conductor.stop(part),
    ready() {
      const queueMs = seat.admittedMs! - startMs
      const prefillMs = seat.readyMs! - seat.admittedMs!
      for (let i = 0; i < toldMs.length; i++) toldMs[i]! += queueMs + prefillMs
      entry.intended = { ...entry.intended!, dueMs: toldMs, queueMs, prefillMs }
      const { outputTokens } = entry.intended
      exchange.lease?.plan(outputTokens, seat.endsAtMs, provider.clock.nowMs())
    },
    reached(step) {
      const place = step - leads
      if (place >= 0 && place < toldMs.length) toldMs[place] = dueMs[step]!
    },
  })
}
