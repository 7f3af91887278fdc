/** Both sides of a comparison in the same plots: how their times are spread, and how they went over the run. */
import { type TimeName, times } from '../measure.ts'
import type { Summary } from '../summary.ts'
import type { Slot } from '../timeline.ts'
import { climbFigure, lineKey } from './cumulative-figure.ts'
import { atSeconds, figure } from './figure.ts'
import { shareBelow } from './heat-figure.ts'
import { ms, number, table } from './markup.ts'
import { line, plot, xScale, yScale } from './plot.ts'
import { endOf, widen } from './wide-slots.ts'

/** What is drawn of a side. */
export type SideRun = Pick<Summary, 'timeline' | 'histograms' | `${TimeName}Ms`>

/** Head is solid and base dashed, so that nobody needs their colours. */
const looks = { base: 'curve b dashed', head: 'curve a' } as const
type Side = keyof typeof looks
const sides = ['base', 'head'] as const

const spreads = [
  ['ttft', 'requests'],
  ['e2e', 'requests'],
  ['itl', 'gaps'],
] as const

const courses: readonly Course[] = [
  { id: 'ttft-p50', title: 'Median TTFT over the run', unit: 'ms', of: slot => slot.ttftP50Ms },
  { id: 'ttft-p95', title: 'TTFT p95 over the run', unit: 'ms', of: slot => slot.ttftP95Ms },
  {
    id: 'itl-p95',
    title: 'ITL p95 over the run, to 5 %',
    unit: 'ms',
    of: ({ itl }) => shareBelow(itl, 0.95),
  },
]

/** By turns it only says whose turn it was. */
const throughput: Course = {
  id: 'tokens',
  title: 'Output tokens a second over the run',
  unit: 'tokens/s',
  of: ({ tokens, seconds }) => tokens / seconds,
}

interface Course {
  readonly id: string
  readonly title: string
  readonly unit: 'ms' | 'tokens/s'
  /** Null where there is nothing in it. */
  of(slot: Slot): number | null
}

export function sideFigures(base: SideRun, head: SideRun, isPaired: boolean): string {
  const both = { base, head }
  const slots = { base: widen(base.timeline), head: widen(head.timeline) }
  const climbs = spreads.map(([name, of]) =>
    climbFigure(
      { id: `both-${name}`, title: `${times[name].title}: within how many ms`, of },
      sides.map(side => ({
        title: side,
        look: looks[side],
        bins: both[side].histograms[`${name}Ms`],
        stats: both[side][`${name}Ms`],
      })),
    ),
  )
  const shown = isPaired ? courses : [...courses, throughput]
  return [...climbs, ...shown.map(course => courseFigure(course, slots))].join('')
}

function courseFigure(
  { id, title, unit, of }: Course,
  slots: Readonly<Record<Side, readonly Slot[]>>,
): string {
  const pointsOf = (side: Side) =>
    slots[side].flatMap(slot => {
      const value = of(slot)
      return value === null ? [] : [{ slot, value }]
    })
  const points = { base: pointsOf('base'), head: pointsOf('head') }
  const values = sides.flatMap(side => points[side].map(({ value }) => value))
  if (values.length === 0) return ''
  const x = xScale(0, Math.max(...sides.map(side => endOf(slots[side]))))
  const y = yScale(Math.max(...values))
  const lines = sides.map(side =>
    line(
      points[side].map(({ slot, value }) => [x.at(slot.atSeconds + slot.seconds / 2), y.at(value)]),
      looks[side],
    ),
  )
  const shown = unit === 'ms' ? ms : number
  const about = sides.map(side => {
    const own = points[side].map(({ value }) => value)
    if (own.length === 0) return `${side} nothing`
    return `${side} ${shown(Math.min(...own))} to ${shown(Math.max(...own))} ${unit}`
  })
  const words = {
    id: `both-${id}`,
    description: `${title}: ${about.join(', ')}.`,
    xLabel: 'seconds into the run',
    yLabel: unit,
  }
  const numbers = sides
    .filter(side => points[side].length > 0)
    .map(side =>
      table(
        `${title}: ${side}`,
        ['from', `${side}, ${unit}`],
        points[side].map(({ slot, value }) => [atSeconds(slot.atSeconds), shown(value)]),
        true,
      ),
    )
  const keys = sides.map(side => lineKey({ title: side, look: looks[side] })).join(' ')
  return figure(
    `${title} <small>${keys}</small>`,
    plot(words, x, y, lines.join('')),
    numbers.join(''),
  )
}
