/** Whether a run says anything about its server, or about its load generator: reasons, each with its number. Pure. */
import type { GeneratorHealth } from '../generator.ts'
import type { Counts } from '../recorder.ts'
import type { Stats } from '../tally.ts'

export interface Judged {
  readonly counts: Counts
  readonly ttftMs: Stats
  readonly itlMs: Stats
  readonly generator: GeneratorHealth
}

/** The main thread had work or waited for a core all the time, but for this share. */
const mostBusyRatio = 0.92
/**
 * For each second that the bench ran it may have waited so long for a core. Alone on a core it waits 0.05 to 0.15 s,
 * for its own threads; beside a busy loop 0.5 s and more, at 10 connections as at 500.
 */
const mostWaited = 0.3
/** Less than this share of the time is nothing. */
const leastStarvedRatio = 0.01
/** A bench that is late by this share of what it measures does not measure it, however small that is. */
const mostLagShare = 0.25
const leastLagMs = 10

/** Empty: the run is valid. */
export function invalidReasons({ counts, ttftMs, itlMs, generator }: Judged): readonly string[] {
  const { sent, ok, failed, cut, open } = counts
  const { eventLoopLagMs, cpuRatio, busyRatio, starvedRatio } = generator
  const reasons: string[] = []
  if (sent !== ok + failed + cut + open) {
    reasons.push(`The counts do not add up: ${sent} sent is not ${ok + failed + cut + open}.`)
  }
  if (busyRatio !== null && busyRatio > mostBusyRatio) {
    reasons.push(
      `The generator was busy ${percent(busyRatio)} of the time (most: ${percent(mostBusyRatio)}), so it is what was measured: fewer connections, or a lower rate.`,
    )
  }
  const waited = (starvedRatio ?? 0) / cpuRatio
  if (starvedRatio !== null && starvedRatio > leastStarvedRatio && waited > mostWaited) {
    reasons.push(
      `The generator waited ${waited.toFixed(2)} s for a core for each second that it ran (most: ${mostWaited}): something else runs on its core.`,
    )
  }
  const lagMs = eventLoopLagMs.p99 ?? 0
  const smallestMs = Math.min(ttftMs.p50 ?? Infinity, (itlMs.p50 || Infinity) * 4)
  const mostMs = Math.max(leastLagMs, smallestMs * mostLagShare)
  if (lagMs > mostMs) {
    reasons.push(
      `The generator's event loop was ${lagMs.toFixed(1)} ms late at p99 (most: ${mostMs.toFixed(1)}), which is in every time.`,
    )
  }
  return reasons
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}
