/**
 * How many requests a server takes at once, found while working: told what happens, it says the limit.
 *
 * - Slow start: every clean round doubles the limit until the first trouble; from then on it grows by a twentieth.
 *   A round is as many successes, sent since the last change, as the limit allows in flight, and counts only if
 *   the limit was used.
 * - In-flight cut: a refusal for want of a place says how many places there are: those that others hold now.
 * - Errors of the server stop growth; more than a fifth of them cut the limit by a fifth, once a window.
 * - A server that queues instead of refusing is known by late first tokens. By Little's law the share of its
 *   time that a request waits is the share of requests that wait.
 * - Where throughput no longer rises with the limit, the lower limit is as good.
 */
import { createFirstTokenBase } from './first-token-base.ts'
import { createKnee } from './knee.ts'
import { createRound } from './round.ts'

/** A request under way. */
export interface Started {
  readonly sentAtMs: number
  /** Which limit it was sent under: limits are counted. */
  readonly era: number
}

export interface Success {
  readonly nowMs: number
  /** Undefined: not streamed, or begun with thoughts. */
  readonly ttftMs: number | undefined
  readonly inputTokens: number
  readonly outputTokens: number
  /** Requests in flight, itself included. */
  readonly inFlight: number
}

export interface Concurrency {
  readonly limit: number
  sent(nowMs: number): Started
  succeeded(started: Started, success: Success): void
  /** Refused for want of a place while `others` were in flight. */
  refused(started: Started, refusal: { nowMs: number; others: number }): void
  /** The server failed, or was too slow. */
  failed(started: Started, nowMs: number): void
  /** A limit from outside. */
  set(limit: number): void
}

/** Successes that make a round at a low limit. */
const SMALLEST_ROUND = 4
/** What share of the limit must have been in flight for a round to say something of it. */
const USED_SHARE = 0.8
const GROWTH_SHARE = 0.05
/** Clean rounds before a limit that was refused is tried again, at most. */
const MOST_PATIENCE = 8
const ERROR_WINDOW_MS = 15_000
const ERROR_SHARE = 0.2
const ENOUGH_ERRORS = 5
const ERROR_CUT = 0.8
/** Requests that wait at the server, as a share of the limit and at least: fewer let it grow, more are cut. */
const QUIET = { share: 0.03, least: 0.5 }
const QUEUED = { share: 0.1, least: 1.5 }
/** Lateness that stays as it was while the limit is halved is not made by this client. */
const STILL_LATE = 0.8

export function createConcurrency(
  { start, max }: { start: number; max: number },
  changed: (change: { from: number; to: number; why: string }) => void,
): Concurrency {
  const base = createFirstTokenBase()
  const knee = createKnee()
  let limit = Math.max(1, Math.min(start, max))
  let era = 0
  let lastMs = 0
  let round = createRound()
  let isSlowStart = true
  let isTroubled = false
  /** Clean rounds to wait before growing, and those waited. */
  let patience = 1
  let waited = 0
  /** Whether the limit grew last, and was not confirmed yet. */
  let isTrying = false
  let errors = { sinceMs: Number.NEGATIVE_INFINITY, failed: 0, ended: 0, isCut: false }
  /** Where a run of cuts for late first tokens began. */
  let lateness: { limit: number; lateMs: number } | undefined

  function change(to: number, why: string): void {
    const from = limit
    limit = Math.max(1, Math.min(max, to))
    if (limit === from) return
    startRound()
    era++
    changed({ from, to: limit, why })
  }

  function startRound(): void {
    round = createRound()
    base.endRound()
    isTroubled = false
  }

  function cut(to: number, why: string): void {
    isSlowStart = false
    patience = isTrying ? Math.min(MOST_PATIENCE, patience * 2) : patience
    isTrying = false
    waited = 0
    knee.forget()
    change(to, why)
  }

  function grow(): void {
    if (limit >= max || ++waited < patience) return
    if (isTrying) patience = Math.max(1, patience >> 1)
    waited = 0
    isTrying = !isSlowStart
    if (isSlowStart) change(limit * 2, 'a clean round: doubled')
    else change(limit + Math.max(1, Math.round(limit * GROWTH_SHARE)), 'a clean round')
  }

  function endRound(): void {
    const { inFlight, peak, durationMs, throughput } = round.result(lastMs)
    const lateMs = base.endRound()
    const isClean = !isTroubled
    round = createRound()
    isTroubled = false
    if (!isClean || peak < limit * USED_SHARE) return
    const waitingShare = durationMs > 0 ? Math.min(1, lateMs / durationMs) : 0
    const queued = inFlight * waitingShare
    if (queued > Math.max(QUEUED.least, limit * QUEUED.share)) {
      cutForLateness(inFlight - queued, queued, lateMs)
      return
    }
    lateness = undefined
    if (queued > Math.max(QUIET.least, limit * QUIET.share)) {
      isSlowStart = false
      return
    }
    const better = knee.roundEnded(limit, throughput)
    if (better === 'hold') return
    if (better === 'grow') {
      grow()
      return
    }
    isSlowStart = false
    change(better, `more in flight than ${better} brings no more throughput`)
  }

  function cutForLateness(capacity: number, queued: number, lateMs: number): void {
    lateness ??= { limit, lateMs }
    const isOurs = limit > 1 && limit > lateness.limit / 2
    if (!isOurs && lateMs > lateness.lateMs * STILL_LATE) {
      lateness = undefined
      base.forget()
      return
    }
    const why = `first tokens are ${Math.round(lateMs)} ms late: about ${Math.round(queued)} wait at the server`
    cut(Math.max(1, Math.round(capacity)), why)
  }

  function countError(nowMs: number, isError: boolean): void {
    if (nowMs - errors.sinceMs > ERROR_WINDOW_MS) {
      errors = { sinceMs: nowMs, failed: 0, ended: 0, isCut: false }
    }
    errors.ended++
    if (isError) errors.failed++
  }

  return {
    get limit() {
      return limit
    },
    sent(nowMs) {
      lastMs = nowMs
      return { sentAtMs: nowMs, era }
    },
    succeeded(started, { nowMs, ttftMs, inputTokens, outputTokens, inFlight }) {
      lastMs = nowMs
      countError(nowMs, false)
      round.ended(outputTokens, nowMs)
      if (started.era !== era) return
      if (ttftMs !== undefined) base.add(ttftMs, inputTokens)
      round.add({ nowMs, durationMs: nowMs - started.sentAtMs, inFlight })
      if (round.count >= Math.max(SMALLEST_ROUND, limit)) endRound()
    },
    refused(_started, { nowMs, others }) {
      lastMs = nowMs
      isTroubled = true
      if (others < limit) cut(others, `refused while ${others} others were in flight`)
    },
    failed(_started, nowMs) {
      lastMs = nowMs
      isTroubled = true
      isSlowStart = false
      countError(nowMs, true)
      const { failed, ended, isCut } = errors
      if (isCut || failed < ENOUGH_ERRORS || failed <= ended * ERROR_SHARE) return
      errors.isCut = true
      cut(Math.floor(limit * ERROR_CUT), `${failed} of ${ended} requests failed`)
    },
    set(next) {
      limit = next
      era++
      startRound()
      knee.forget()
    },
  }
}
