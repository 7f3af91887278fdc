import fc from 'fast-check'
import { expect, it } from 'vitest'
import { workerCaveats } from '../../../../bench/load/caveats.ts'
import { loadWords } from '../../../../bench/load/facts.ts'
import { placeOf, sizeOf } from '../../../../bench/load/share.ts'

it('every one belongs to one part, and to no other', () => {
  const placesOf = (total: number, of: number) =>
    Array.from({ length: of }, (_, number) => {
      const share = { number, of }
      return Array.from({ length: sizeOf(share, total) }, (_, i) => placeOf(share, i))
    })
  expect(placesOf(7, 3)).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ])
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 64 }), (total, of) => {
      const places = placesOf(total, of).flat()
      expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i))
    }),
    { seed: 2 },
  )
})

it('a load says how many workers share it, where there are several', () => {
  const closed = { driver: 'autocannon closed loop', loop: 'closed', connections: 7 } as const
  const load = { ...closed, durationMs: 1000, requests: null }
  expect(loadWords(load)).toBe('7 connections, autocannon closed loop')
  expect(loadWords({ ...load, workers: 3 })).toBe(
    '7 connections, autocannon closed loop, 3 workers',
  )
  expect(loadWords({ ...load, users: { users: 7, think: '2s' }, workers: 2 })).toBe(
    '7 users, thinking 2s, 2 workers',
  )
})

it('more workers than cores earn a warning', () => {
  expect(workerCaveats(2, 2)).toEqual([])
  expect(workerCaveats(3, 2)).toEqual([
    '3 workers share 2 cores: they wait for each other, and times are longer by that.',
  ])
  expect(workerCaveats(2, 1).join()).toContain('2 workers share 1 core:')
})
