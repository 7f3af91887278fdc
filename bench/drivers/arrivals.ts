/**
 * When that came which is being handled now. The event loop looks what has come, then handles one after another: the
 * last of a thousand reads is handled milliseconds after its bytes were there, and a stamp made then blames the sender
 * for the reader's work. So all that one look has found came when it looked, if the loop had slept until then. If it had
 * not, it came at some time since the look before, nobody knows when: the middle is wrong by half of that at most.
 */
import { type Clock, systemClock } from '../../base/clock.ts'

/** To be asked in the callbacks of reads only: a timer's time is its own. */
export interface Arrivals {
  /** When that came which is being handled, in the clock's ms. */
  atMs(): number
  /** It has been handled. */
  handled(): void
}

/** The loop asks for so many events at once; when there were more it asks again. */
const EVENTS_A_LOOK = 1024
/** From one to the next of a look, and from the last of them to the next look, it takes the loop some 0.005 ms. */
const AT_ONCE_MS = 0.03

/** Of one event loop there should be one. */
export function createArrivals(clock: Clock): Arrivals {
  /** Of all that this look has found; undefined: it is not known to have found several. */
  let cameAtMs: number | undefined
  let found = 0
  let lookedAtMs = Number.NEGATIVE_INFINITY
  /** When what had come was handled. */
  let doneAtMs = Number.NEGATIVE_INFINITY

  /** All of this look has been handled. */
  function turns(): void {
    cameAtMs = undefined
    doneAtMs = clock.nowMs()
  }

  return {
    atMs() {
      if (cameAtMs !== undefined && ++found < EVENTS_A_LOOK) return cameAtMs
      const nowMs = clock.nowMs()
      const hasSlept = cameAtMs === undefined && nowMs - doneAtMs > AT_ONCE_MS
      const atMs = hasSlept ? nowMs : (lookedAtMs + nowMs) / 2
      lookedAtMs = nowMs
      if (hasSlept) return atMs
      if (cameAtMs === undefined) setImmediate(turns)
      cameAtMs = atMs
      found = 0
      return atMs
    },
    handled() {
      if (cameAtMs === undefined) doneAtMs = clock.nowMs()
    },
  }
}

const systemArrivals = createArrivals(systemClock)

/** The arrivals of a clock, one a process for the system's; another's does not run on while the loop is busy. */
export function arrivalsOf(clock: Clock): Arrivals {
  return clock === systemClock ? systemArrivals : { atMs: clock.nowMs, handled() {} }
}
