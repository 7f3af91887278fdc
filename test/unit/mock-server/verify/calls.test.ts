import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callsOf } from '../../../../mock-server/verify/calls.ts'
import { counted, entriesOf, type Told } from './scene.ts'

const numbers = (told: readonly Told[]) =>
  callsOf(entriesOf(told)).map(({ attempts }) => attempts.map(({ number }) => number))

const refused = { takes: 1, code: 'rate_limit_exceeded' }

test('a client that counts its tries says itself which request goes on with which call', () => {
  expect(
    numbers([
      { at: 0, key: 'a', ...counted(1), ...refused },
      { at: 5, key: 'b', ...counted(1), ...refused },
      { at: 50, key: 'a', ...counted(2), ...refused },
      { at: 60, key: 'b', ...counted(2), takes: 9 },
      { at: 90, key: 'a', ...counted(3), takes: 9 },
      { at: 99, key: 'a', ...counted(1), takes: 9 },
    ]),
  ).toEqual([[1, 3, 5], [2, 4], [6]])
})

test('an attempt follows the nearest before it; one before may never have come', () => {
  expect(
    numbers([
      { at: 0, key: 'a', ...counted(1), ...refused },
      { at: 0, key: 'a', ...counted(1), ...refused },
      { at: 9, key: 'a', ...counted(2), ...refused },
      { at: 20, key: 'a', ...counted(3), ...refused },
      { at: 30, key: 'a', ...counted(4), ...refused },
      { at: 40, key: 'a', ...counted(3), ...refused },
    ]),
  ).toEqual([
    [1, 3, 4, 5],
    [2, 6],
  ])
})

test('an answer that the client took for a failure may be tried again, but only where it counts', () => {
  const twice = [
    { at: 0, key: 'a', takes: 5 },
    { at: 20, key: 'a', takes: 5 },
  ]
  expect(numbers(twice)).toEqual([[1], [2]])
  const [first, second] = twice
  expect(
    numbers([
      { ...first!, ...counted(1) },
      { ...second!, ...counted(2) },
    ]),
  ).toEqual([[1, 2]])
})

test('without a count, a request follows one of its key that had failed before it came', () => {
  expect(
    numbers([
      { at: 0, key: 'a', ...refused },
      { at: 0, key: 'b', takes: 100 },
      { at: 50, key: 'a', takes: 10 },
      { at: 60, key: 'b', takes: 10 },
      { at: 90, key: 'a', takes: 10 },
      { at: 95, key: 'a', caller: 'bob', takes: 10 },
    ]),
  ).toEqual([[1, 3], [2], [4], [5], [6]])
})

test('of several of one key, the one that was free to come first is taken to have come', () => {
  expect(
    numbers([
      { at: 0, key: 'a', ...counted(1), ...refused, retryAfterMs: 500 },
      { at: 0, key: 'a', ...counted(1), ...refused, retryAfterMs: 100 },
      { at: 150, key: 'a', ...counted(2), takes: 10 },
      { at: 550, key: 'a', ...counted(2), takes: 10 },
    ]),
  ).toEqual([
    [1, 4],
    [2, 3],
  ])
})

test('what was refused before its key was known is found again by a count, and by nothing else', () => {
  const early = { at: 0, takes: 1, code: 'rate_limit_exceeded' }
  expect(
    numbers([
      { ...early, ...counted(1) },
      { at: 9, key: 'a', ...counted(2), takes: 1 },
    ]),
  ).toEqual([[1, 2]])
  expect(numbers([early, { at: 9, key: 'a', takes: 1 }, early])).toEqual([[1], [2], [3]])
})

test('every request is an attempt of exactly one call, in order of arrival', () => {
  const told: fc.Arbitrary<Told> = fc
    .record({
      at: fc.nat(100),
      takes: fc.option(fc.nat(50), { nil: undefined }),
      key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      code: fc.option(fc.constant('server_error'), { nil: undefined }),
      attempt: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ at, takes, key, code, attempt }) => ({
      at,
      ...(takes === undefined ? {} : { takes }),
      ...(key === undefined ? {} : { key }),
      ...(code === undefined ? {} : { code }),
      ...(attempt === 0 ? {} : counted(attempt)),
    }))
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), all => {
      const calls = numbers(all.sort((a, b) => a.at - b.at))
      const inOrder = Array.from(all, (_, index) => index + 1)
      expect(calls.flat().sort((a, b) => a - b)).toEqual(inOrder)
      for (const call of calls) expect(call).toEqual([...call].sort((a, b) => a - b))
    }),
    { numRuns: 200 },
  )
})
