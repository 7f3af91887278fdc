/** What every driver is: it sends the work, by its own law of when, and tells what became of it. */
import type { Clock } from '../../base/clock.ts'
import type { Sample } from '../sample.ts'
import type { Work } from '../work/work.ts'

export interface DriverContext {
  /** The base URL, without a slash at its end. */
  readonly url: string
  /** Of the base URL: '' or `?api-version=…`; each request's path ends with it. Default: ''. */
  readonly query?: string
  /** Headers of every request, with the key. */
  readonly headers: Readonly<Record<string, string>>
  readonly work: Work
  /** A request is given up when no byte came for this long. */
  readonly idleTimeoutMs: number
  readonly clock: Clock
  /** Where drivers take turns: a connection that is free waits here. None: it sends at once. */
  readonly turn?: Turn
  /** Where several drivers share a load and its bound: how many requests are in flight in all of them. */
  readonly inFlightOfAll?: () => number
  /** A request leaves, due at `dueAtMs` (in a closed loop: now). Returns its index. */
  onSent(dueAtMs: number): number
  /** Content chunks arrived, `count` of them in one piece. */
  onContent(atMs: number, count: number): void
  /** Every time of the sample is in whole µs. */
  onSettled(sample: Sample, atMs: number): void
  /** A request that was due was not sent: see Unsent. */
  onDropped(dueAtMs: number, why: Unsent): void
}

/** Too many were in flight; or the driver was so late that the end came first. */
export type Unsent = 'full' | 'late'

export interface Turn {
  /** Calls `go` now or later; it says whether it has sent. */
  enter(go: () => boolean): void
}

export interface Driver {
  /**
   * Starts the load; until then all is built and nothing connected. A schedule counts from `atMs` of the run's
   * clock, by default from now.
   */
  begin(atMs?: number): void
  readonly inFlight: number
  /** Connections opened since the start; more than were asked for means that some were lost. */
  readonly connectionsOpened: number
  /** Sends no more; what is in flight goes on. */
  drain(): void
  /** Ends it now: what is in flight is settled as open. Resolves when all sockets are closed. */
  stop(): Promise<void>
}
