import { expect, test } from 'vitest'
import {
  rateLimitHeaders,
  readRetryAfter,
  restyleRetryAfter,
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

test.each([
  ['seconds', { 'retry-after': '3' }],
  ['ms', { 'retry-after-ms': '2500' }],
  ['date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:03 GMT' }],
  ['days', { 'retry-after': '259203' }],
  ['absent', {}],
  ['garbage', { 'retry-after': 'in a moment', 'retry-after-ms': 'soon' }],
] as const)('a wait told in the style %s is never too short', (style, told) => {
  const headers = retryAfterHeaders(2500, style, NOW_MS)
  expect(headers).toEqual(told)
  const waitMs = read(headers)
  if (style === 'absent' || style === 'garbage') expect(waitMs).toBeUndefined()
  else expect(waitMs).toBeGreaterThanOrEqual(2500)
})

test('what floating point leaves above a whole millisecond is not one more', () => {
  expect(retryAfterHeaders(174.000_000_000_03)['retry-after-ms']).toBe('174')
})

test('a wait is told in another style, and the other headers stay', () => {
  const headers = { 'retry-after': '3', 'retry-after-ms': '2500', 'x-should-retry': 'true' }
  expect(restyleRetryAfter(headers, 'seconds', NOW_MS)).toEqual({
    'retry-after': '3',
    'x-should-retry': 'true',
  })
  expect(restyleRetryAfter(headers, 'both', NOW_MS)).toBe(headers)
  const none = { 'x-should-retry': 'false' }
  expect(restyleRetryAfter(none, 'days', NOW_MS)).toBe(none)
})

test('all four limits are told, each in its place', () => {
  const state = { limit: 10, remaining: 4, resetMs: 36_000 }
  const all = { requests: state, tokens: state, inputTokens: state, projectTokens: state }
  expect(Object.keys(rateLimitHeaders(all)).slice(0, 5)).toEqual([
    'x-ratelimit-limit-requests',
    'x-ratelimit-limit-tokens',
    'x-ratelimit-limit-input-tokens',
    'x-ratelimit-limit-project-tokens',
    'x-ratelimit-remaining-requests',
  ])
})

test.each([
  ['absent', undefined, undefined, undefined],
  ['minus-one', '-1', '-1', '0'],
  ['zero', '0', '0', '0s'],
  ['garbage', 'unlimited', '1O', 'soon'],
] as const)('in the mode %s a limit is told as %s, %s, %s', (mode, limit, remaining, reset) => {
  const headers = rateLimitHeaders({ requests: { limit: 3, remaining: 1, resetMs: 40_000 } }, mode)
  expect(headers['x-ratelimit-limit-requests']).toBe(limit)
  expect(headers['x-ratelimit-remaining-requests']).toBe(remaining)
  expect(headers['x-ratelimit-reset-requests']).toBe(reset)
  expect(Object.keys(headers)).toHaveLength(mode === 'absent' ? 0 : 3)
})
