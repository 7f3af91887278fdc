/** Three silences that end an attempt: no first token, no next event, and the caller's own stop. */
import type { Clock } from '../base/clock.ts'
import { formatDuration } from '../base/duration.ts'
import type { Timeout } from './failure.ts'

export interface Timeouts {
  /** Ms from sending to the first token; 0: no limit. */
  readonly firstTokenTimeout: number
  /** Ms between two events, once the first token is there; 0: no limit. */
  readonly idleTimeout: number
}

/** Why an attempt was ended by a timer. */
export class TimeoutReached extends Error {
  override readonly name = 'TimeoutReached'
  readonly which: Timeout['which']
  constructor(which: Timeout['which'], afterMs: number) {
    super(`${words[which]} within ${formatDuration(afterMs)}.`)
    this.which = which
  }
}

const words: Readonly<Record<Timeout['which'], string>> = {
  connect: 'No connection was made',
  'first-token': 'No first token came',
  idle: 'No further event came',
  total: 'The call did not end',
}

export interface Watchdog {
  /** Aborts with the outer signal's reason, or with TimeoutReached. */
  readonly signal: AbortSignal
  sawEvent(atMs: number): void
  sawToken(): void
  /** Lets go of timers and of the outer signal. */
  stop(): void
}

export function createWatchdog(
  clock: Clock,
  { firstTokenTimeout, idleTimeout }: Timeouts,
  outer: AbortSignal,
): Watchdog {
  const controller = new AbortController()
  let lastEventAtMs = clock.nowMs()
  let hasToken = false
  let cancel = startTimer(clock, firstTokenTimeout, () => {
    controller.abort(new TimeoutReached('first-token', firstTokenTimeout))
  })

  /** One timer a silence and not one an event: it looks back when it fires. */
  function watchIdle(delayMs: number): void {
    cancel = startTimer(clock, delayMs, () => {
      const silentMs = clock.nowMs() - lastEventAtMs
      // Timers count in whole milliseconds: half of one is no reason for another round.
      if (silentMs < idleTimeout - 0.5) watchIdle(idleTimeout - silentMs)
      else controller.abort(new TimeoutReached('idle', idleTimeout))
    })
  }

  const stopOuter = () => controller.abort(outer.reason)
  if (outer.aborted) stopOuter()
  else outer.addEventListener('abort', stopOuter, { once: true })

  return {
    signal: controller.signal,
    sawEvent(atMs) {
      lastEventAtMs = atMs
    },
    sawToken() {
      if (hasToken) return
      hasToken = true
      cancel()
      watchIdle(idleTimeout)
    },
    stop() {
      cancel()
      outer.removeEventListener('abort', stopOuter)
    },
  }
}

/** Longer delays would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** A timer that does not run at all for 0. */
export function startTimer(clock: Clock, delayMs: number, callback: () => void): () => void {
  if (delayMs <= 0) return () => undefined
  return clock.after(Math.min(delayMs, MAX_TIMER_MS), callback)
}
