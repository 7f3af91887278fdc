/**
 * When that came which is being handled now. The event loop wakes, then handles one after another all that came
 * while it slept: the last of a thousand reads is handled milliseconds after its bytes were there, and a stamp
 * made then blames the sender for the reader's work. So all that is handled in one waking came when it began.
 */
import { type Clock, systemClock } from '../../base/clock.ts'

/** To be asked in the callbacks of reads only: a timer's time is its own. */
export interface Arrivals {
  /** When that came which is being handled, in the clock's ms: the same for all that one waking of the event loop handles. */
  atMs(): number
  /** It has been handled: what is handled long after that came alone, which is cheaper to stamp. */
  handled(): void
}

/** The loop asks for so many events at once; when there were more it asks again, and those have come since. */
const EVENTS_A_LOOK = 1024
/** From one to the next of a waking it takes the loop some 0.005 ms. */
const ALONE_MS = 0.03

/** Of one event loop there should be one. */
export function createArrivals(clock: Clock): Arrivals {
  let wokeAtMs: number | undefined
  let handledAtMs = Number.POSITIVE_INFINITY
  let looks = 0
  /** Called when this waking's reads have been handled, before the loop sleeps again. */
  function sleeps(): void {
    wokeAtMs = undefined
  }
  return {
    atMs() {
      if (wokeAtMs !== undefined && ++looks < EVENTS_A_LOOK) return wokeAtMs
      const nowMs = clock.nowMs()
      if (wokeAtMs === undefined) {
        if (nowMs - handledAtMs > ALONE_MS) return nowMs
        setImmediate(sleeps)
      }
      looks = 0
      wokeAtMs = nowMs
      return nowMs
    },
    handled() {
      if (wokeAtMs === undefined) handledAtMs = clock.nowMs()
    },
  }
}

const systemArrivals = createArrivals(systemClock)

/** The arrivals of a clock, one a process for the system's; another's does not run on while the loop is busy. */
export function arrivalsOf(clock: Clock): Arrivals {
  return clock === systemClock ? systemArrivals : { atMs: clock.nowMs, handled() {} }
}
