/**
 * What a run tells while it lasts, in the order in which it happens: enough to make its summary again. Each
 * event is a line of a samples file.
 */
import { definitions } from '../measure.ts'
import type { Counts } from '../recorder.ts'
import type { Sample } from '../sample.ts'
import type { SummaryContext } from '../summary.ts'

/** Changes when a key changes its meaning or goes; new keys do not change it. */
export const samplesSchema = 'tokadence-samples/1'

/** What the samples cannot tell, and what they are judged by. */
export interface Setting extends SummaryContext {
  /** Thresholds as written. */
  readonly limits: readonly string[]
  readonly strictSamples: boolean
  /** Objectives of each request, as written. */
  readonly slo: readonly string[]
}

export type RunEvent =
  /** The run is about to start. */
  | { readonly type: 'run'; readonly setting: Setting }
  /** The measured window begins; what is known of the start is told anew at the end. */
  | { readonly type: 'begin'; readonly atMs: number; readonly startedAt: string }
  /** A request has settled, in whole µs; those of the warm-up are not measured. */
  | { readonly type: 'sample'; readonly isMeasured: boolean; readonly sample: Sample }
  | { readonly type: 'dropped'; readonly dueAtMs: number }
  /** With `--against`: this side's turn begins, and is over; what was due between belongs to it. */
  | { readonly type: 'turn' | 'pause'; readonly atMs: number }
  /** The measured window ends; the samples that come after were still in flight. */
  | { readonly type: 'finish'; readonly atMs: number }
  | {
      readonly type: 'end'
      readonly setting: Setting
      readonly windowMs: number
      readonly counts: Counts
      /** Samples that could not be written. */
      readonly lost: number
    }

/** The event as a line of JSON; what is undefined is left out. */
export function lineOf(event: RunEvent): string {
  switch (event.type) {
    case 'run':
      return JSON.stringify({ type: 'run', schema: samplesSchema, ...event.setting, definitions })
    case 'sample':
      return JSON.stringify({ type: 'sample', measured: event.isMeasured, ...event.sample })
    case 'end': {
      const { setting, ...rest } = event
      return JSON.stringify({ ...rest, ...setting })
    }
    default:
      return JSON.stringify(event)
  }
}
