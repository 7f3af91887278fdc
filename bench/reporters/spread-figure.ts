/** How the values of one time are spread: bars where nearly all lie, with their percentiles. */
import type { Bins, Stats } from '../tally.ts'
import { figure } from './figure.ts'
import { ms, number, table } from './markup.ts'
import { bar, mark, plot, roundStep, xScale, yScale } from './plot.ts'

const minSlots = 12

/** Bars over where nearly all values lie; how many lie above is said, the few below join the first. */
export function spreadFigure(id: string, title: string, bins: Bins, stats: Stats): string {
  const rows = (['min', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map(name => [
    name === 'p999' ? 'p99.9' : name,
    ms(stats[name]),
  ])
  const numbers = table(`${number(stats.count)} samples, ms`, ['percentile', 'ms'], rows, true)
  const { p99, max, min } = stats
  if (p99 === null || max === null || min === null) {
    return figure(title, '<p class="none">No reply came to its end.</p>', numbers)
  }
  const p1 = quantile(bins, stats.count, 0.01)
  const margin = (p99 - p1) * 0.3
  const [low, high] = [Math.max(min, p1 - margin), Math.min(max, p99 + margin)]
  // Not finer than the histogram tells values apart.
  const step = roundStep(Math.max((high - low) / 36, high * 0.001, 0.005))
  // Values that are all alike are one bar with air around it.
  const air = Math.max(0, minSlots * step - (high - low)) / 2
  const from = Math.max(0, Math.floor((low - air) / step) * step)
  const slots = Math.max(1, Math.ceil((high + air - from) / step + 1e-9))
  const counts = new Array<number>(slots + 1).fill(0)
  for (const [value, count] of bins) {
    counts[Math.max(0, Math.min(slots, Math.floor((value - from) / step + 1e-9)))]! += count
  }
  const beyond = counts.pop() ?? 0
  const x = xScale(from, from + slots * step)
  const y = yScale((Math.max(...counts) / stats.count) * 100)
  const bars = counts.map((count, i) => {
    const [low, top] = [from + i * step, from + (i + 1) * step]
    const share = (count / stats.count) * 100
    const words = `${Number(low.toFixed(3))} to ${Number(top.toFixed(3))} ms: ${share.toFixed(2)} %, ${count} samples`
    return count > 0 ? bar(x.at(low), x.at(top), y.at(0), y.at(share), 'bar-a', words) : ''
  })
  const marks = (
    [
      ['p50', stats.p50],
      ['p95', stats.p95],
      ['p99', p99],
    ] as const
  ).map(([name, value], row) => {
    const at = x.at(value ?? 0)
    return mark(at, `${name} ${ms(value)}`, row, at > 465)
  })
  const tail = beyond > 0 ? `, ${number(beyond)} beyond, up to ${ms(max)} ms` : ''
  const words = {
    id: `${id}-spread`,
    description: `${title}, ${stats.count} samples: median ${ms(stats.p50)} ms, 95th percentile ${ms(stats.p95)} ms, 99th ${ms(p99)} ms, longest ${ms(max)} ms.`,
    xLabel: `ms${tail}`,
    yLabel: '% of samples',
  }
  return figure(title, plot(words, x, y, bars.join('') + marks.join('')), numbers)
}

/** The value that `share` of the `count` values lie at or below. */
function quantile(bins: Bins, count: number, share: number): number {
  let seen = 0
  for (const [value, times] of bins) {
    seen += times
    if (seen >= count * share) return value
  }
  return bins.at(-1)?.[0] ?? 0
}
