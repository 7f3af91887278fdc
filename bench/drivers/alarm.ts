/**
 * Rings at an instant, not before it, and as little after it as the loop allows.
 *
 * A timer counts whole milliseconds and may fire one early; set to the next whole one it is some 0.6 ms late
 * on average. So after a long wait the last part below a millisecond is passed in turns of the event loop, each of
 * which also reads what has come. After a short wait it is slept: at 1,000 requests a second there is no
 * time but such parts, and turning through them would take a whole core from what is measured.
 */
import type { Clock } from '../../base/clock.ts'

export interface Alarm {
  /** Replaces what was set before. Never rings inside this call. */
  set(atMs: number, ring: () => void): void
  cancel(): void
}

/** Only so long a wait may end in turns, which then take a tenth of a core at most. */
const longWaitMs = 10
/** A timer that is to be early is asked for so much less. */
const marginMs = 1

/** `turn` runs its argument in the next turn of the event loop; returns a function that cancels it. */
export function createAlarm(
  clock: Clock,
  turn: (callback: () => void) => () => void = nextTurn,
): Alarm {
  let cancelWait: () => void = () => {}
  return {
    set(atMs, ring) {
      cancelWait()
      const mayTurn = atMs - clock.nowMs() >= longWaitMs
      wait()
      function wait(): void {
        const leftMs = atMs - clock.nowMs()
        if (leftMs <= 0) cancelWait = turn(ring)
        else if (!mayTurn) cancelWait = clock.after(Math.ceil(leftMs), look)
        else if (leftMs > marginMs) cancelWait = clock.after(Math.floor(leftMs - marginMs), look)
        else cancelWait = turn(look)
      }
      function look(): void {
        if (clock.nowMs() >= atMs) ring()
        else wait()
      }
    },
    cancel: () => cancelWait(),
  }
}

function nextTurn(callback: () => void): () => void {
  const immediate = setImmediate(callback)
  return () => clearImmediate(immediate)
}
