/** What was found as JSON, one line per top-level key so that diffs read well. */
import type { Found } from '../found.ts'

export function formatFoundJson(found: Found): string {
  const lines = Object.entries(found).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return `{\n${lines.join(',\n')}\n}\n`
}
