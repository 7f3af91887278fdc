/**
 * What a manual clock waits for, in real time, before it moves on: requests on their way in, readers that have
 * not kept up.
 *
 * Bytes need the event loop and not the clock. What one instant sent is read, by a client in this process, a turn of
 * the loop later; what the client does then (the next request, a hang-up) is seen here one or two turns after that.
 * So some turns are let pass at every instant, and as many more as a request takes that has come and is still being
 * read, or whose endpoint or tokenizer is being loaded. A client in another process is given no more than that: its
 * requests are stamped with the time at which they come.
 */
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers'
import { sleep, systemClock } from '../base/clock.ts'
import type { Sink } from './engine/conductor.ts'
import type { SinkWatch } from './engine/exact-conductor.ts'

export interface Unsettled extends SinkWatch {
  /** A request has come; it is settled when its answer waits for the clock, has begun or is over. */
  arrived(response: ServerResponse): void
  /**
   * Resolves when nothing has come for `turns` of the event loop and all is settled, or when nothing more is to be
   * hoped for.
   */
  settle(turns: number): Promise<void>
}

/** How long a request that does not come to an end, or a reader that does not read, holds up the clock: once. */
const PATIENCE_MS = 1000
/** So many turns are spent as they come; then the processor is left to whom we wait for. */
const BUSY_TURNS = 50
const PAUSE_MS = 1

export function createUnsettled(): Unsettled {
  const arriving = new Set<Sink>()
  const full = new Set<Sink>()
  let count = 0

  function isSettled(): boolean {
    for (const sink of arriving) {
      if (sink.destroyed || (sink as ServerResponse).headersSent) arriving.delete(sink)
    }
    for (const sink of full) {
      const isWaiting = sink.writableNeedDrain || sink.socket?.writableNeedDrain
      if (sink.destroyed || !isWaiting) full.delete(sink)
    }
    return arriving.size === 0 && full.size === 0
  }

  return {
    arrived(response) {
      count++
      arriving.add(response)
    },
    held: sink => void arriving.delete(sink),
    full: sink => void full.add(sink),
    async settle(turns) {
      await quiet(turns, () => count)
      if (isSettled()) return
      const untilMs = systemClock.nowMs() + PATIENCE_MS
      for (let i = 0; !isSettled(); i++) {
        if (systemClock.nowMs() > untilMs) {
          arriving.clear()
          full.clear()
          return
        }
        if (i < BUSY_TURNS) await quiet(1, () => count)
        else await sleep(systemClock, PAUSE_MS)
      }
    },
  }
}

/** Turns without a newcomer after one has come: new connections are taken in one after the other, about one a turn. */
const TURNS_AFTER_ONE = 4

/** Resolves after `turns` in a row in which nothing came, fewer where something has, or when it has been coming for long. */
function quiet(turns: number, came: () => number): Promise<void> {
  return new Promise(resolve => {
    const untilMs = systemClock.nowMs() + PATIENCE_MS
    let seen = came()
    let left = turns
    setImmediate(turn)

    function turn(): void {
      left--
      if (came() !== seen) {
        seen = came()
        left = TURNS_AFTER_ONE
      }
      if (left > 0 && systemClock.nowMs() < untilMs) setImmediate(turn)
      else resolve()
    }
  })
}
