/**
 * The ± of a percentile: what chance and the bench itself may have added or taken. Pure.
 *
 * - chance: so many samples bound a percentile only so well. The order statistics at n·p ± 1.96·√(n·p·(1−p)) enclose
 *   the server's own percentile in 95 of 100 runs.
 * - the bench: how far its percentile lay from the truth when it was calibrated on this machine, or how late its event
 *   loop was for what arrived, at that percentile in this very run, whichever is more.
 */
import type { GeneratorHealth } from '../generator.ts'
import { rounded, type Tally } from '../tally.ts'
import type { Calibration } from './calibration.ts'
import type { Difference } from './ground-truth.ts'

/** Half widths in ms; null where there are too few samples to say. */
export interface ErrorBar {
  readonly p50: number | null
  readonly p99: number | null
}

export interface ErrorBars {
  readonly ttftMs: ErrorBar
  readonly itlMs: ErrorBar
}

export interface Doubts {
  readonly calibration: Calibration | null
  readonly generator: GeneratorHealth
}

export function errorBars(
  times: { readonly ttft: Tally; readonly itl: Tally },
  { calibration, generator }: Doubts,
): ErrorBars {
  const { p50, p99 } = generator.arrivalLagMs
  const barOf = (tally: Tally, known: Difference | undefined): ErrorBar => ({
    p50: total(chance(tally, 50), known?.shiftP50, p50),
    p99: total(chance(tally, 99), known?.shiftP99, p99),
  })
  return {
    ttftMs: barOf(times.ttft, calibration?.truth.ttft),
    itlMs: barOf(times.itl, calibration?.truth.itl),
  }
}

function total(
  chanceMs: number | undefined,
  shiftMs: number | null | undefined,
  lagMs: number | null,
): number | null {
  if (chanceMs === undefined) return null
  return rounded(chanceMs + Math.max(Math.abs(shiftMs ?? 0), lagMs ?? 0))
}

const z95 = 1.96

/** The farther end of the 95 % interval of percentile `p`; undefined below two samples. */
function chance(tally: Tally, p: number): number | undefined {
  const n = tally.count
  const value = tally.percentile(p)
  if (n < 2 || value === undefined) return undefined
  const share = p / 100
  const reach = z95 * Math.sqrt(n * share * (1 - share))
  const at = (rank: number) => tally.percentile((100 * Math.min(n, Math.max(1, rank))) / n) ?? value
  return Math.max(
    at(Math.ceil(n * share + reach)) - value,
    value - at(Math.floor(n * share - reach)),
  )
}
