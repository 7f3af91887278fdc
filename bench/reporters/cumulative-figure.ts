/** How many requests had their first token, and their end, within how many ms: the cumulative distribution. */
import { type TimeName, times } from '../measure.ts'
import type { Summary } from '../summary.ts'
import type { Bins, Stats } from '../tally.ts'
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

/** A time of a run, as one curve among others. */
export interface Climb {
  readonly title: string
  /** Its class, which says how it looks. */
  readonly look: string
  readonly bins: Bins
  readonly stats: Stats
}

export interface ClimbWords {
  readonly id: string
  /** Text. */
  readonly title: string
  /** What the shares are shares of. */
  readonly of: string
}

export function cumulativeFigure(summary: Summary): string {
  const shown = shownTimes(summary)
  const drawn = curves.filter(
    name => shown.includes(name as TimeName) && summary[`${name}Ms`].count > 0,
  )
  return climbFigure(
    { id: 'cumulative', title: 'Within how many ms', of: 'requests' },
    drawn.map(name => ({
      title: times[name].title,
      look: looks[name],
      bins: summary.histograms[`${name}Ms`],
      stats: summary[`${name}Ms`],
    })),
  )
}

/** Curves of none are left out; nothing where none is left. */
export function climbFigure({ id, title, of }: ClimbWords, given: readonly Climb[]): string {
  const drawn = given.filter(({ stats }) => stats.count > 0)
  if (drawn.length === 0) return ''
  // A few that came in one read would take most of a scale of ratios.
  const low = Math.min(...drawn.map(({ bins }) => below(bins, 1) ?? 1))
  const high = Math.max(...drawn.map(({ stats }) => stats.max ?? 1))
  const x = logScale(Math.max(0.01, low * 0.95), high * 1.05, inner.left, inner.left + inner.width)
  const y = linearScale(0, 100, inner.top + inner.height, inner.top, 4)
  const lines = drawn.map(({ bins, look }) => {
    const points = climb(bins).map(
      ([value, share]) => [x.at(Math.max(value, x.low)), y.at(share)] as const,
    )
    const [first] = points
    const from = first ? [[first[0], y.at(0)] as const] : []
    return line([...from, ...points], look)
  })
  const described = drawn.map(
    curve =>
      `${curve.title} ${ms(curve.stats.p50)} ms for half, ${ms(curve.stats.p99)} ms for 99 %`,
  )
  const words = {
    id,
    description: `Share of ${of} within a time: ${described.join('; ')}.`,
    xLabel: 'ms, a scale of ratios',
    yLabel: `% of ${of}`,
  }
  const rows = shares.map(share => [
    `${share} %`,
    ...drawn.map(({ bins }) => ms(below(bins, share))),
  ])
  return figure(
    `${html(title)} <small>${drawn.map(lineKey).join(' ')}</small>`,
    plot(words, x, y, lines.join('')),
    table(
      `Share of ${of} within a time, ms: ${drawn.map(curve => curve.title).join(', ')}`,
      ['share', ...drawn.map(curve => curve.title)],
      rows,
      true,
    ),
  )
}

/** What a line of this look is. */
export function lineKey({ title, look }: Pick<Climb, 'title' | 'look'>): string {
  return `<span class="key-of"><span class="line ${look.replace('curve ', '')}"></span>${html(title)}</span>`
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
