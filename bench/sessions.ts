/** Sessions that began in the measured window, and what became of them: from samples alone. */
import type { Sample } from './sample.ts'

/** `started = finished + broken + open` */
export interface SessionCounts {
  readonly started: number
  /** Their last turn ended ok. */
  readonly finished: number
  /** A turn failed, was cut or hung up; nobody goes on talking after that. */
  readonly broken: number
  /** Under way at the end: streaming, held back, or thinking. */
  readonly open: number
}

export interface Sessions {
  /** A measured request, of whichever session. */
  settled(sample: Sample): void
  /** Undefined: no request belonged to a session. */
  counts(): SessionCounts | undefined
}

export function createSessions(): Sessions {
  const open = new Set<number>()
  let isAny = false
  let started = 0
  let finished = 0
  let broken = 0

  return {
    settled({ session, turn, turns, outcome }) {
      if (session === undefined) return
      isAny = true
      if (turn === 1) {
        open.add(session)
        started++
      }
      const goesOn = outcome === 'ok' ? turn !== turns : outcome === 'open'
      // One that began before the window is nobody's.
      if (goesOn || !open.delete(session)) return
      if (outcome === 'ok') finished++
      else broken++
    },
    counts: () => (isAny ? { started, finished, broken, open: open.size } : undefined),
  }
}
