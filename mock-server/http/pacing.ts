/** How a stream kept its time, token by token: its journal entry and the pace metrics. */
import type { Exchange } from './exchange.ts'

/** How long a reader that does not keep up is left alone before it is looked at again. */
export const slowReaderMs = 10

export interface Pacing {
  /** `tokens` were written at `nowMs` that were due `dueMs` after the request. */
  told(nowMs: number, dueMs: number, tokens: number): void
}

export function createPacing({ entry, provider, startMs }: Exchange): Pacing {
  const { metrics } = provider
  const { done } = entry
  return {
    told(nowMs, dueMs, tokens) {
      const sinceStartMs = nowMs - startMs
      const lateMs = sinceStartMs - dueMs
      if (lateMs > done.maxPacingErrorMs) done.maxPacingErrorMs = lateMs
      metrics.pacingError.observe(lateMs / 1000)
      if (done.chunks === 0) {
        done.firstTokenMs = sinceStartMs
        metrics.timeToFirstToken.observe(sinceStartMs / 1000)
      } else metrics.interTokenLatency.observe((sinceStartMs - done.lastTokenMs!) / 1000)
      done.lastTokenMs = sinceStartMs
      done.chunks++
      metrics.outputTokens.value += tokens
    },
  }
}
