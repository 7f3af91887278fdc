/** An answer that is sent as one JSON object when its last token is due. */
import { OVER, type Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import { closeExchange, type Exchange, sendError, sendJson } from './exchange.ts'

export function createJsonPart(
  exchange: Exchange,
  plan: Pick<Plan, 'dueMs' | 'outputTokens'>,
  body: () => string,
  headers: readonly string[],
): Part {
  const { startMs, entry, provider } = exchange
  const dueMs = plan.dueMs.at(-1)!

  return {
    dueMs: startMs + dueMs,
    play(nowMs) {
      const lateMs = nowMs - startMs - dueMs
      sendJson(exchange, 200, body(), headers)
      entry.done.maxPacingErrorMs = lateMs
      entry.done.firstTokenMs = entry.done.lastTokenMs = nowMs - startMs
      provider.metrics.pacingError.observe(lateMs / 1000)
      provider.metrics.outputTokens.value += plan.outputTokens
      closeExchange(exchange, 'ok')
      return OVER
    },
    failed: error => sendError(exchange, error),
  }
}
