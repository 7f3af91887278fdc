/** What a comparison is asked, from its options. */
import type { Resolved } from '../../base/option-table.ts'
import type { compareOptions } from '../options/compare.ts'
import type { Question } from './comparison.ts'
import { metricsOf, shownBeside } from './metric.ts'
import { parseTolerance } from './tolerance.ts'

export function questionOf(
  options: Resolved<typeof compareOptions>,
): Pick<Question, 'judged' | 'shown' | 'tolerance'> {
  return {
    judged: metricsOf(options.judge),
    shown: shownBeside,
    // The option has refused what is none.
    tolerance: parseTolerance(options.tolerance) ?? { ratio: 0, floorMs: 0 },
  }
}
