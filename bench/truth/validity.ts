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
  const reasons: string[] = []
  if (sent !== ok + failed + cut + open) {
    reasons.push(`The counts do not add up: ${sent} sent is not ${ok + failed + cut + open}.`)
  }
  reasons.push(...busyReasons(generator))
  const waited = waitedMost(generator)
  if (waited > mostWaited) {
    reasons.push(
      `The generator waited ${waited.toFixed(2)} s for a core for each second that it ran (most: ${mostWaited}): something else runs on its core.`,
    )
  }
  const smallestMs = Math.min(ttftMs.p50 ?? Infinity, (itlMs.p50 || Infinity) * 4)
  return [...reasons, ...lateReasons(generator, smallestMs)]
}

/** How long the thread that lacks a core most has waited for one, for each second that it ran. */
function waitedMost({ workers, ...generator }: GeneratorHealth): number {
  const waits = (workers ?? [generator]).map(({ starvedRatio, cpuRatio }) =>
    starvedRatio !== null && starvedRatio > leastStarvedRatio ? starvedRatio / cpuRatio : 0,
  )
  return Math.max(0, ...waits)
}

/** It had no time left. */
export function busyReasons({ busyRatio }: Pick<GeneratorHealth, 'busyRatio'>): readonly string[] {
  if (busyRatio === null || busyRatio <= mostBusyRatio) return []
  return [
    `The generator was busy ${percent(busyRatio)} of the time (most: ${percent(mostBusyRatio)}), so it is what was measured: fewer connections, or a lower rate.`,
  ]
}

/** It was late by more than a share of `smallestMs`, the smallest time that is to be told. */
export function lateReasons(
  { eventLoopLagMs }: { readonly eventLoopLagMs: { readonly p99: number | null } },
  smallestMs: number,
): readonly string[] {
  const lagMs = eventLoopLagMs.p99 ?? 0
  const mostMs = Math.max(leastLagMs, smallestMs * mostLagShare)
  if (lagMs <= mostMs) return []
  return [
    `The generator's event loop was ${lagMs.toFixed(1)} ms late at p99 (most: ${mostMs.toFixed(1)}), which is in every time.`,
  ]
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}
