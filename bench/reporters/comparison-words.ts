/** A comparison's figures as people read them. */
import type { Comparison, Row } from '../compare/comparison.ts'
import { toleranceText } from '../compare/tolerance.ts'
import type { Interval } from '../compare/verdict.ts'
import { times } from '../measure.ts'

/** `212 ms`, or `1.25 %` for errors; a dash where there is none. */
export function valueText({ metric }: Row, value: number | null): string {
  if (value === null) return '–'
  return metric === 'errors' ? `${(value * 100).toFixed(2)} %` : `${digits(value)} ms`
}

/** `+10.2 % [+7.1, +13.4]`; in points for errors, in ms where a share makes no sense. */
export function differenceText({ metric, change, difference }: Row): string {
  if (metric === 'errors') return difference ? spanText(scaled(difference, 100), 'points', 2) : '–'
  if (change) return spanText(scaled(change, 100), '%', 1)
  return difference ? spanText(difference, 'ms', 2) : '–'
}

/** `TTFT p95: 212 → 233 ms, +10.2 % [+7.1, +13.4], worse` */
export function rowText(row: Row): string {
  const { title, base, head, verdict, reason } = row
  const why = reason === null ? '' : ` (${reason})`
  return `${title}: ${valueText(row, base)} → ${valueText(row, head)}, ${differenceText(row)}, ${verdict}${why}`
}

/** How it was done, in a sentence. */
export function methodText({ isPaired, confidence, tolerance, blocks }: Comparison): string {
  const how = isPaired
    ? `measured by turns in ${blocks.base} rounds`
    : `from ${blocks.base} and ${blocks.head} stretches of the two runs`
  return `Intervals at ${(confidence * 100).toFixed(1)} %, ${how}; tolerance ${toleranceText(tolerance)}.`
}

/** What the times are the times of. */
export function meaningOf({ rows }: Comparison): readonly string[] {
  const names = new Set(rows.map(({ metric }) => metric))
  return Object.entries(times).flatMap(([name, { title, meaning }]) =>
    names.has(name) ? [`${title}: ${meaning}`] : [],
  )
}

function scaled({ value, low, high }: Interval, by: number): Interval {
  return { value: value * by, low: low * by, high: high * by }
}

function spanText({ value, low, high }: Interval, unit: string, places: number): string {
  const sign = (number: number) =>
    Number.isFinite(number) ? `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(places)}` : '?'
  return `${sign(value)} ${unit} [${sign(low)}, ${sign(high)}]`
}

function digits(value: number): string {
  return value < 100 ? value.toFixed(2) : value < 10_000 ? value.toFixed(1) : value.toFixed(0)
}
