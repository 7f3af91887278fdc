/** Comments in a stream that has nothing to say for a while: they keep connections from being taken for dead. */
import { OVER, type Part } from '../engine/conductor.ts'
import type { Exchange } from './exchange.ts'

/** How far a stream has come. */
export interface Progress {
  /** Steps that were played. */
  readonly played: number
  /** The last step of which something was written; -1: none yet. */
  readonly written: number
}

/** What is watched for silence. */
interface Watched {
  /** When its steps are due, ms from the request; Infinity: it is not known yet. */
  readonly dueMs: readonly number[]
  /** When the headers are sent, ms from the request; Infinity: with the first step. */
  readonly fromMs: number
  readonly progress: Progress
}

/** How soon it is looked again whether a step that is late was played. */
const LATE_MS = 10

/**
 * A comment after each `keepAliveMs` in which nothing was to be said. The planned times say when, so that the same plan
 * has the same comments however busy the server is.
 */
export function createKeepAlive(
  { response, startMs, entry }: Exchange,
  keepAliveMs: number,
  { dueMs, fromMs, progress }: Watched,
): Part {
  let written = -1
  /** Comments since then. */
  let count = 0

  return {
    dueMs: startMs + (fromMs === Infinity ? 0 : fromMs) + keepAliveMs,
    play(nowMs) {
      if (response.writableEnded) return OVER
      if (!response.headersSent) return nowMs + keepAliveMs
      if (progress.written !== written) {
        written = progress.written
        count = 0
      }
      const beforeMs = written < 0 ? fromMs : dueMs[written]!
      const atMs = startMs + beforeMs + (count + 1) * keepAliveMs
      if (nowMs < atMs) return atMs
      // A step that should be out already, and waits for a reader that does not keep up: that is no silence.
      if (startMs + dueMs[progress.played]! <= atMs) return nowMs + LATE_MS
      count++
      // One that does not read is sent nothing that it did not ask for.
      if (!response.writableNeedDrain) {
        response.write(COMMENT)
        entry.done.bytes += COMMENT.length
      }
      return atMs + keepAliveMs
    },
    failed() {
      response.destroy()
    },
  }
}

const COMMENT = ': keep-alive\n\n'
