/** An answer that is sent as one JSON object when its last token is due. */
import { OVER, type Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import { closeExchange, type Exchange, sendError, sendJson } from './exchange.ts'
import { roundedMs } from './pacing.ts'

export function createJsonPart(
  exchange: Exchange,
  plan: Pick<Plan, 'dueMs' | 'outputTokens'>,
  body: () => string,
  headers: readonly string[],
): Part {
  const { startMs, entry, provider } = exchange
  return {
    dueMs: startMs + plan.dueMs.at(-1)!,
    isLast: true,
    play(nowMs) {
      const lateMs = nowMs - startMs - plan.dueMs.at(-1)!
      sendJson(exchange, 200, body(), headers)
      entry.done.maxPacingErrorMs = lateMs
      entry.done.firstTokenMs = entry.done.lastTokenMs = nowMs - startMs
      entry.done.eventMs.push(roundedMs(nowMs - startMs))
      provider.metrics.pacingError.observe(lateMs / 1000)
      entry.done.outputTokens = plan.outputTokens
      provider.metrics.outputTokens.value += plan.outputTokens
      closeExchange(exchange, 'ok')
      return OVER
    },
    failed: error => sendError(exchange, error),
  }
}
