/** What a run is given: its options, and those who want to hear of it. */
import type { Clock } from '../../base/clock.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { Side } from '../against/turns.ts'
import type { benchOptions } from '../options.ts'
import type { Progress } from '../progress.ts'
import type { Guard } from '../safety/guard.ts'
import type { Sample } from '../sample.ts'
import type { RunEvent } from '../samples/event.ts'
import type { Calibration } from '../truth/calibration.ts'

export type RunOptions = Omit<Resolved<typeof benchOptions>, 'url'> & { readonly url: URL }

export interface RunContext {
  readonly clock: Clock
  readonly runId: string
  readonly signal: AbortSignal | undefined
  /** How often `onProgress` is called. */
  readonly progressEveryMs: number
  onProgress: ((progress: Progress) => void) | undefined
  /** Each measured request as it settles. */
  readonly onSample: ((sample: Sample) => void) | undefined
  /** Everything that the summary is made of, as it happens; of a run by turns with its side. */
  readonly onEvent: ((event: RunEvent, side?: Side) => void) | undefined
  onNotice(text: string): void
  /** What is known of the bench itself on this machine. */
  readonly calibration?: Calibration | undefined
  /** Ends the run when it costs too much or only fails. */
  readonly guard?: Guard | undefined
}
