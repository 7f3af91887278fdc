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
/** More of the time than this, something else had the core that the bench was ready to run on. */
const mostStarvedRatio = 0.05
/** A bench that is late by this share of what it measures does not measure it, however small that is. */
const mostLagShare = 0.25
const leastLagMs = 10

/** Empty: the run is valid. */
export function invalidReasons({ counts, ttftMs, itlMs, generator }: Judged): readonly string[] {
  const { sent, ok, failed, cut, open } = counts
  const { eventLoopLagMs, busyRatio, starvedRatio } = generator
  const reasons: string[] = []
  if (sent !== ok + failed + cut + open) {
    reasons.push(`The counts do not add up: ${sent} sent is not ${ok + failed + cut + open}.`)
  }
  if (busyRatio !== null && busyRatio > mostBusyRatio) {
    reasons.push(
      `The generator was busy ${percent(busyRatio)} of the time (most: ${percent(mostBusyRatio)}), so it is what was measured: fewer connections, or a lower rate.`,
    )
  }
  if (starvedRatio !== null && starvedRatio > mostStarvedRatio) {
    reasons.push(
      `The generator was ready to run and had no core ${percent(starvedRatio)} of the time (most: ${percent(mostStarvedRatio)}): something else runs on its core.`,
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
