/** How far head is from base in each metric: its interval beside what would be tolerated. */
import type { Comparison, Row } from '../compare/comparison.ts'
import type { Interval } from '../compare/verdict.ts'
import { differenceText } from './comparison-words.ts'
import { html } from './markup.ts'
import { linearScale, type Scale } from './plot.ts'

const width = 1100
const left = 130
const right = 330
const rowHeight = 30
const top = 8

/** A row's share of its base, in %. */
interface Drawn {
  readonly row: Row
  readonly change: Interval
  readonly tolerance: number
}

export const intervalStyle = `
.intervals{min-width:760px}
.tolerated{fill:var(--open);fill-opacity:.25}
.zero{stroke:var(--soft)}
.span{stroke:currentColor;stroke-width:3;stroke-linecap:round}.centre{fill:currentColor}
.verdict-worse{color:var(--bad)}.verdict-better{color:var(--good)}.verdict-same{color:var(--a)}.verdict-inconclusive{color:var(--warn)}
svg .said{fill:var(--ink)}.unjudged{opacity:.6}
`

/** Nothing where no metric has a difference that is a share of the base: errors, for one, are in points. */
export function intervalFigure({ rows }: Comparison): string {
  const drawn = rows.flatMap((row): readonly Drawn[] => {
    const { change, base, tolerance, metric } = row
    if (!change || !base || metric === 'errors' || !Number.isFinite(change.high)) return []
    const scaled = { value: change.value * 100, low: change.low * 100, high: change.high * 100 }
    return [{ row, change: scaled, tolerance: (tolerance / base) * 100 }]
  })
  if (drawn.length === 0) return ''
  const x = scaleOf(drawn)
  const base = top + drawn.length * rowHeight
  const grid = x.ticks.map(
    value =>
      `<line class="${value === 0 ? 'zero' : 'grid'}" x1="${px(x.at(value))}" x2="${px(x.at(value))}" y1="${top}" y2="${base}"/><text class="tick" x="${px(x.at(value))}" y="${base + 18}" text-anchor="middle">${value > 0 ? '+' : ''}${String(value).replace('-', '−')}</text>`,
  )
  const lines = drawn.map((one, i) => rowOf(one, x, top + i * rowHeight))
  const about = drawn.map(({ row }) => `${row.title} ${differenceText(row)}, ${row.verdict}`)
  const keys = `<span class="key-of"><span class="swatch band"></span>tolerated</span>, faint: not judged`
  return `<figure><figcaption>Head against base, % <small>${keys}</small></figcaption><div class="scroll"><svg class="intervals" viewBox="0 0 ${width} ${base + 38}" role="img" aria-labelledby="intervals-about"><desc id="intervals-about">${html(`Difference of head from base with its interval. ${about.join('; ')}.`)}</desc>
${grid.join('')}${lines.join('')}<text class="unit" x="${width - right}" y="${base + 34}" text-anchor="end">% of base, less is better</text></svg></div></figure>`
}

/** Judged intervals are whole in it, the others may leave it. */
function scaleOf(drawn: readonly Drawn[]): Scale {
  const judged = drawn.filter(({ row }) => row.isJudged)
  const leading = judged.length > 0 ? judged : drawn
  const low = Math.min(...leading.map(({ change, tolerance }) => Math.min(change.low, -tolerance)))
  const high = Math.max(...leading.map(({ change, tolerance }) => Math.max(change.high, tolerance)))
  const air = (high - low) * 0.05
  return linearScale(low - air, high + air, left, width - right, 8)
}

function rowOf({ row, change, tolerance }: Drawn, x: Scale, y: number): string {
  const at = (value: number) => px(x.at(Math.min(x.high, Math.max(x.low, value))))
  const middle = y + rowHeight / 2
  const band = `<rect class="tolerated" x="${at(-tolerance)}" y="${y + 6}" width="${px(x.at(Math.min(x.high, tolerance)) - x.at(Math.max(x.low, -tolerance)))}" height="${rowHeight - 12}"/>`
  const isInside = change.value >= x.low && change.value <= x.high
  const centre = isInside
    ? `<circle class="centre" cx="${at(change.value)}" cy="${middle}" r="5"/>`
    : ''
  const said = `${differenceText(row)}, ${row.verdict}`
  return `<g class="verdict-${row.verdict}${row.isJudged ? '' : ' unjudged'}"><title>${html(`${row.title}: ${said}`)}</title>${band}<line class="span" x1="${at(change.low)}" x2="${at(change.high)}" y1="${middle}" y2="${middle}"/>${centre}</g><text class="row" x="${left - 12}" y="${middle + 4}" text-anchor="end">${html(row.title)}</text><text class="said" x="${width - right + 14}" y="${middle + 4}">${html(said)}</text>`
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}
