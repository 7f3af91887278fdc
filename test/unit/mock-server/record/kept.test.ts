import { expect, test } from 'vitest'
import { createKept } from '../../../../mock-server/record/kept.ts'

/** Ten bytes of room; values are their own size. */
function tenBytes() {
  const loads: string[] = []
  const kept = createKept<string, number>(10, value => value)
  const get = (key: string, value: number) =>
    kept.get(key, async () => {
      loads.push(key)
      return value
    })
  return { kept, get, loads }
}

test('a value is loaded once, also when it is asked for twice at the same time', async () => {
  const { get, loads } = tenBytes()
  expect(await Promise.all([get('a', 4), get('a', 4)])).toEqual([4, 4])
  expect(await get('a', 4)).toBe(4)
  expect(loads).toEqual(['a'])
})

test('the longest unused makes room', async () => {
  const { get, loads } = tenBytes()
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key, 4)
  expect(loads).toEqual(['a', 'b', 'c', 'b'])
})

test('what is larger than all the room is not kept, and drives nothing out', async () => {
  const { get, loads } = tenBytes()
  for (const key of ['a', 'big', 'big', 'a']) await get(key, key === 'big' ? 11 : 4)
  expect(loads).toEqual(['a', 'big', 'big'])
})

test('a load that failed is tried again', async () => {
  const { kept, get } = tenBytes()
  await expect(kept.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(await get('a', 4)).toBe(4)
})

test('what is put in is there, and takes the place of what was', async () => {
  const { kept, get, loads } = tenBytes()
  kept.put('a', 4)
  kept.put('a', 6)
  kept.put('b', 4)
  expect([await get('a', 0), await get('b', 0)]).toEqual([6, 4])
  expect(loads).toEqual([])
})
