/**
 * Stages as text: `10/s:30s,50/s:1m`. Each goes evenly from the rate before it to its own; the first holds its
 * rate, and one that lasts 0s is a step.
 */
import { parseDuration } from '../../base/duration.ts'
import { parseRate } from './rate.ts'
import type { Stretch } from './rate-course.ts'

export const stagesSyntax =
  'write RATE:DURATION with commas between, such as 10/s:30s,50/s:1m; a stage goes evenly to its rate, one of 0s is a step'

/** Undefined: they are none, or send nothing. */
export function parseStages(text: string): readonly Stretch[] | undefined {
  const stretches: Stretch[] = []
  for (const part of text.split(',')) {
    const [rate, duration, ...more] = part.split(':')
    const toPerSecond = parseRate(rate ?? '')
    const ms = parseDuration(duration ?? '')
    if (toPerSecond === undefined || ms === undefined || more.length > 0) return undefined
    const fromPerSecond = stretches.at(-1)?.toPerSecond ?? toPerSecond
    stretches.push({ fromPerSecond, toPerSecond, ms })
  }
  const sendsSome = stretches.some(
    stage => stage.ms > 0 && stage.fromPerSecond + stage.toPerSecond > 0,
  )
  return sendsSome ? stretches : undefined
}
