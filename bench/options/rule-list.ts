/** An option of thresholds, each checked where it is written. */
import { list } from '../../base/option-table.ts'
import { parseThreshold, thresholdSyntax } from '../threshold.ts'

export function ruleList(help: string) {
  const row = list({ label: 'RULE', split: false, help })
  return {
    ...row,
    allowed: thresholdSyntax,
    read: (value: unknown) =>
      row.read(value)?.every(parseThreshold) ? row.read(value) : undefined,
  }
}
