import { expect, test } from 'vitest'
import {
  rateLimitHeaders,
  readRetryAfter,
  retryAfterHeaders,
} from '../../../protocol/rate-limit-headers.ts'

const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0)

function read(headers: Readonly<Record<string, string>>): number | undefined {
  return readRetryAfter(name => headers[name], NOW_MS)
}

test('both limits are told in the order of the wire', () => {
  const headers = rateLimitHeaders({
    requests: { limit: 5000, remaining: 4999, resetMs: 12 },
    tokens: { limit: 160_000, remaining: 159_976, resetMs: 9 },
  })
  expect(Object.entries(headers)).toEqual([
    ['x-ratelimit-limit-requests', '5000'],
    ['x-ratelimit-limit-tokens', '160000'],
    ['x-ratelimit-remaining-requests', '4999'],
    ['x-ratelimit-remaining-tokens', '159976'],
    ['x-ratelimit-reset-requests', '12ms'],
    ['x-ratelimit-reset-tokens', '9ms'],
  ])
})

test('a limit that is not set is not told', () => {
  expect(rateLimitHeaders({})).toEqual({})
  const headers = rateLimitHeaders({ requests: { limit: 3, remaining: 0, resetMs: 60_000 } })
  expect(headers).toEqual({
    'x-ratelimit-limit-requests': '3',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1m0s',
  })
})

test.each([
  // wait, whole seconds rounded up, ms rounded up
  [174, '1', '174'],
  [1000, '1', '1000'],
  [1000.2, '2', '1001'],
  [18_642, '19', '18642'],
  [0.2, '1', '1'],
])('a wait of %d ms is told as %s s and %s ms, so that obeying is enough', (waitMs, s, ms) => {
  expect(retryAfterHeaders(waitMs)).toEqual({ 'retry-after': s, 'retry-after-ms': ms })
})

test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': ' 2 ' }, 2000],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': '174' }, 174],
  [{ 'retry-after-ms': '174.5', 'retry-after': '1' }, 174.5], // the exact one wins
  [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
  // the three forms of an HTTP date (RFC 9110 §5.6.7)
  [{ 'retry-after': 'Thu, 01 Jan 2026 12:00:20 GMT' }, 20_000],
  [{ 'retry-after': 'Thursday, 01-Jan-26 12:00:20 GMT' }, 20_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0], // past
])('%j asks to wait %d ms', (headers, waitMs) => {
  expect(read(headers)).toBe(waitMs)
})

test.each([
  {},
  { 'retry-after': '' },
  { 'retry-after': '-5' },
  { 'retry-after': 'soon' },
  { 'retry-after': 'soon 5' }, // a date to Date.parse: 2001
  { 'retry-after': 'may 1' },
  { 'retry-after': '5 s' },
  { 'retry-after': 'NaN' },
  { 'retry-after': '1e3' },
  { 'retry-after': 'Thu, 99 Jan 2026 12:00:20 GMT' },
  { 'retry-after-ms': '-1' },
] satisfies Record<string, string>[])('%j asks for nothing that can be read', headers => {
  expect(read(headers)).toBeUndefined()
})
