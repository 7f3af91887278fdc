/** How many requests had their first token, and their end, within how many ms: the cumulative distribution. */
import { type TimeName, times } from '../measure.ts'
import type { Summary } from '../summary.ts'
import type { Bins } from '../tally.ts'
import { figure } from './figure.ts'
import { html, ms, table } from './markup.ts'
import { inner, line, linearScale, logScale, plot } from './plot.ts'
import { shownTimes } from './shown-times.ts'

const curves = ['ttft', 'ttftDue', 'e2e', 'response'] as const
const looks: Readonly<Record<(typeof curves)[number], string>> = {
  ttft: 'curve a',
  ttftDue: 'curve a dashed',
  e2e: 'curve b',
  response: 'curve b dashed',
}
const shares = [10, 25, 50, 75, 90, 95, 99] as const

export function cumulativeFigure(summary: Summary): string {
  const shown = shownTimes(summary)
  const drawn = curves.filter(
    name => shown.includes(name as TimeName) && summary[`${name}Ms`].count > 0,
  )
  const low = Math.min(...drawn.map(name => summary[`${name}Ms`].min ?? 1))
  const high = Math.max(...drawn.map(name => summary[`${name}Ms`].max ?? 1))
  const x = logScale(Math.max(0.01, low * 0.95), high * 1.05, inner.left, inner.left + inner.width)
  const y = linearScale(0, 100, inner.top + inner.height, inner.top, 4)
  const lines = drawn.map(name => {
    const points = climb(summary.histograms[`${name}Ms`]).map(
      ([value, share]) => [x.at(Math.max(value, x.low)), y.at(share)] as const,
    )
    const [first] = points
    const from = first ? [[first[0], y.at(0)] as const] : []
    return line([...from, ...points], looks[name])
  })
  const keys = drawn
    .map(
      name =>
        `<span class="key-of"><span class="line ${looks[name]}"></span>${html(times[name].title)}</span>`,
    )
    .join(' ')
  const described = drawn.map(name => {
    const { p50, p99 } = summary[`${name}Ms`]
    return `${times[name].title} ${ms(p50)} ms for half, ${ms(p99)} ms for 99 %`
  })
  const words = {
    id: 'cumulative',
    description: `Share of requests within a time: ${described.join('; ')}.`,
    xLabel: 'ms, a scale of ratios',
    yLabel: '% of requests',
  }
  const rows = shares.map(share => [
    `${share} %`,
    ...drawn.map(name => ms(below(summary.histograms[`${name}Ms`], share))),
  ])
  return figure(
    `Within how many ms <small>${keys}</small>`,
    plot(words, x, y, lines.join('')),
    table(
      'Share of requests within a time, ms',
      ['share', ...drawn.map(name => times[name].title)],
      rows,
      true,
    ),
  )
}

/** From each value to the share of values that are no greater, in %; thinned to what a plot can show. */
function climb(bins: Bins): readonly (readonly [number, number])[] {
  const total = bins.reduce((sum, [, count]) => sum + count, 0)
  const points: (readonly [number, number])[] = []
  let seen = 0
  let shown = Number.NEGATIVE_INFINITY
  for (const [i, [value, count]] of bins.entries()) {
    seen += count
    const share = (seen / total) * 100
    if (share - shown < 0.25 && i < bins.length - 1) continue
    shown = share
    points.push([value, share])
  }
  return points
}

function below(bins: Bins, share: number): number | null {
  const total = bins.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [value, count] of bins) {
    seen += count
    if (seen >= (total * share) / 100 - 1e-9) return value
  }
  return null
}
