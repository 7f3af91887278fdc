/** What two sides are held against each other by: the same for `compare` and for `bench --against`. */
import { list, type OptionTable, text } from '../../base/option-table.ts'
import { judgedByDefault, metricSyntax, parseMetric } from '../compare/metric.ts'
import { parseTolerance, toleranceSyntax } from '../compare/tolerance.ts'

/** The text, checked where it is written. */
const tolerance = (() => {
  const row = text({
    label: 'SHARE',
    fallback: '5%',
    help: "How much worse is still as good: a share of the base's value, a floor such as 2ms, or both as '5%,2ms'.",
  })
  return {
    ...row,
    allowed: toleranceSyntax,
    read: (value: unknown) =>
      typeof value === 'string' && parseTolerance(value) ? value : undefined,
  }
})()

const judge = (() => {
  const row = list({
    label: 'METRIC',
    help: `What the verdict looks at, such as ttft:p95; errors always. Default: ${judgedByDefault.join(', ')}.`,
  })
  return {
    ...row,
    allowed: metricSyntax,
    fallback: judgedByDefault,
    read: (value: unknown) => (row.read(value)?.every(parseMetric) ? row.read(value) : undefined),
  }
})()

export const compareOptions = { tolerance, judge } satisfies OptionTable
