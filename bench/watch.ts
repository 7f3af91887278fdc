/** What goes on beside a run: its progress is told, its thresholds are judged for those who scrape. */
import type { Clock } from '../base/clock.ts'
import type { Course } from './course.ts'
import { measuredOf } from './measured.ts'
import type { BenchMetrics } from './metrics.ts'
import { createProgressReader, type Progress } from './progress.ts'
import type { Recorder } from './recorder.ts'
import { judge, type Threshold } from './threshold.ts'

/** How often the thresholds' gauges are brought up to date while the run is scraped. */
const judgeEveryMs = 1000

export interface Watched {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly course: Pick<Course, 'phase' | 'elapsedMs' | 'share'>
  readonly metrics: BenchMetrics
  readonly thresholds: readonly Threshold[]
  readonly isScraped: boolean
  readonly progressEveryMs: number
  readonly onProgress: ((progress: Progress) => void) | undefined
  inFlight(): number
}

/** Returns a function that ends the watching. */
export function watch(run: Watched): () => void {
  const { clock, recorder, metrics, thresholds, onProgress } = run
  const stops: (() => void)[] = []
  if (onProgress) {
    const look = createProgressReader(recorder, run.course)
    stops.push(
      every(clock, run.progressEveryMs, () => onProgress(look(run.inFlight(), clock.nowMs()))),
    )
  }
  // Exact percentiles sort their values, so only where someone scrapes, and not often.
  if (run.isScraped && thresholds.length > 0) {
    stops.push(
      every(clock, judgeEveryMs, () => {
        const measured = measuredOf(recorder, recorder.windowMs(clock.nowMs()))
        metrics.verdicts(thresholds.map(threshold => judge(threshold, measured)))
      }),
    )
  }
  return () => {
    for (const stop of stops) stop()
  }
}

/** Calls `action` again and again; returns a function that ends it. */
function every(clock: Clock, periodMs: number, action: () => void): () => void {
  let cancel = clock.after(periodMs, tick)
  function tick(): void {
    cancel = clock.after(periodMs, tick)
    action()
  }
  return () => cancel()
}
