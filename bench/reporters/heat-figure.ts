/** A time over the run as a heat map: a column a slot, a row a range of ms, darker where more values lie. */
import { edgeMs, perOctave, type Shape } from '../spread.ts'
import type { Summary } from '../summary.ts'
import type { Slot } from '../timeline.ts'
import { atSeconds, figure } from './figure.ts'
import { ms, number, table } from './markup.ts'
import { cell, inner, logScale, plot, xScale } from './plot.ts'
import { endOf } from './wide-slots.ts'

const maxRows = 28
/** Shades of the scale, from faint to full. */
const shades = 5

export function heatFigure(
  name: 'ttft' | 'itl',
  title: string,
  summary: Summary,
  slots: readonly Slot[],
): string {
  const all = slots.flatMap(slot => slot[name].map(([bucket]) => bucket))
  const stats = summary[`${name}Ms`]
  if (all.length === 0) return ''
  // What lies far below the rest is a few values that came in one read; it joins the lowest row.
  const lowest = Math.max(Math.min(...all), bucketOf((stats.p50 ?? 1) / 16))
  const highest = Math.max(...all)
  const step = Math.max(1, Math.ceil((highest - lowest + 1) / maxRows))
  const rowOf = (bucket: number) => Math.max(0, Math.floor((bucket - lowest) / step))
  const rows = Math.max(4, rowOf(highest) + 1)
  const x = xScale(0, endOf(slots))
  const y = logScale(
    edgeMs(lowest),
    edgeMs(lowest + rows * step),
    inner.top + inner.height,
    inner.top,
  )
  const columns = slots.map(slot => ({ slot, counts: rowCounts(slot[name], rowOf, rows) }))
  const most = Math.max(...columns.flatMap(({ counts }) => counts))
  const cells = columns.flatMap(({ slot, counts }) =>
    counts.map((count, row) => {
      if (count === 0) return ''
      const [from, to] = [edgeMs(lowest + row * step), edgeMs(lowest + (row + 1) * step)]
      const shade = Math.ceil(Math.sqrt(count / most) * shades)
      const end = slot.atSeconds + slot.seconds
      return cell(
        x.at(slot.atSeconds),
        x.at(end),
        y.at(from),
        y.at(to),
        `heat heat-${shade}`,
        `${number(count)} of ${ms(from)} to ${ms(to)} ms, ${atSeconds(slot.atSeconds)} to ${atSeconds(end)}`,
      )
    }),
  )
  const words = {
    id: `${name}-heat`,
    description: `${title}, ${stats.count} values: median ${ms(stats.p50)} ms, 95th percentile ${ms(stats.p95)} ms, longest ${ms(stats.max)} ms.`,
    xLabel: 'seconds into the run',
    yLabel: 'ms, a scale of ratios',
  }
  const numbers = columns.map(({ slot }) => [
    atSeconds(slot.atSeconds),
    number(slot[name].reduce((sum, [, count]) => sum + count, 0)),
    ms(shareBelow(slot[name], 0.5)),
    ms(shareBelow(slot[name], 0.95)),
  ])
  return figure(
    `${title} <small>the darker, the more</small>`,
    plot(words, x, y, cells.join('')),
    table(`${title}, ms, to 5 %`, ['from', 'values', 'half below', '95 % below'], numbers, true),
  )
}

function rowCounts(shape: Shape, rowOf: (bucket: number) => number, rows: number): number[] {
  const counts = new Array<number>(rows).fill(0)
  for (const [bucket, count] of shape) counts[rowOf(bucket)]! += count
  return counts
}

function bucketOf(value: number): number {
  return Math.floor(Math.log2(Math.max(2 ** -7, value)) * perOctave)
}

/** The upper edge of the bucket below which `share` of the values lie, ms; null: there is none. */
export function shareBelow(shape: Shape, share: number): number | null {
  const count = shape.reduce((sum, [, times]) => sum + times, 0)
  let seen = 0
  for (const [bucket, times] of shape) {
    seen += times
    if (seen >= count * share) return edgeMs(bucket + 1)
  }
  return null
}
