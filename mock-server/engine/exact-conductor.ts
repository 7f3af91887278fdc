/**
 * The conductor on a manual clock: every step is played at its very instant. Nothing is late where time stands
 * still while a step is played, so there is no wheel, no rounding and no catching up.
 */
import type { ManualClock } from '../../base/manual-clock.ts'
import { type Conductor, OVER, type Part, type Sink } from './conductor.ts'

/** Told of what parts write to, so that time stands still until it is ready for more. */
export interface SinkWatch {
  /** What answers it waits for the clock from now on. */
  held(sink: Sink): void
  /** Its reader has not kept up. */
  full(sink: Sink): void
}

/** Steps that one part may play before others that are due at the same instant get their turn. */
const STEPS_A_VISIT = 256
/** How long a reader that does not read at all is left alone at first, and at most. */
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 3_600_000

interface Playing {
  readonly part: Part
  readonly sink: Sink | undefined
  cancel: () => void
  /** 0: its reader keeps up. */
  waitMs: number
}

export function createExactConductor(
  clock: Pick<ManualClock, 'nowMs' | 'at'>,
  watch: SinkWatch,
): Conductor {
  const parts = new Map<Part, Playing>()

  function wait(playing: Playing, dueMs: number): void {
    playing.cancel = clock.at(dueMs, () => play(playing))
  }

  /**
   * Time passes quicker here than bytes are read: before a step goes to a full sink, the clock gives its reader a
   * moment of real time. One that does not read even then is looked at again ever more seldom.
   */
  function isHeldUp(playing: Playing, nowMs: number): boolean {
    const { sink } = playing
    if (!sink || !isFull(sink)) {
      playing.waitMs = 0
      return false
    }
    if (playing.waitMs === 0) {
      playing.waitMs = FIRST_WAIT_MS
      watch.full(sink)
      wait(playing, nowMs)
    } else {
      wait(playing, nowMs + playing.waitMs)
      playing.waitMs = Math.min(playing.waitMs * 2, LONGEST_WAIT_MS)
    }
    return true
  }

  function play(playing: Playing): void {
    const { part } = playing
    const nowMs = clock.nowMs()
    try {
      for (let i = 0; i < STEPS_A_VISIT; i++) {
        if (isHeldUp(playing, nowMs)) return
        const dueMs = part.play(nowMs)
        if (part.stopped) return
        if (dueMs === OVER) finish(part)
        else if (dueMs > nowMs) wait(playing, dueMs)
        else continue
        return
      }
      wait(playing, nowMs)
    } catch (error) {
      if (!part.stopped) finish(part)
      part.failed(error)
    }
  }

  function finish(part: Part): void {
    part.stopped = true
    parts.delete(part)
    part.over?.()
  }

  return {
    isExact: true,
    start(part, sink) {
      part.stopped = false
      const playing: Playing = { part, sink, cancel: () => {}, waitMs: 0 }
      parts.set(part, playing)
      if (sink) watch.held(sink)
      if (part.dueMs <= clock.nowMs()) play(playing)
      else wait(playing, part.dueMs)
    },
    stop(part) {
      if (part.stopped) return
      parts.get(part)?.cancel()
      finish(part)
    },
    keepUp() {},
    get active() {
      return parts.size
    },
  }
}

function isFull({ destroyed, writableNeedDrain, socket }: Sink): boolean {
  return !destroyed && (writableNeedDrain || socket?.writableNeedDrain === true)
}
