import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { callerOf, createCallers } from '../../../../client/relay/callers.ts'
import { ApiError } from '../../../../protocol/errors/api-error.ts'

function refusalOf(act: () => unknown): ApiError {
  try {
    act()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

test('a minute holds so many runs, and they come back evenly', () => {
  const clock = createManualClock()
  const callers = createCallers({ perMinute: 6, inFlight: 9 }, clock)
  for (let i = 0; i < 6; i++) callers.arrive('a')
  const { status, headers, code } = refusalOf(() => callers.arrive('a'))
  expect({ status, headers, code }).toEqual({
    status: 429,
    headers: { 'retry-after': '10', 'retry-after-ms': '10000' },
    code: 'caller_limit',
  })
  callers.arrive('b')
  clock.advance(9_999)
  expect(refusalOf(() => callers.arrive('a')).headers['retry-after-ms']).toBe('1')
  clock.advance(1)
  callers.arrive('a')
  clock.advance(600_000)
  for (let i = 0; i < 6; i++) callers.arrive('a')
  expect(refusalOf(() => callers.arrive('a')).status).toBe(429)
})

test('so many runs of a caller are in flight; a place that is given back twice is one place', () => {
  const callers = createCallers({ perMinute: 9, inFlight: 2 }, createManualClock())
  const leave = callers.enter('a')
  callers.enter('a')
  expect(refusalOf(() => callers.enter('a')).message).toBe(
    'Limit reached: 2 runs at once for each caller.',
  )
  callers.enter('b')
  leave()
  leave()
  callers.enter('a')
  expect(refusalOf(() => callers.enter('a')).headers).toMatchObject({ 'retry-after': '1' })
})

test('callers that are at rest are forgotten when there are many, those at work never', () => {
  const callers = createCallers({ perMinute: 1, inFlight: 1 }, createManualClock())
  callers.enter('busy')
  for (let i = 0; i < 25_000; i++) callers.arrive(`a${i}`)
  expect(callers.known).toBeLessThanOrEqual(10_000)
  expect(refusalOf(() => callers.enter('busy')).status).toBe(429)
})

test.each([
  ['192.0.2.7', undefined, '192.0.2.7'],
  ['::ffff:192.0.2.7', undefined, '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
  ['2001:db8:1:2::9', undefined, '2001:db8:1:2'],
  ['2001:0db8::1', undefined, '2001:db8:0:0'],
  ['::1', undefined, '0:0:0:0'],
  ['fe80::1%eth0', undefined, 'fe80:0:0:0'],
  ['192.0.2.7', 'session-1', '192.0.2.7 session-1'],
  ['192.0.2.7', 'short', '192.0.2.7'],
  ['192.0.2.7', 'with space in it', '192.0.2.7'],
])('the caller at %s with session %s is %s', (address, session, caller) => {
  expect(callerOf(address, session)).toBe(caller)
})
