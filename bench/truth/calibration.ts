/** What is known of the bench itself: its times against those of a server that says what it did. */
import type { GroundTruth } from './ground-truth.ts'

export interface Calibration {
  readonly connections: number
  readonly seconds: number
  /** What the mock was told to do, ms. */
  readonly ttftMs: number
  readonly itlMs: number
  readonly truth: GroundTruth
}
