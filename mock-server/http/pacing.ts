/** How a stream kept its time, token by token: its journal entry and the pace metrics. */
import { keptSteps } from '../engine/journal.ts'
import type { Exchange } from './exchange.ts'

/** How long a reader that does not keep up is left alone before it is looked at again. */
export const slowReaderMs = 10

export interface Pacing {
  /** `tokens` of step `step` were written at `nowMs` that were due `dueMs` after the request. */
  told(nowMs: number, dueMs: number, tokens: number, step: number): void
}

export function createPacing(exchange: Exchange): Pacing {
  const { entry, provider, startMs } = exchange
  const { metrics } = provider
  const { done } = entry
  let lastStep = -1
  return {
    told(nowMs, dueMs, tokens, step) {
      if (exchange.fault?.isMute) return
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
      done.outputTokens = (done.outputTokens ?? 0) + tokens
      metrics.outputTokens.value += tokens
      if (step === lastStep || done.eventMs.length >= keptSteps) return
      lastStep = step
      done.eventMs.push(roundedMs(sinceStartMs))
    },
  }
}

/** To the microsecond. */
export function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
