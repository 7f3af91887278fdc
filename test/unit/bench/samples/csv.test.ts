import { expect, it } from 'vitest'
import { csvHead, csvRow } from '../../../../bench/samples/csv.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

function cells(row: string): Record<string, string> {
  const values = row.split(',')
  return Object.fromEntries(csvHead.split(',').map((name, i) => [name, values[i] ?? '']))
}

it('has a cell for each column, and none for what did not happen', () => {
  const tried = { outcome: 'http_429', status: 429, lastedMs: 10, waitedMs: 90 } as const
  const sample = sampleOf({
    index: 4,
    dueAtMs: 10,
    sentAtMs: 12.5,
    givenUp: [tried],
    gapsMs: [10, 25],
  })
  expect(cells(csvRow(sample))).toMatchObject({
    index: '4',
    due_at_ms: '10',
    lag_ms: '2.5',
    tries: '2',
    outcome: 'ok',
    ttft_ms: '100',
    ttft_due_ms: '202.5', // 2.5 late, 100 for the first try, 100 for the second
    mean_gap_ms: '17.5',
    max_gap_ms: '25',
    request_id: '',
    censored_ms: '',
    detail: '',
  })
})

it('quotes what others wrote, and lets none of it be a formula', () => {
  expect(csvRow(sampleOf({ detail: 'a "b", c\nd' }))).toMatch(/,"a ""b"", c\nd"$/)
  expect(csvRow(sampleOf({ detail: '=cmd|calc' }))).toMatch(/,'=cmd\|calc$/)
})
