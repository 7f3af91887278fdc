/** Times and their percentiles as a table of a page. */
import { type TimeName, times } from '../measure.ts'
import { samplesNeeded } from '../percentile.ts'
import type { Summary } from '../summary.ts'
import type { Stats } from '../tally.ts'
import { ms, number, table } from './markup.ts'

export type TimeRow = readonly [title: string, stats: Stats]

const percentiles = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const

/** The same keys as in a summary. */
export type Timed = Pick<Summary, `${TimeName}Ms`>

/** `prefix` stands before each title. */
export function timeRowsOf(timed: Timed, names: readonly TimeName[], prefix = ''): TimeRow[] {
  return names.map(name => [`${prefix}${times[name].title}`, timed[`${name}Ms`]])
}

export function timesTable(caption: string, rows: readonly TimeRow[]): string {
  const head = ['ms', 'samples', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99.9', 'max']
  const cells = rows.map(([title, stats]) => [
    title,
    number(stats.count),
    ms(stats.mean),
    ...percentiles.map(column => percentileCell(stats, column)),
    ms(stats.max),
  ])
  return table(caption, head, cells, true)
}

/** What the `~` of such a table means. */
export const thinNote = `<p class="note">~ fewer samples than the percentile needs: p95 needs ${samplesNeeded(95)}, p99 ${samplesNeeded(99)}, p99.9 ${number(samplesNeeded(99.9))}.</p>`

function percentileCell(stats: Stats, column: (typeof percentiles)[number]): string {
  const p = column === 'p999' ? 99.9 : Number(column.slice(1))
  const isThin = p >= 95 && stats.count > 0 && stats.count < samplesNeeded(p)
  return `${isThin ? '~' : ''}${ms(stats[column])}`
}
