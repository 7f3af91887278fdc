/**
 * At most so many requests in flight, first come, first served, and none while the server asks to wait.
 *
 * A slot is held by an attempt and not by a call: who backs off holds none, and comes back before those
 * who have had no turn yet. One server's wait is everybody's: a pause stops the whole line.
 */
import type { Clock } from '../base/clock.ts'

export interface Limiter {
  /**
   * Resolves to the slot's release when there is one; calling that twice frees one slot.
   * `returning`: this call has had a slot before. Rejects with the signal's reason when it aborts.
   */
  acquire(signal: AbortSignal, turn?: { returning: boolean }): Promise<() => void>
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

export function createLimiter(limit: number, clock: Clock): Limiter {
  /** Maps, so that who gives up leaves from the middle at no cost; both are in order of arrival. */
  const returning = new Map<symbol, () => void>()
  const fresh = new Map<symbol, () => void>()
  let inFlight = 0
  let resumeAtMs = Number.NEGATIVE_INFINITY
  let cancelResume: (() => void) | undefined

  const waiting = () => returning.size + fresh.size

  /** A timer runs only while somebody waits for it: a pause alone keeps no process alive. */
  function arrangeResume(): void {
    const pausedMs = resumeAtMs - clock.nowMs()
    if (pausedMs <= 0 || waiting() === 0) {
      cancelResume?.()
      cancelResume = undefined
      return
    }
    cancelResume ??= clock.after(pausedMs, () => {
      cancelResume = undefined
      resumeAtMs = Number.NEGATIVE_INFINITY // a timer may fire a fraction early
      serve()
    })
  }

  function isOpen(): boolean {
    return inFlight < limit && clock.nowMs() >= resumeAtMs
  }

  function serve(): void {
    while (isOpen()) {
      const line = returning.size > 0 ? returning : fresh
      const next = line.entries().next()
      if (next.done) return
      const [turn, grant] = next.value
      line.delete(turn)
      grant()
    }
  }

  function take(): () => void {
    inFlight++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      inFlight--
      serve()
    }
  }

  return {
    acquire(signal, turn) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const line = turn?.returning ? returning : fresh
      const isFirst = returning.size === 0 && (line === returning || fresh.size === 0)
      if (isFirst && isOpen()) return Promise.resolve(take())
      return new Promise((resolve, reject) => {
        const place = Symbol()
        function leave(): void {
          line.delete(place)
          arrangeResume()
          reject(signal.reason)
        }
        signal.addEventListener('abort', leave, { once: true })
        line.set(place, () => {
          signal.removeEventListener('abort', leave)
          resolve(take())
        })
        arrangeResume()
      })
    },
    pause(delayMs) {
      const untilMs = clock.nowMs() + delayMs
      if (untilMs <= resumeAtMs) return
      resumeAtMs = untilMs
      cancelResume?.()
      cancelResume = undefined
      arrangeResume()
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
      return waiting()
    },
    get pausedMs() {
      return Math.max(0, resumeAtMs - clock.nowMs())
    },
  }
}
