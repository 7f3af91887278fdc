import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStore, pageOf } from '../../../../mock-server/engine/store.ts'

const item = (id: string, size = 1) => ({ id, size })

test('the oldest go where there are too many, and somebody is told', () => {
  const gone: string[] = []
  const store = createStore<{ id: string }>(2, ({ id }) => gone.push(id))
  for (const id of ['a', 'b', 'c']) store.put(item(id))
  expect([store.all().map(({ id }) => id), gone]).toEqual([['b', 'c'], ['a']])
  store.put(item('b'))
  expect([store.all().map(({ id }) => id), gone]).toEqual([['b', 'c'], ['a']])
})

test('what is there is found, deleted once, and cleared', () => {
  const store = createStore<{ id: string; size: number }>(2)
  expect(store.put(item('a', 5))).toEqual({ id: 'a', size: 5 })
  expect([store.get('a')?.size, store.get('b')]).toEqual([5, undefined])
  expect([store.delete('a'), store.delete('a')]).toEqual([true, false])
  store.put(item('a'))
  store.clear()
  expect(store.all()).toEqual([])
})

test('the oldest go where all are too large; the newest stays, however large', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.nat(12))), puts => {
      const size = { maxLength: 20, lengthOf: ({ size }: { size: number }) => size }
      const store = createStore<{ id: string; size: number }>(4, undefined, size)
      for (const [id, length] of puts) {
        if (length === 0) store.delete(id)
        else store.put(item(id, length))
        const kept = store.all()
        const sum = kept.reduce((sum, { size }) => sum + size, 0)
        expect(kept.length).toBeLessThanOrEqual(4)
        expect(sum <= 20 || kept.some(one => one.id === id)).toBe(true)
        if (length > 0) expect(store.get(id)?.size).toBe(length)
      }
    }),
    { seed: 1, numRuns: 100 },
  )
  const small = createStore<{ id: string; size: number }>(9, undefined, {
    maxLength: 20,
    lengthOf: ({ size }) => size,
  })
  for (const [id, size] of [
    ['a', 8],
    ['b', 8],
    ['c', 8],
  ] as const)
    small.put(item(id, size))
  expect(small.all().map(({ id }) => id)).toEqual(['b', 'c'])
  for (let i = 0; i < 5; i++) small.put(item('c', 9)) // in place of itself
  expect(small.all().map(({ id }) => id)).toEqual(['b', 'c'])
})

const items = [...'abcde'].map(id => item(id))
const first = { limit: 2, order: 'asc', after: undefined, before: undefined } as const

test.each([
  [{}, 'ab', true],
  [{ limit: 5 }, 'abcde', false],
  [{ order: 'desc' }, 'ed', true],
  [{ after: 'c' }, 'de', false],
  [{ after: 'c', order: 'desc' }, 'ba', false],
  [{ before: 'b' }, 'a', false],
  [{ after: 'a', before: 'c' }, 'b', false],
  [{ after: 'e' }, '', false],
] as const)('a page of %j is %s, more: %s', (query, ids, more) => {
  const page = pageOf(items, { ...first, ...query })
  expect(page.data.map(({ id }) => id).join('')).toBe(ids)
  expect([page.first_id, page.last_id, page.has_more]).toEqual([
    ids[0] ?? null,
    ids.at(-1) ?? null,
    more,
  ])
})
