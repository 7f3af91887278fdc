/** What a search is given, whatever it is over. */
import type { Resolved } from '../../base/option-table.ts'
import type { Random } from '../../base/random.ts'
import type { FoundCommon } from './found-frame.ts'
import type { Level } from './level.ts'
import type { tuneOptions } from './options.ts'
import type { PointParts } from './point.ts'
import type { PolicyName } from './policy.ts'
import type { RateLevel } from './rate-level.ts'
import type { Why } from './search.ts'
import type { RateWhy } from './search-rate.ts'

export type TuneOptions = Resolved<typeof tuneOptions>

/** A point was measured: its level with all runs so far. */
export type OnPoint = (level: Level | RateLevel, why: Why | RateWhy, policy: PolicyName) => void

export interface Search {
  readonly options: TuneOptions
  readonly parts: PointParts
  readonly random: Random
  readonly signal: AbortSignal
  readonly onPoint: OnPoint | undefined
  /** Throws OptionError where the work broke off. */
  check(): void
}

/** What is the same of every search. */
export type Frame = Pick<FoundCommon, 'schema' | 'tool' | 'run' | 'target' | 'environment'>
