/**
 * A part played to the tenth of a millisecond. Timers are late by 1 to 2 ms, which is as good as the
 * pace of a made-up reply needs to be; a recorded one is compared with its recording. So the conductor
 * wakes the part early, and the rest is watched turn by turn of the event loop, which holds up nobody.
 */
import { setImmediate } from 'node:timers'
import type { Clock } from '../../base/clock.ts'
import { type Conductor, OVER, type Part } from '../engine/conductor.ts'

/** How long before a step is due it is watched. */
const EARLY_MS = 2
/** With more parts than this the event loop turns often enough by itself. */
const MAX_WATCHED = 32
/** Far more than there are in EARLY_MS, unless the clock stands still. */
const MAX_TURNS = 20_000

export function punctual(part: Part, clock: Clock, conductor: Conductor): Part {
  if (conductor.isExact) return part
  let dueMs = part.dueMs
  let isWatching = false

  function watch(turns: number): void {
    isWatching = !whole.stopped && turns < MAX_TURNS
    if (!isWatching) return // stopped; or the conductor plays it, at its own time
    const nowMs = clock.nowMs()
    try {
      if (nowMs >= dueMs) dueMs = part.play(nowMs)
    } catch (error) {
      conductor.stop(whole)
      part.failed(error)
      return
    }
    if (dueMs === OVER) conductor.stop(whole)
    else if (dueMs - nowMs <= EARLY_MS) setImmediate(watch, turns + 1)
    else isWatching = false
  }

  const whole: Part = {
    dueMs: dueMs - EARLY_MS,
    play(nowMs) {
      if (nowMs >= dueMs) dueMs = part.play(nowMs)
      if (dueMs === OVER) return OVER
      if (dueMs - nowMs > EARLY_MS) return dueMs - EARLY_MS
      if (!isWatching && conductor.active <= MAX_WATCHED) {
        isWatching = true
        setImmediate(watch, 0)
      }
      return dueMs
    },
    over: () => part.over?.(),
    failed: error => part.failed(error),
  }
  return whole
}
