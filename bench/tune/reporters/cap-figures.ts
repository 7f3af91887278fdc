/** The curve of a search over concurrency, as figures and a table. */
import { duration, number, table } from '../../reporters/markup.ts'
import { dots, line, mark, plot, xScale, yScale } from '../../reporters/plot.ts'
import { type Curve, capPoint, type FoundCap } from '../cap-found.ts'
import { percentText } from '../found-frame.ts'
import { uslAt } from '../usl.ts'
import { limitsOf } from './limits.ts'

export function capShown(curve: Curve, found: FoundCap) {
  const { policy, points } = curve
  return {
    policy,
    figures: points.length < 2 ? [] : [goodput(curve), firstTokens(curve, found)],
    table: pointsTable(curve) + law(curve),
  }
}

function goodput({ points, knee, usl, policy, bound }: Curve): string {
  const most = points.at(-1)?.concurrency ?? 1
  const highest = Math.max(...points.map(({ lastingRps }) => lastingRps))
  const x = xScale(0, most)
  const y = yScale(highest * 1.05)
  const at = (n: number, value: number) => [x.at(n), y.at(value)] as const
  const placed = (isMet: boolean) =>
    points
      .filter(({ meetsObjectives }) => meetsObjectives === isMet)
      .map(({ concurrency, lastingRps }) => at(concurrency, lastingRps))
  const steps = Array.from({ length: 60 }, (_, i) => 1 + (i / 59) * (most - 1))
  const fitted = usl
    ? line(
        steps.map(n => at(n, Math.min(uslAt(usl, n), y.high))),
        'law',
      )
    : ''
  const limit =
    bound && bound.requestsPerSecond <= y.high
      ? line([at(0, bound.requestsPerSecond), at(most, bound.requestsPerSecond)], 'even')
      : ''
  const capMark =
    knee.cap === undefined ? '' : mark(x.at(knee.cap), `cap ${knee.cap}`, 1, knee.cap > most * 0.7)
  const words = {
    id: `goodput-${policy}`,
    description: `Goodput over requests in flight: up to ${number(highest)} requests a second${knee.cap === undefined ? '' : `, the cap at ${knee.cap}`}.`,
    xLabel: 'requests in flight',
    yLabel: 'good requests/s',
  }
  const drawn =
    fitted + limit + capMark + dots(placed(true), 'points') + dots(placed(false), 'missed')
  return `<figure><figcaption>Goodput <small>dashed: the fitted law; red: an objective is missed</small></figcaption>${plot(words, x, y, drawn)}</figure>`
}

function firstTokens({ points, policy, knee }: Curve, { settings }: FoundCap): string {
  const most = points.at(-1)?.concurrency ?? 1
  const seen = points.flatMap(({ concurrency, ttftMs: { p50, p95 } }) =>
    p50 === null || p95 === null ? [] : [{ concurrency, p50, p95 }],
  )
  if (seen.length === 0) return ''
  const limits = limitsOf(settings.objectives, 'ttft')
  const highest = Math.max(...seen.map(({ p95 }) => p95))
  const x = xScale(0, most)
  const y = yScale(highest * 1.05)
  const lineOf = (name: 'p50' | 'p95', kind: string) => {
    const placed = seen.map(point => [x.at(point.concurrency), y.at(point[name])] as const)
    return line(placed, kind) + (name === 'p95' ? dots(placed, 'points') : '')
  }
  const lines = limits
    .filter(limit => limit <= y.high)
    .map(limit =>
      line(
        [
          [x.at(0), y.at(limit)],
          [x.at(most), y.at(limit)],
        ],
        'even',
      ),
    )
  const words = {
    id: `ttft-${policy}`,
    description: `TTFT over requests in flight: the 95th percentile goes up to ${duration(highest)}.`,
    xLabel: 'requests in flight',
    yLabel: 'ms',
  }
  const capMark =
    knee.cap === undefined ? '' : mark(x.at(knee.cap), `cap ${knee.cap}`, 1, knee.cap > most * 0.7)
  const drawn = lines.join('') + capMark + lineOf('p50', 'median') + lineOf('p95', 'edge')
  return `<figure><figcaption>TTFT <small>dots: p95; dark line: median; green line: the objective</small></figcaption>${plot(words, x, y, drawn)}</figure>`
}

function pointsTable(curve: Curve): string {
  const { points, knee } = curve
  const cap = capPoint(curve)
  const head = [
    'in flight',
    'goodput/s',
    '±',
    'lasting/s',
    'of best',
    'TTFT p50',
    'TTFT p95',
    'E2E p50',
    'throttled',
    'held',
    'under way',
    'calls',
    'runs',
    'objectives',
  ]
  const rows = points.map(point => [
    `${point.concurrency}${point === cap ? ' ◆' : ''}`,
    point.goodputRps.toFixed(2),
    point.marginRps === null ? '–' : point.marginRps.toFixed(2),
    point.lastingRps.toFixed(2),
    knee.bestRps > 0 ? percentText(Math.min(1, point.lastingRps / knee.bestRps)) : '–',
    duration(point.ttftMs.p50),
    duration(point.ttftMs.p95),
    duration(point.e2eMs.p50),
    percentText(point.throttledShare),
    percentText(point.heldShare),
    point.underWay.toFixed(1),
    number(point.calls),
    String(point.runs),
    point.meetsObjectives
      ? 'met'
      : `missed: ${point.objectives.find(({ ok }) => !ok)?.text ?? 'no request ended ok'}`,
  ])
  return table('Every number in flight that was measured', head, rows, true)
}

function law({ usl }: Curve): string {
  if (!usl) return ''
  const { lambda, sigma, kappa, peakConcurrency, relativeError } = usl
  const peak =
    peakConcurrency === null ? 'it levels off' : `its peak is at ${Math.round(peakConcurrency)}`
  return `<p class="note">USL: λ ${lambda.toPrecision(3)}/s, σ ${sigma.toPrecision(3)}, κ ${kappa.toPrecision(3)}; ${peak}; off by ${percentText(relativeError)} on average.</p>`
}
