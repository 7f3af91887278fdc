/** What was found, for people at a terminal: every point, the curve, and the answer last. */
import { formatDuration } from '../../../base/duration.ts'
import type { Paint } from '../../reporters/paint.ts'
import { bindingWords } from '../binds.ts'
import { answerOf, type Curve, type Found, type Point, percentText } from '../found.ts'
import { formatPlot } from './text-plot.ts'

export function formatFound(found: Found, paint: Paint): string {
  const { target, settings, run, curves, warnings } = found
  const objectives = settings.objectives.length > 0 ? settings.objectives.join(', ') : 'none'
  const lines = [
    `${paint.bold('tokadence tune')}  ${target.model} at ${target.url}`,
    paint.dim(
      `objectives ${objectives} · ${formatDuration(run.seconds * 1000)}${run.interrupted ? ' · interrupted' : ''}`,
    ),
    '',
  ]
  for (const curve of curves) lines.push(...curveLines(curve, paint), '')
  for (const text of warnings) lines.push(paint.yellow(`! ${text}`))
  if (warnings.length > 0) lines.push('')
  return [...lines, ...answerLines(found, paint)].join('\n')
}

const head = [
  'in flight',
  'goodput/s',
  '±',
  'of best',
  'TTFT p50',
  'p95',
  'E2E p50',
  'throttled',
  'held',
  'under way',
  'calls',
  '',
] as const

function curveLines(curve: Curve, paint: Paint): readonly string[] {
  const { points, knee } = curve
  const rows = points.map(point => cellsOf(point, curve))
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map(row => row[i]?.length ?? 0)),
  )
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === head.length - 1 ? cell : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [
    `retries ${paint.bold(curve.policy)}`,
    paint.dim(lineOf(head)),
    ...rows.map((row, i) => {
      const line = lineOf(row)
      return points[i]?.concurrency === knee.cap ? paint.bold(line) : line
    }),
    '',
    ...formatPlot(curve),
    '',
    ...lawLines(curve).map(paint.dim),
  ]
}

function cellsOf(point: Point, { knee }: Curve): readonly string[] {
  const share = knee.bestRps > 0 ? percentText(Math.min(1, point.lastingRps / knee.bestRps)) : '–'
  const isLent = point.lastingRps < point.goodputRps * 0.995
  const notes = [
    point.concurrency === knee.cap ? '◆ cap' : '',
    point.meetsObjectives ? '' : `× ${missedText(point)}`,
    isLent ? `lent: ${figure(point.goodputRps)}/s for now` : '',
  ]
  return [
    String(point.concurrency),
    point.lastingRps.toFixed(point.lastingRps < 100 ? 1 : 0),
    point.marginRps === null ? '–' : point.marginRps.toFixed(point.marginRps < 10 ? 2 : 0),
    share,
    spoken(point.ttftMs.p50),
    spoken(point.ttftMs.p95),
    spoken(point.e2eMs.p50),
    percentText(point.throttledShare),
    percentText(point.heldShare),
    point.underWay.toFixed(1),
    String(point.calls),
    notes.filter(note => note !== '').join(', '),
  ]
}

function missedText({ objectives, ok }: Point): string {
  const missed = objectives.find(verdict => !verdict.ok)
  return ok === 0 ? 'none ended ok' : (missed?.text ?? 'missed')
}

/** The law beside the points. */
function lawLines({ usl, points }: Curve): readonly string[] {
  if (!usl) return []
  const { lambda, sigma, kappa, peakConcurrency, relativeError } = usl
  const peak =
    peakConcurrency === null
      ? 'it levels off'
      : `its peak is at ${Math.round(peakConcurrency)}${peakConcurrency > (points.at(-1)?.concurrency ?? 0) ? ', beyond what was tried' : ''}`
  return [
    `USL: λ ${figure(lambda)}/s, σ ${figure(sigma)}, κ ${figure(kappa)}; ${peak}; off by ${percentText(relativeError)} on average`,
  ]
}

function answerLines({ verdict, curves, cap, policy, answer, run }: Found, paint: Paint): string[] {
  const curve = curves.find(one => one.policy === policy)
  const lines: string[] = []
  if (curves.length > 1) {
    for (const one of curves) lines.push(`retries ${one.policy}: ${answerOf(one)}`)
  }
  if (run.interrupted) lines.push(paint.yellow('interrupted: this is as far as it came'))
  if (verdict !== 'found')
    lines.push(paint.red(`${verdict}: ${curve?.binding.because ?? 'nothing was measured'}`))
  else if (curve) lines.push(`${bindingWords[curve.binding.what]}: ${curve.binding.because}`)
  if (cap !== null) {
    const under = curves.length > 1 ? ` (retries ${policy})` : ''
    lines.push(paint.bold(verdict === 'found' ? paint.green(answer + under) : answer + under))
  }
  return lines
}

function figure(value: number): string {
  if (value === 0) return '0'
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}

function spoken(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms)
}
