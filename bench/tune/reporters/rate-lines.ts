/** The curve of a search over rates, as lines: every point, the plot. */
import type { Paint } from '../../reporters/paint.ts'
import { percentText } from '../found-frame.ts'
import { type FoundRate, type RateCurve, type RatePoint, ratePoint } from '../rate-found.ts'
import { columns, shownTime } from './columns.ts'
import { formatPlot } from './text-plot.ts'

const head = [
  'rate/s',
  'goodput/s',
  'of best',
  'TTFT due p50',
  'p95',
  'E2E p50',
  'rises by',
  'throttled',
  'in flight',
  'λW',
  'calls',
  '',
] as const

export function rateLines(
  curve: RateCurve,
  { settings }: FoundRate,
  paint: Paint,
): readonly string[] {
  const { points } = curve
  const answer = ratePoint(curve)
  const rows = points.map(point => cellsOf(point, point === answer, curve.knee.bestRps))
  return [
    `retries ${paint.bold(curve.policy)}, ${settings.arrivals} arrivals`,
    ...columns(head, rows, paint, i => points[i] === answer),
    '',
    ...formatPlot({
      points: points.map(point => ({
        x: point.rate,
        rps: point.lastingRps,
        isMet: point.isKept,
        isAnswer: point === answer,
      })),
      unit: 'requests/s',
      law: rate => rate,
    }),
  ]
}

function cellsOf(point: RatePoint, isAnswer: boolean, bestRps: number): readonly string[] {
  const { rate, lastingRps, goodputRps, ttftDueMs, e2eMs, excess } = point
  const isLent = lastingRps < goodputRps * 0.995
  const notes = [
    isAnswer ? '◆ rate' : '',
    point.missed === null ? '' : `× ${missedText(point)}`,
    isLent ? `lent: ${goodputRps.toFixed(1)}/s for now` : '',
  ]
  return [
    String(rate),
    lastingRps.toFixed(lastingRps < 100 ? 1 : 0),
    bestRps > 0 ? percentText(Math.min(1, lastingRps / bestRps)) : '–',
    shownTime(ttftDueMs.p50),
    shownTime(ttftDueMs.p95),
    shownTime(e2eMs.p50),
    excess * 1000 < 1 ? '–' : `${shownTime(excess * 1000)}/s`,
    percentText(point.throttledShare),
    point.inFlight.toFixed(1),
    point.underWay.toFixed(1),
    String(point.calls),
    notes.filter(note => note !== '').join(', '),
  ]
}

/** Why a rate is not kept up, in a few words. */
export function missedText({ missed, objectives }: RatePoint): string {
  switch (missed) {
    case 'objective':
      return objectives.find(({ ok }) => !ok)?.text ?? 'an objective'
    case 'ceiling':
      return 'too near the ceiling'
    case 'lasting':
      return 'more than lasts'
    default:
      return missed ?? ''
  }
}
