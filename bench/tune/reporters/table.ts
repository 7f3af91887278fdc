/** What was found, for people at a terminal: every point, the curve, and the answer last. */
import { formatDuration } from '../../../base/duration.ts'
import type { Paint } from '../../reporters/paint.ts'
import { bindingWords } from '../binds.ts'
import { answerOf } from '../cap-found.ts'
import type { Found } from '../found.ts'
import { rateAnswerOf } from '../rate-found.ts'
import { capLines } from './cap-lines.ts'
import { rateLines } from './rate-lines.ts'

export function formatFound(found: Found, paint: Paint): string {
  const { target, settings, run, warnings } = found
  const objectives = settings.objectives.length > 0 ? settings.objectives.join(', ') : 'none'
  const lines = [
    `${paint.bold('tokadence tune')}  ${target.model} at ${target.url}`,
    paint.dim(
      `objectives ${objectives} · ${formatDuration(run.seconds * 1000)}${run.interrupted ? ' · interrupted' : ''}`,
    ),
    '',
  ]
  const parts =
    found.over === 'rate'
      ? found.curves.map(curve => rateLines(curve, found, paint))
      : found.curves.map(curve => capLines(curve, paint))
  for (const part of parts) lines.push(...part, '')
  for (const text of warnings) lines.push(paint.yellow(`! ${text}`))
  if (warnings.length > 0) lines.push('')
  return [...lines, ...answerLines(found, paint)].join('\n')
}

function answerLines(found: Found, paint: Paint): string[] {
  const { verdict, cap, rate, policy, answer, run } = found
  const curves =
    found.over === 'rate'
      ? found.curves.map(one => ({ ...one, answer: rateAnswerOf(one) }))
      : found.curves.map(one => ({ ...one, answer: answerOf(one) }))
  const curve = curves.find(one => one.policy === policy)
  const lines: string[] = []
  if (curves.length > 1) {
    for (const one of curves) lines.push(`retries ${one.policy}: ${one.answer}`)
  }
  if (run.interrupted) lines.push(paint.yellow('interrupted: this is as far as it came'))
  if (verdict !== 'found')
    lines.push(paint.red(`${verdict}: ${curve?.binding.because ?? 'nothing was measured'}`))
  else if (curve) lines.push(`${bindingWords[curve.binding.what]}: ${curve.binding.because}`)
  if (cap !== null || rate !== null) {
    const under = curves.length > 1 ? ` (retries ${policy})` : ''
    lines.push(paint.bold(verdict === 'found' ? paint.green(answer + under) : answer + under))
  }
  return lines
}
