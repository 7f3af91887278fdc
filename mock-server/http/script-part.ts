/** A script played as server-sent events: each step when it is due, each event in one write. */
import { OVER, type Part } from '../engine/conductor.ts'
import type { Script, ScriptEvent } from '../engine/script.ts'
import { closeExchange, type Exchange, sendError } from './exchange.ts'
import { createPacing, slowReaderMs } from './pacing.ts'

/** `lineEnd`: LF for most streams, CRLF for those of sound. */
export function createScriptPart(exchange: Exchange, script: Script, lineEnd: '\n' | '\r\n'): Part {
  const { response, startMs, entry } = exchange
  const pacing = createPacing(exchange)
  const { dueMs } = script
  let step = 0

  return {
    get dueMs() {
      return startMs + dueMs[0]!
    },
    play(nowMs) {
      // A reader that does not keep up holds its own reply back, and nothing else.
      if (response.writableNeedDrain) return nowMs + slowReaderMs
      for (const event of script.at(step)) {
        const text = eventText(event, lineEnd)
        entry.done.bytes += Buffer.byteLength(text)
        response.write(text)
        if (entry.done.outcome !== 'open') return OVER
        if (event.tokens > 0) pacing.told(nowMs, dueMs[step]!, event.tokens, step)
      }
      step++
      if (step < dueMs.length) return startMs + dueMs[step]!
      response.end()
      closeExchange(exchange, 'ok')
      return OVER
    },
    failed: error => sendError(exchange, error),
  }
}

export function eventText({ name, data, comment }: ScriptEvent, lineEnd = '\n'): string {
  const before = comment === undefined ? '' : `: ${comment}${lineEnd}${lineEnd}`
  const named = name === undefined ? '' : `event: ${name}${lineEnd}`
  return `${before}${named}data: ${data}${lineEnd}${lineEnd}`
}
