/** How hard a reasoning model is asked to think. */
import type { Effort } from './ask.ts'
import { oneOf } from './checks.ts'

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh']

/** Of a field: an effort, or `max`. */
export const checkEffort = oneOf(...efforts, 'max')

/** `max` is as hard as there is. Undefined: none was asked for, or none that is known. */
export function readEffort(asked: unknown): Effort | undefined {
  return asked === 'max' ? 'xhigh' : efforts.find(effort => effort === asked)
}
