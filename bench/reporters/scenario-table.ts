/** The scenarios of a run as a table: what became of each, and how long it took. */
import type { Summary } from '../summary.ts'
import type { Paint } from './paint.ts'

const head = [
  ...['scenario', 'sent', 'ok', 'failed', 'cut', 'open'],
  ...['TTFT p50', 'p95', 'E2E p50', 'p95', 'tokens in', 'out'],
]

/** Nothing where the run has but one. */
export function scenarioLines({ scenarios }: Summary, { bold, dim }: Paint): string[] {
  if (!scenarios) return []
  const rows = scenarios.map(({ name, counts, tokens, ttftMs, e2eMs }) => [
    name,
    ...[counts.sent, counts.ok, counts.failed, counts.cut, counts.open].map(String),
    ...[ttftMs.p50, ttftMs.p95, e2eMs.p50, e2eMs.p95].map(ms),
    ...[tokens.input, tokens.output].map(String),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')
  return [
    '',
    dim(line(head)),
    ...rows.map(row => {
      const text = line(row)
      return bold(text.slice(0, widths[0])) + text.slice(widths[0])
    }),
  ]
}

function ms(value: number | null): string {
  return value === null ? '–' : value < 10_000 ? value.toFixed(1) : value.toFixed(0)
}
