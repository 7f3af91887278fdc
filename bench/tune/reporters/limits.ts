/** The limits that objectives set on a time, to be drawn. */
import type { TimeName } from '../../measure.ts'
import { parseThreshold } from '../../threshold.ts'

/** Ms. */
export function limitsOf(objectives: readonly string[], ...names: TimeName[]): readonly number[] {
  return objectives.flatMap(text => {
    const rule = parseThreshold(text)
    return names.some(name => name === rule?.metric) && rule && rule.of !== 'count'
      ? [rule.limit]
      : []
  })
}
