/** An answer too large to be made in one go: written as it is made, a few milliseconds at a time. */
import { OVER, type Part } from '../engine/conductor.ts'
import { addAnswerHeaders, closeExchange, type Exchange, sendError } from './exchange.ts'
import { roundedMs } from './pacing.ts'

/** How long it may hold up streams; well above one piece's work. */
const SLICE_MS = 4
/** How long others are let in between two slices; a reader that does not keep up is looked at as often. */
const PAUSE_MS = 1

/**
 * Begins when `dueMs[0]` ms have passed since the request. `pieces`: texts that joined are the body; empty ones
 * are pause points. `headers`: names and values, the content type among them.
 */
export function createSlicesPart(
  exchange: Exchange,
  dueMs: readonly number[],
  pieces: Generator<string, undefined>,
  headers: readonly string[],
): Part {
  const { response, startMs, provider, entry } = exchange
  const { clock, metrics } = provider

  function begin(nowMs: number): void {
    const lateMs = nowMs - startMs - dueMs[0]!
    entry.done.maxPacingErrorMs = lateMs
    entry.done.firstTokenMs = nowMs - startMs
    entry.done.eventMs.push(roundedMs(nowMs - startMs))
    metrics.pacingError.observe(lateMs / 1000)
    response.writeHead(200, addAnswerHeaders(exchange, [...headers]))
  }

  return {
    get dueMs() {
      return startMs + dueMs[0]!
    },
    play(nowMs) {
      if (response.writableNeedDrain) return nowMs + PAUSE_MS
      if (!response.headersSent) begin(nowMs)
      const untilMs = clock.nowMs() + SLICE_MS
      let text = ''
      do {
        const piece = pieces.next()
        if (piece.done) {
          entry.done.bytes += Buffer.byteLength(text)
          response.end(text)
          entry.done.lastTokenMs = clock.nowMs() - startMs
          closeExchange(exchange, 'ok')
          return OVER
        }
        text += piece.value
      } while (clock.nowMs() < untilMs)
      entry.done.bytes += Buffer.byteLength(text)
      if (text !== '') response.write(text)
      return clock.nowMs() + PAUSE_MS
    },
    failed: error => sendError(exchange, error),
  }
}
