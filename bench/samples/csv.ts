/** Requests as CSV (RFC 4180), a row each: what a spreadsheet wants of them. */
import { type Sample, triesOf, waitsOf } from '../sample.ts'

type Cell = string | number | undefined

const columns: Readonly<Record<string, (sample: Sample) => Cell>> = {
  index: ({ index }) => index,
  scenario: ({ scenario }) => scenario,
  session: ({ session }) => session,
  turn: ({ turn }) => turn,
  request_id: ({ requestId }) => requestId,
  due_at_ms: ({ dueAtMs }) => dueAtMs,
  sent_at_ms: ({ sentAtMs }) => sentAtMs,
  lag_ms: sample => waitsOf(sample).lagMs,
  held_ms: ({ heldMs }) => heldMs,
  tries: triesOf,
  outcome: ({ outcome }) => outcome,
  status: ({ status }) => status,
  ttfb_ms: ({ ttfbMs }) => ttfbMs,
  ttft_ms: ({ ttftMs }) => ttftMs,
  ttft_due_ms: sample => waitsOf(sample).ttftDueMs,
  mean_gap_ms: ({ gapsMs }) =>
    gapsMs.length > 0 ? gapsMs.reduce((sum, gap) => sum + gap, 0) / gapsMs.length : undefined,
  max_gap_ms: ({ gapsMs }) =>
    gapsMs.length > 0 ? gapsMs.reduce((most, gap) => Math.max(most, gap), 0) : undefined,
  tpot_ms: ({ tpotMs }) => tpotMs,
  e2e_ms: ({ e2eMs }) => e2eMs,
  response_ms: sample => waitsOf(sample).responseMs,
  censored_ms: ({ censoredMs }) => censoredMs,
  content_chunks: ({ contentChunks }) => contentChunks,
  input_tokens: ({ inputTokens }) => inputTokens,
  output_tokens: ({ outputTokens }) => outputTokens,
  tokens_from: ({ tokensFrom }) => tokensFrom,
  detail: ({ detail }) => detail,
}

/** The names of the columns; times are in ms, from the same stamps as in the report. */
export const csvHead = Object.keys(columns).join(',')

export function csvRow(sample: Sample): string {
  return Object.values(columns)
    .map(of => cell(of(sample)))
    .join(',')
}

function cell(value: Cell): string {
  if (value === undefined) return ''
  // What starts like a formula is made plain text, for it was written by a server.
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
