/**
 * Every time of a sample is in whole µs, which is finer than any of it is known: what is written down is then exactly
 * what was counted, and whoever reads it comes to the same numbers, to the digit.
 */
import type { Sample } from './sample.ts'

/** To the whole µs, in ms. */
export function wholeUs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** The same of what may not have happened. */
export function wholeUsOrNone(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : wholeUs(ms)
}

/** When its last try ended or was left, in ms of the run's clock. */
export function endedAtMs({ sentAtMs, e2eMs, censoredMs }: Sample): number {
  return wholeUs(sentAtMs + (e2eMs ?? censoredMs ?? 0))
}
