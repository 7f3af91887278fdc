/** The curve of a search over concurrency, as lines: every point, the plot, the law. */
import type { Paint } from '../../reporters/paint.ts'
import type { Curve, Point } from '../cap-found.ts'
import { percentText } from '../found-frame.ts'
import { uslAt } from '../usl.ts'
import { columns, shownTime } from './columns.ts'
import { formatPlot } from './text-plot.ts'

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

export function capLines(curve: Curve, paint: Paint): readonly string[] {
  const { points, knee, usl } = curve
  const rows = points.map(point => cellsOf(point, curve))
  const isAnswer = (point: Point | undefined) => point?.concurrency === knee.cap
  return [
    `retries ${paint.bold(curve.policy)}`,
    ...columns(head, rows, paint, i => isAnswer(points[i])),
    '',
    ...formatPlot({
      points: points.map(point => ({
        x: point.concurrency,
        rps: point.lastingRps,
        isMet: point.meetsObjectives,
        isAnswer: isAnswer(point),
      })),
      unit: 'in flight',
      law: usl && (n => uslAt(usl, n)),
    }),
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
    shownTime(point.ttftMs.p50),
    shownTime(point.ttftMs.p95),
    shownTime(point.e2eMs.p50),
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

function figure(value: number): string {
  if (value === 0) return '0'
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
