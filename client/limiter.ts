/**
 * At most so many requests in flight, callers in turn, and none while the server asks to wait.
 *
 * A slot is held by an attempt and not by a call: who backs off holds none, and comes back before those
 * who have had no turn yet. One server's wait is everybody's: a pause stops the whole line, and when it is over
 * the line comes back spread and not at once.
 */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { createLine, type Turn } from './limiter-line.ts'
import type { History } from './pace/history.ts'

export interface Limiter {
  /**
   * Resolves to the slot's release when there is one; calling that twice frees one slot.
   * Rejects with the signal's reason when it aborts.
   */
  acquire(signal: AbortSignal, turn?: Turn, need?: Need): Promise<() => void>
  /** No slot is given out for `delayMs` from now; a longer pause that runs already stays. */
  pause(delayMs: number): void
  /** Takes effect at once; slots that are held beyond a lower limit run out. */
  setLimit(limit: number): void
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
  /** Ms until slots are given out again; 0: they are. */
  readonly pausedMs: number
}

/** A client's limiter, which changes by itself. */
export interface PacedLimiter extends Limiter {
  /** Every change of a limit and its reason, oldest first; the last 1,000. */
  readonly history: History
}

/** What a request takes of limits other than slots. */
export interface Need {
  readonly tokens: number
  /** What the server reserves for it, if that is more. */
  readonly serverTokens?: number | undefined
  /** Called as it gets its slot. */
  granted?: (() => void) | undefined
}

/** What else than slots holds up who is next. */
export interface Gate {
  /** Ms until there is enough for it; 0: there is. Finite. */
  waitMs(need: Need): number
  take(need: Need): void
}

const NOTHING: Need = { tokens: 0 }
/** Shorter waits are what floating point leaves over. */
const NO_WAIT_MS = 1e-6
/** Over how long the line comes back after a pause: a tenth of the pause, a second at most. */
const SPREAD_RATIO = 0.1
const MAX_SPREAD_MS = 1000

interface Waiter {
  readonly need: Need
  /** It has spread itself by its own back-off. */
  readonly isReturning: boolean
  readonly grant: () => void
}

/** Without `random` a line comes back from a pause all at once. */
export function createLimiter(
  limit: number,
  clock: Clock,
  { gate, random }: { gate?: Gate | undefined; random?: Random | undefined } = {},
): Limiter {
  const line = createLine<Waiter>()
  let inFlight = 0
  let resumeAtMs = Number.NEGATIVE_INFINITY
  /** Until then slots are given out one after the other. */
  let spreadUntilMs = Number.NEGATIVE_INFINITY
  let nextGrantAtMs = Number.NEGATIVE_INFINITY
  let spreadMs = 0
  let wakeAtMs = Number.POSITIVE_INFINITY
  let cancelWake: (() => void) | undefined

  /** A timer runs only while somebody waits for it: a pause alone keeps no process alive. */
  function wakeIn(delayMs: number): void {
    const atMs = clock.nowMs() + delayMs
    if (atMs === wakeAtMs) return
    cancelWake?.()
    cancelWake = undefined
    wakeAtMs = atMs
    if (delayMs === Number.POSITIVE_INFINITY) return
    cancelWake = clock.after(delayMs, () => {
      cancelWake = undefined
      wakeAtMs = Number.POSITIVE_INFINITY
      serve()
    })
  }

  /** Ms until who is next may go; Infinity: until a slot comes back. */
  function waitMs({ need, isReturning }: Pick<Waiter, 'need' | 'isReturning'>): number {
    if (inFlight >= limit) return Number.POSITIVE_INFINITY
    const nowMs = clock.nowMs()
    const isSpread = !isReturning && nowMs < spreadUntilMs
    const untilMs = isSpread ? Math.max(resumeAtMs, nextGrantAtMs) : resumeAtMs
    const heldMs = Math.max(untilMs - nowMs, gate?.waitMs(need) ?? 0)
    return heldMs > NO_WAIT_MS ? heldMs : 0
  }

  function serve(): void {
    for (let next = line.first(); next; next = line.first()) {
      const heldMs = waitMs(next)
      if (heldMs > 0) {
        wakeIn(heldMs)
        return
      }
      line.take()
      next.grant()
    }
    wakeIn(Number.POSITIVE_INFINITY)
  }

  function take(need: Need): () => void {
    inFlight++
    gate?.take(need)
    need.granted?.()
    const nowMs = clock.nowMs()
    if (random && nowMs < spreadUntilMs) {
      nextGrantAtMs = nowMs + (2 * random.next() * spreadMs) / Math.max(1, limit)
    }
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      inFlight--
      serve()
    }
  }

  return {
    acquire(signal, turn = {}, need = NOTHING) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const isReturning = turn.returning === true
      if (line.size === 0 && waitMs({ need, isReturning }) === 0) return Promise.resolve(take(need))
      return new Promise((resolve, reject) => {
        function giveUp(): void {
          leave()
          serve()
          reject(signal.reason)
        }
        signal.addEventListener('abort', giveUp, { once: true })
        const leave = line.join(
          {
            need,
            isReturning,
            grant() {
              signal.removeEventListener('abort', giveUp)
              resolve(take(need))
            },
          },
          turn,
        )
        serve()
      })
    },
    pause(delayMs) {
      const nowMs = clock.nowMs()
      const untilMs = nowMs + delayMs
      if (untilMs <= resumeAtMs) return
      resumeAtMs = untilMs
      if (random) {
        spreadMs = Math.min(delayMs * SPREAD_RATIO, MAX_SPREAD_MS)
        spreadUntilMs = untilMs + spreadMs
      }
      serve()
    },
    setLimit(next) {
      limit = next
      serve()
    },
    get limit() {
      return limit
    },
    get inFlight() {
      return inFlight
    },
    get waiting() {
      return line.size
    },
    get pausedMs() {
      return Math.max(0, resumeAtMs - clock.nowMs())
    },
  }
}
