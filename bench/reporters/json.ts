/** The result as JSON: the summary as it stands, one line per top-level key so that diffs read well. */
import type { Summary } from '../summary.ts'

export function formatJson(summary: Summary): string {
  const lines = Object.entries(summary).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return `{\n${lines.join(',\n')}\n}\n`
}
