/** How a run stands, for those who watch it: cheap enough to ask four times a second. */
import type { Course } from './course.ts'
import type { Phase } from './metrics.ts'
import type { Recorder } from './recorder.ts'
import type { Tally } from './tally.ts'

export interface Progress {
  readonly phase: Phase
  /** Into the phase. */
  readonly elapsedMs: number
  /** Share of the phase that is done, 0 to 1. */
  readonly share: number
  readonly sent: number
  readonly ok: number
  readonly failed: number
  readonly cut: number
  readonly inFlight: number
  /** Due and not sent, since too many were in flight. */
  readonly dropped: number
  /** Tries that ended with a 429. */
  readonly throttled: number
  /** Until the phase is over, at the pace so far; undefined: nothing is known yet. */
  readonly leftMs: number | undefined
  readonly ttftMs: Quick
  readonly itlMs: Quick
  /** Requests that were due, over the window so far; in a closed loop those sent. */
  readonly duePerSecond: number
  /** Over the window so far. */
  readonly requestsPerSecond: number
  readonly outputTokensPerSecond: number
  /** Output tokens a second between one look and the next, the newest last. */
  readonly recentTokens: readonly number[]
}

/** From the histogram, up to 0.1 % high; undefined before the first sample. */
export interface Quick {
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
}

const maxRecent = 60

/** A function that looks at the run as it is now. */
export function createProgressReader(
  recorder: Recorder,
  course: Pick<Course, 'phase' | 'elapsedMs' | 'share'>,
): (inFlight: number, nowMs: number) => Progress {
  const recentTokens: number[] = []
  let seenTokens = 0
  let seenMs: number | undefined

  return (inFlight, nowMs) => {
    const { sent, ok, failed, cut, dropped, throttled } = recorder.counts()
    const { totals } = recorder.timeline
    const seconds = recorder.windowMs(nowMs) / 1000
    const perSecond = (count: number) => (seconds > 0 ? count / seconds : 0)
    if (seenMs !== undefined && nowMs > seenMs && seconds > 0) {
      recentTokens.push((recorder.contentSoFar - seenTokens) / ((nowMs - seenMs) / 1000))
      if (recentTokens.length > maxRecent) recentTokens.shift()
    }
    seenTokens = recorder.contentSoFar
    seenMs = nowMs
    return {
      phase: course.phase,
      elapsedMs: course.elapsedMs,
      share: course.share,
      sent,
      ok,
      failed,
      cut,
      inFlight,
      dropped,
      throttled,
      leftMs:
        course.share > 0.02 ? (course.elapsedMs * (1 - course.share)) / course.share : undefined,
      duePerSecond: perSecond(sent + dropped),
      ttftMs: quick(recorder.times.ttft),
      itlMs: quick(recorder.times.itl),
      requestsPerSecond: perSecond(totals.ok),
      outputTokensPerSecond: perSecond(recorder.contentSoFar),
      recentTokens,
    }
  }
}

function quick(tally: Tally): Quick {
  return { p50: tally.roughly(50), p95: tally.roughly(95), p99: tally.roughly(99) }
}
