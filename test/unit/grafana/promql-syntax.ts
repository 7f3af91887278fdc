/** What a PromQL text is made of, by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Syntax {
  /** Where the grammar does not accept the text, as offsets; empty when it is PromQL. */
  readonly errors: readonly number[]
  readonly selectors: readonly Selector[]
  /** The window of each range selector, in order. */
  readonly windows: readonly string[]
}

export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
}

export function parsePromql(text: string): Syntax {
  const errors: number[] = []
  const windows: string[] = []
  const selectors: { metric: string; labels: string[] }[] = []
  let inMatchers = false
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      const written = text.slice(from, to)
      if (type.isError) errors.push(from)
      else if (type.name === 'VectorSelector') selectors.push({ metric: '', labels: [] })
      else if (type.name === 'LabelMatchers') inMatchers = true
      else if (type.name === 'Identifier') selectors.at(-1)!.metric = written
      else if (type.name === 'LabelName' && inMatchers) selectors.at(-1)!.labels.push(written)
      else if (type.name === 'NumberDurationLiteralInDurationContext') windows.push(written)
    },
    leave({ type }) {
      if (type.name === 'LabelMatchers') inMatchers = false
    },
  })
  return { errors, selectors, windows }
}

/** A histogram's series, `…_bucket`, `…_sum` and `…_count`, belong to the metric without the suffix. */
export function metricOfSeries(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '')
}
