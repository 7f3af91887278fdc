/** What is compared: a percentile of a time, or the share of errors. */
import { type TimeName, timeNames, times } from '../measure.ts'

export interface TimeMetric {
  readonly name: TimeName
  /** 0–100 */
  readonly percentile: number
}

export const metricSyntax = `write NAME:pN, such as ttft:p50 or e2e:p99.9; names are ${timeNames.join(', ')}`

/** What a gate looks at unless told otherwise. */
export const judgedByDefault: readonly string[] = ['ttft:p50', 'ttft:p95', 'itl:p50', 'e2e:p50']

/** Undefined when the text is none. */
export function parseMetric(text: string): TimeMetric | undefined {
  const [, named, digits] = /^\s*(\w+)\s*:\s*p\(?(\d+(?:\.\d+)?)\)?\s*$/.exec(text) ?? []
  const name = timeNames.find(known => known === named)
  const percentile = Number(digits)
  return name && percentile > 0 && percentile < 100 ? { name, percentile } : undefined
}

/** Of an option's texts; those that name none are left out, for the option has refused them. */
export function metricsOf(texts: readonly string[]): readonly TimeMetric[] {
  return texts.flatMap(text => parseMetric(text) ?? [])
}

/** What is shown beside what is judged. */
export const shownBeside = metricsOf([
  'ttfb:p50',
  'ttft:p99',
  'itl:p95',
  'tpot:p50',
  'tpot:p95',
  'e2e:p95',
  'e2e:p99',
])

export function metricTitle({ name, percentile }: TimeMetric): string {
  return `${times[name].title} p${percentile}`
}

export function isSameMetric(a: TimeMetric, b: TimeMetric): boolean {
  return a.name === b.name && a.percentile === b.percentile
}
