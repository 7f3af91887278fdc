/** Plots as SVG text: axes, bars, areas, dots. Colours are classes, so that the page's theme decides. */

export const plotWidth = 560
export const plotHeight = 240
const left = 52
const right = 14
const top = 22
const bottom = 40
export const inner = {
  left,
  top,
  width: plotWidth - left - right,
  height: plotHeight - top - bottom,
}

export interface Scale {
  /** From a value to a coordinate. */
  at(value: number): number
  readonly ticks: readonly number[]
  readonly low: number
  readonly high: number
}

/** A linear scale over `low`…`high` onto coordinates `from`…`to`, with about `count` round ticks. */
export function linearScale(
  low: number,
  high: number,
  from: number,
  to: number,
  count: number,
): Scale {
  const span = high > low ? high - low : 1
  const step = roundStep(span / count)
  const ticks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= low + span * (1 + 1e-9); i++) {
    ticks.push(Number((i * step).toPrecision(12)))
  }
  return { low, high: low + span, ticks, at: value => from + ((value - low) / span) * (to - from) }
}

/** A scale of ratios over `low`…`high`, both above 0, with round ticks: 1, 2, 5 × 10ⁿ, or tenths of the span. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  const span = Math.log(Math.max(high, low * 1.01) / low)
  const at = (value: number) => from + (Math.log(value / low) / span) * (to - from)
  const round: number[] = []
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const factor of [1, 2, 5]) round.push(Number((factor * 10 ** power).toPrecision(3)))
  }
  const inside = round.filter(value => value >= low && value <= high)
  const ticks = inside.length >= 2 ? inside : linearScale(low, high, from, to, 4).ticks
  return { low, high, ticks: ticks.length > 9 ? ticks.filter(isPower) : ticks, at }
}

function isPower(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
}

/** The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below `step`. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  return ([1, 2, 2.5, 5].find(factor => factor * power >= step * (1 - 1e-9)) ?? 10) * power
}

export const xScale = (low: number, high: number): Scale =>
  linearScale(low, high, inner.left, inner.left + inner.width, 7)

/** From 0 up, ending at a round value at or above `high`. */
export function yScale(high: number): Scale {
  const step = roundStep((high > 0 ? high : 1) / 4)
  const limit = Math.ceil((high > 0 ? high : 1) / step - 1e-9) * step
  return linearScale(0, limit, inner.top + inner.height, inner.top, Math.round(limit / step))
}

/** From `low` to `high` with some air, not from 0: for dots, where bars would mislead. */
export function ySpan(low: number, high: number): Scale {
  const step = roundStep(Math.max(high - low, high * 0.02, 0.1) / 4)
  const from = Math.max(0, Math.floor(low / step) * step)
  const to = Math.max(from + step, Math.ceil(high / step) * step)
  return linearScale(from, to, inner.top + inner.height, inner.top, Math.round((to - from) / step))
}

export interface PlotWords {
  readonly id: string
  /** What it shows, for those who cannot see it. */
  readonly description: string
  readonly xLabel: string
  readonly yLabel: string
}

/** The whole picture: grid, axes and what is drawn in them. */
export function plot(
  { id, description, xLabel, yLabel }: PlotWords,
  x: Scale,
  y: Scale,
  content: string,
): string {
  const grid = y.ticks.map(
    value =>
      `<line class="grid" x1="${left}" x2="${plotWidth - right}" y1="${px(y.at(value))}" y2="${px(y.at(value))}"/><text class="tick" x="${left - 8}" y="${px(y.at(value) + 4)}" text-anchor="end">${label(value)}</text>`,
  )
  const base = inner.top + inner.height
  const marks = x.ticks.map(
    value =>
      `<line class="axis" x1="${px(x.at(value))}" x2="${px(x.at(value))}" y1="${base}" y2="${base + 4}"/><text class="tick" x="${px(x.at(value))}" y="${base + 16}" text-anchor="middle">${label(value)}</text>`,
  )
  return `<svg viewBox="0 0 ${plotWidth} ${plotHeight}" role="img" aria-labelledby="${id}-about"><desc id="${id}-about">${escapeText(description)}</desc>
${grid.join('')}${content}<line class="axis" x1="${left}" x2="${plotWidth - right}" y1="${base}" y2="${base}"/>${marks.join('')}
<text class="unit" x="${left}" y="12">${escapeText(yLabel)}</text><text class="unit" x="${plotWidth - right}" y="${plotHeight - 3}" text-anchor="end">${escapeText(xLabel)}</text></svg>`
}

export function bar(
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  kind: string,
  title: string,
): string {
  const width = Math.max(0.5, x1 - x0 - 1)
  return `<rect class="${kind}" x="${px(x0 + 0.5)}" y="${px(y1)}" width="${px(width)}" height="${px(Math.max(0, y0 - y1))}" rx="1.5"><title>${escapeText(title)}</title></rect>`
}

/** A cell of a heat map, without a gap to its neighbours. */
export function cell(
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  kind: string,
  title: string,
): string {
  return `<rect class="${kind}" x="${px(x0)}" y="${px(y1)}" width="${px(x1 - x0)}" height="${px(y0 - y1)}"><title>${escapeText(title)}</title></rect>`
}

/** A vertical mark with its name at the top, `row` lines down so that neighbours do not collide. */
export function mark(x: number, text: string, row: number, isLeftward: boolean): string {
  const y = top + 10 + row * 17
  return `<line class="mark" x1="${px(x)}" x2="${px(x)}" y1="${top}" y2="${top + inner.height}"/><text class="mark-name" x="${px(x + (isLeftward ? -5 : 5))}" y="${y}" text-anchor="${isLeftward ? 'end' : 'start'}">${escapeText(text)}</text>`
}

/** A line through the points, in the order given. */
export function line(points: readonly (readonly [number, number])[], kind: string): string {
  return `<path class="${kind}" d="${pathOf(points)}"/>`
}

/** The area between the points and the axis. */
export function area(points: readonly (readonly [number, number])[], kind: string): string {
  const base = inner.top + inner.height
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return ''
  return `<path class="${kind}" d="${pathOf([[first[0], base], ...points, [last[0], base]])}Z"/>`
}

/** Many dots as one path: a zero-length stroke with round ends each. */
export function dots(points: readonly (readonly [number, number])[], kind: string): string {
  return `<path class="${kind}" d="${points.map(([x, y]) => `M${px(x)} ${px(y)}h0`).join('')}"/>`
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function label(value: number): string {
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(4))}k` : String(value)
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
