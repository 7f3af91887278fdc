/** What the run must keep to. */
import { list, type OptionTable } from '../../base/option-table.ts'
import { parseThreshold, thresholdSyntax } from '../threshold.ts'

/** Threshold texts, each checked where it is written. */
const thresholds = (() => {
  const row = list({
    label: 'RULE',
    split: false,
    help: "A limit such as 'ttft: p(95)<500ms' or 'errors: rate<1%'; missing one exits with 99. May be given again.",
  })
  return {
    ...row,
    allowed: thresholdSyntax,
    read: (value: unknown) =>
      row.read(value)?.every(parseThreshold) ? row.read(value) : undefined,
  }
})()

export const gateOptions = {
  threshold: thresholds,
} satisfies OptionTable
