/** The server's time: the system's, or one that stands still until it is told to move. */
import { type Clock, systemClock } from '../base/clock.ts'
import { durationSyntax, parseDuration } from '../base/duration.ts'
import { createManualClock } from '../base/manual-clock.ts'
import { OptionError } from '../base/option-error.ts'
import { clockNotManual } from '../protocol/errors/control.ts'
import { type Conductor, createConductor } from './engine/conductor.ts'
import { createExactConductor } from './engine/exact-conductor.ts'
import type { ServerOptions } from './options.ts'
import { createUnsettled, type Unsettled } from './unsettled.ts'

/** What the owner of a server may do with its time. */
export interface ServerClock {
  readonly kind: 'system' | 'manual'
  /** Monotonic ms; those of a manual clock begin at 0. */
  nowMs(): number
  /** Ms since the Unix epoch. */
  wallMs(): number
  /**
   * Moves time on by a duration (`6m`, or ms), at most 100 years: all that falls due is played, each step at its very instant,
   * and what was to be sent is with the sockets when this resolves. Calls come one after the other. Throws
   * OptionError for what is no duration, ApiError 409 where the clock is the system's.
   */
  advance(by: string | number): Promise<void>
}

/** A server's time and who plays on it. */
export interface Time {
  readonly clock: Clock
  readonly conductor: Conductor
  readonly control: ServerClock
  /** Undefined on the system's clock, which waits for nobody. */
  readonly unsettled: Unsettled | undefined
  /** Ends an advance that is under way. */
  stop(): void
}

/** Throws OptionError where a manual clock cannot be had. */
export function createTime(options: ServerOptions, clock: Clock = systemClock): Time {
  if (options.clock === 'manual') return manualTime(options)
  const control: ServerClock = {
    kind: 'system',
    nowMs: clock.nowMs,
    wallMs: clock.wallMs,
    advance: async () => {
      const error = clockNotManual()
      Error.captureStackTrace(error)
      throw error
    },
  }
  return { clock, conductor: createConductor(clock), control, unsettled: undefined, stop() {} }
}

/**
 * Turns of the event loop before time begins to move: requests that were sent just now, by a client in this
 * process over a new connection, get in. And at each instant: a client's bytes there and back.
 */
const TURNS_AT_FIRST = 20
const TURNS_AN_INSTANT = 3
const MOST_MS = 100 * 365 * 86_400_000

function manualTime({ seed, upstream }: ServerOptions): Time {
  if (upstream !== undefined) {
    throw new OptionError('clock', 'manual', 'an upstream keeps its own time: choose system')
  }
  // A named seed fixes the date as well, as it fixes `created`.
  const manual = createManualClock(seed === undefined ? { wallMs: systemClock.wallMs() } : {})
  const unsettled = createUnsettled()
  let last: Promise<void> = Promise.resolve()
  let isMoving = false
  let isPumping = false
  let isStopped = false

  /** What is due at this very instant need not be told to happen. */
  function pump(): void {
    if (isPumping || isMoving) return
    isPumping = true
    setImmediate(() => {
      isPumping = false
      if (isMoving || isStopped) return
      manual.runNext(manual.nowMs())
      if (isDue(manual.nowMs())) pump()
    })
  }

  function isDue(untilMs: number): boolean {
    const { nextDueMs } = manual
    return nextDueMs !== undefined && nextDueMs <= untilMs
  }

  function at(dueMs: number, callback: () => void): () => void {
    if (dueMs <= manual.nowMs()) pump()
    return manual.at(dueMs, callback)
  }

  /** From instant to instant: a request that comes in between comes at its own time, and so does a hang-up. */
  async function move(ms: number): Promise<void> {
    isMoving = true
    try {
      const untilMs = manual.nowMs() + ms
      await unsettled.settle(TURNS_AT_FIRST)
      while (!isStopped && manual.runNext(untilMs)) await unsettled.settle(TURNS_AN_INSTANT)
      if (!isStopped) manual.advanceTo(untilMs)
    } finally {
      isMoving = false
      if (isDue(manual.nowMs())) pump()
    }
  }

  return {
    clock: {
      nowMs: manual.nowMs,
      wallMs: manual.wallMs,
      after: (delayMs, callback) => at(manual.nowMs() + delayMs, callback),
    },
    conductor: createExactConductor({ nowMs: manual.nowMs, at }, unsettled),
    unsettled,
    control: {
      kind: 'manual',
      nowMs: manual.nowMs,
      wallMs: manual.wallMs,
      async advance(by) {
        const ms = parseDuration(by)
        if (ms === undefined || ms > MOST_MS) {
          throw new OptionError('by', by, `${durationSyntax}, at most 100 years`)
        }
        const moved = last.then(() => move(ms))
        last = moved.catch(() => {})
        await moved
      },
    },
    stop() {
      isStopped = true
    },
  }
}
