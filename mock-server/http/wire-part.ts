/**
 * A script whose writes were planned: several events in one, one over several, the headers late.
 *
 * The last piece of a write is sent when the write is due and those before it a little earlier, so that an event is
 * whole on time however it is cut.
 */

import type { WirePlan } from '../engine/cadence/wire-plan.ts'
import { OVER, type Part } from '../engine/conductor.ts'
import type { Script } from '../engine/script.ts'
import { closeExchange, type Exchange, sendError } from './exchange.ts'
import type { Progress } from './keep-alive.ts'
import { createPacing, slowReaderMs } from './pacing.ts'
import { eventText } from './script-part.ts'

/** How far apart the pieces of a write are, at most: two that are written at once would be read at once. */
const PIECE_GAP_MS = 1

export type WirePart = Part & Progress

/** `open` sends the headers, if they are not sent yet. */
export function createWirePart(
  exchange: Exchange,
  script: Script,
  wire: WirePlan,
  { lineEnd, open }: { lineEnd: '\n' | '\r\n'; open(): void },
): WirePart {
  const { response, startMs, entry } = exchange
  const pacing = createPacing(exchange)
  const { dueMs } = script
  const { headersMs, writes, cutsOf } = wire
  /** The first step of the write that is on its way, and the first behind it. */
  let step = 0
  let end = writes?.[0] ?? 1
  let write = 0
  let cuts = cutsOf?.(0) ?? []
  /** What is left of it. */
  let pieces: readonly Uint8Array[] = []
  let tokensOf: readonly number[] = []
  let written = -1

  /** When the next piece is to be sent, in the clock's ms; `left`: how many pieces there still are. */
  function atMs(left: number): number {
    const due = dueMs[end - 1]!
    if (due === Infinity) return due
    const before = Math.min(due, step === 0 ? (headersMs ?? 0) : dueMs[step - 1]!)
    const gapMs = Math.min(PIECE_GAP_MS, (due - before) / (cuts.length + 1))
    return startMs + due - (left - 1) * gapMs
  }

  function nextAtMs(): number {
    return atMs(cuts.length + 1)
  }

  /** Puts together what is written at once, and cuts it where it is to be cut. */
  function begin(): void {
    const texts: string[] = []
    const tokens: number[] = []
    for (let i = step; i < end; i++) {
      const events = script.at(i)
      texts.push(...events.map(event => eventText(event, lineEnd)))
      tokens.push(events.reduce((sum, event) => sum + event.tokens, 0))
    }
    tokensOf = tokens
    if (texts.length > 0) written = end - 1
    pieces = writes ? cutAt(texts.join(''), cuts) : texts.map(text => Buffer.from(text))
    for (const { length } of pieces) entry.done.bytes += length
  }

  function finishWrite(nowMs: number): void {
    tokensOf.forEach((tokens, i) => {
      if (tokens > 0) pacing.told(nowMs, dueMs[step + i]!, tokens, step + i)
    })
    step = end
    write++
    cuts = cutsOf?.(write) ?? []
    end = writes?.[write] ?? step + 1
  }

  return {
    get dueMs() {
      return Math.min(startMs + (headersMs ?? Infinity), nextAtMs())
    },
    get played() {
      return step
    },
    get written() {
      return written
    },
    play(nowMs) {
      if (response.writableNeedDrain) return nowMs + slowReaderMs
      const isFirst = !response.headersSent
      open()
      if (isFirst && nowMs < nextAtMs()) return nextAtMs()
      if (pieces.length === 0) begin()
      do {
        const [piece, ...rest] = pieces
        if (piece && piece.length > 0) response.write(piece)
        pieces = rest
        if (writes && rest.length > 0) return atMs(rest.length)
      } while (pieces.length > 0)
      finishWrite(nowMs)
      if (step < dueMs.length) return nextAtMs()
      response.end()
      closeExchange(exchange, 'ok')
      return OVER
    },
    failed: error => sendError(exchange, error),
  }
}

/** `shares`: of the bytes, ascending. */
function cutAt(text: string, shares: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.from(text)
  const places = [0, ...shares.map(share => Math.floor(share * bytes.length)), bytes.length]
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to))
}
