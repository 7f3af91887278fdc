/** A body of bytes, such as sound, sent part by part as each is due. */
import { OVER, type Part } from '../engine/conductor.ts'
import { addAnswerHeaders, closeExchange, type Exchange, sendError } from './exchange.ts'
import { createPacing } from './pacing.ts'

/** A part of sound fills the socket by itself: it is looked at again soon. */
const FULL_SOCKET_MS = 1

export interface BytesScript {
  /** Due times in ms from the request, ascending, at least one. */
  readonly dueMs: readonly number[]
  /** Asked for once for each step, in order. `tokens`: what the bytes count as. */
  at(step: number): { readonly bytes: Uint8Array; readonly tokens: number }
}

/** `headers`: names and values, the content type among them; they are sent with the first part. */
export function createBytesPart(
  exchange: Exchange,
  { dueMs, at }: BytesScript,
  headers: readonly string[],
): Part {
  const { response, startMs, entry } = exchange
  const pacing = createPacing(exchange)
  let step = 0

  return {
    get dueMs() {
      return startMs + dueMs[0]!
    },
    play(nowMs) {
      if (response.writableNeedDrain) return nowMs + FULL_SOCKET_MS
      const { bytes, tokens } = at(step)
      if (step === 0) response.writeHead(200, addAnswerHeaders(exchange, [...headers]))
      response.write(bytes)
      entry.done.bytes += bytes.length
      pacing.told(nowMs, dueMs[step]!, tokens, step)
      step++
      if (step < dueMs.length) return startMs + dueMs[step]!
      response.end()
      closeExchange(exchange, 'ok')
      return OVER
    },
    failed: error => sendError(exchange, error),
  }
}
