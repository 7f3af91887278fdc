/** The curve of a search over rates, as figures and a table. */
import { formatDuration } from '../../../base/duration.ts'
import { duration, html, number, table } from '../../reporters/markup.ts'
import { dots, line, mark, plot, type Scale, xScale, yScale } from '../../reporters/plot.ts'
import { percentText } from '../found-frame.ts'
import { type FoundRate, type RateCurve, ratePoint } from '../rate-found.ts'
import { limitsOf } from './limits.ts'
import { missedText } from './rate-lines.ts'

export function rateShown(curve: RateCurve, found: FoundRate) {
  const { policy, points } = curve
  return {
    policy,
    figures: points.length < 2 ? [] : [goodput(curve), firstTokens(curve, found)],
    table: pointsTable(curve) + ceilingNote(curve),
  }
}

function xOf({ points }: RateCurve): Scale {
  return xScale(0, points.at(-1)?.rate ?? 1)
}

function answerMark({ knee: { rate } }: RateCurve, x: Scale): string {
  return rate === undefined ? '' : mark(x.at(rate), `${rate}/s`, 1, rate > x.high * 0.7)
}

function goodput(curve: RateCurve): string {
  const { points, policy, bound, ceilingRps, knee } = curve
  const highest = Math.max(...points.map(({ lastingRps }) => lastingRps), ceilingRps ?? 0)
  const x = xOf(curve)
  const y = yScale(highest * 1.05)
  const placed = (isKept: boolean) =>
    points
      .filter(point => point.isKept === isKept)
      .map(({ rate, lastingRps }) => [x.at(rate), y.at(lastingRps)] as const)
  const level = (rps: number | null | undefined, kind: string) =>
    typeof rps === 'number' && rps <= y.high
      ? line(
          [
            [x.at(0), y.at(rps)],
            [x.at(x.high), y.at(rps)],
          ],
          kind,
        )
      : ''
  const most = Math.min(x.high, y.high)
  const all = line(
    [
      [x.at(0), y.at(0)],
      [x.at(most), y.at(most)],
    ],
    'law',
  )
  const words = {
    id: `goodput-${policy}`,
    description: `Goodput over the rate of arrivals: up to ${number(highest)} requests a second${knee.rate === undefined ? '' : `; ${knee.rate} a second are kept up`}.`,
    xLabel: 'requests/s that arrive',
    yLabel: 'good requests/s',
  }
  const lines = all + level(ceilingRps, 'law') + level(bound?.requestsPerSecond, 'even')
  const drawn =
    lines + answerMark(curve, x) + dots(placed(true), 'points') + dots(placed(false), 'missed')
  return `<figure><figcaption>Goodput <small>dashed: all that arrives, and the ceiling; red: not kept up</small></figcaption>${plot(words, x, y, drawn)}</figure>`
}

/** Beyond this many times the answer's, times are off the picture: of a rate that is too high they only grow. */
const mostTimes = 4

function firstTokens(curve: RateCurve, { settings }: FoundRate): string {
  const seen = curve.points.flatMap(({ rate, ttftDueMs: { p50, p95 } }) =>
    p50 === null || p95 === null ? [] : [{ rate, p50, p95 }],
  )
  if (seen.length === 0) return ''
  const limits = limitsOf(settings.objectives, 'ttft', 'ttftDue')
  const highest = Math.max(...seen.map(({ p95 }) => p95))
  const usual = (ratePoint(curve)?.ttftDueMs.p95 ?? highest) * mostTimes
  const x = xOf(curve)
  const y = yScale(Math.min(highest * 1.05, Math.max(usual, ...limits.map(limit => limit * 1.2))))
  const placed = (name: 'p50' | 'p95') =>
    seen
      .filter(point => point[name] <= y.high)
      .map(point => [x.at(point.rate), y.at(point[name])] as const)
  const even = limits
    .filter(limit => limit <= y.high)
    .map(limit =>
      line(
        [
          [x.at(0), y.at(limit)],
          [x.at(x.high), y.at(limit)],
        ],
        'even',
      ),
    )
  const words = {
    id: `ttft-${curve.policy}`,
    description: `TTFT from due over the rate of arrivals: the 95th percentile goes up to ${duration(highest)}.`,
    xLabel: 'requests/s that arrive',
    yLabel: 'ms',
  }
  const drawn = [
    ...even,
    answerMark(curve, x),
    line(placed('p50'), 'median'),
    line(placed('p95'), 'edge'),
    dots(placed('p95'), 'points'),
  ]
  return `<figure><figcaption>TTFT from due <small>dots: p95; dark line: median; green line: the objective</small></figcaption>${plot(words, x, y, drawn.join(''))}</figure>`
}

const head = [
  'rate/s',
  'goodput/s',
  'lasting/s',
  'of best',
  'TTFT due p50',
  'TTFT due p95',
  'E2E p50',
  'rises by',
  'throttled',
  'dropped',
  'in flight',
  'λW',
  'calls',
  'runs',
  'kept up',
]

function pointsTable(curve: RateCurve): string {
  const { points, knee } = curve
  const answer = ratePoint(curve)
  const rows = points.map(point => [
    `${point.rate}${point === answer ? ' ◆' : ''}`,
    point.goodputRps.toFixed(2),
    point.lastingRps.toFixed(2),
    knee.bestRps > 0 ? percentText(Math.min(1, point.lastingRps / knee.bestRps)) : '–',
    duration(point.ttftDueMs.p50),
    duration(point.ttftDueMs.p95),
    duration(point.e2eMs.p50),
    `${(Math.max(0, point.excess) * 1000).toFixed(0)} ms/s`,
    percentText(point.throttledShare),
    number(point.dropped),
    point.inFlight.toFixed(1),
    point.underWay.toFixed(1),
    number(point.calls),
    String(point.runs),
    point.missed === null ? 'yes' : `no: ${missedText(point)}`,
  ])
  return table('Every rate that was measured', head, rows, true)
}

function ceilingNote({ ceilingRps, aloneMs }: RateCurve): string {
  if (ceilingRps === null) return ''
  const words = `A reply alone takes ${formatDuration(aloneMs)}; the server brings ${ceilingRps.toFixed(1)} requests/s at most.`
  return `<p class="note">${html(words)}</p>`
}
