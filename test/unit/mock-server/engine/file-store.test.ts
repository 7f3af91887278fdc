import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createFileStore } from '../../../../mock-server/engine/file-store.ts'

function createTestStore({ maxFiles = 100, maxBytes = 1000 } = {}) {
  const clock = createManualClock()
  let ids = 0
  const store = createFileStore({
    clock,
    created: () => Math.floor(clock.wallMs() / 1000),
    newId: () => `file-${++ids}`,
    maxFiles,
    maxBytes,
  })
  const add = (bytes: number, expiresAfterS?: number) =>
    store.add({ filename: 'a', purpose: 'batch', expiresAfterS, bytes: Buffer.alloc(bytes) }).object
  const ids_ = () => store.all().map(({ id }) => id)
  return { clock, store, add, ids: ids_ }
}

test('a file is told of as the wire has it, nulls included', () => {
  const { store } = createTestStore()
  const bytes = Buffer.from('{}\n')
  const added = store.add({ filename: 'a.jsonl', purpose: 'batch', expiresAfterS: 3600, bytes })
  expect(JSON.stringify(added.object)).toBe(
    '{"object":"file","id":"file-1","purpose":"batch","filename":"a.jsonl","bytes":3,' +
      '"created_at":1735689600,"expires_at":1735693200,"status":"processed","status_details":null}',
  )
  expect(store.get('file-1')).toBe(added)
})

test('an expired file is gone at its second', () => {
  const { clock, store, add, ids } = createTestStore()
  add(10, 3600)
  expect(add(10).expires_at).toBe(null)
  clock.advance(3_599_999)
  expect(store.get('file-1')?.object.bytes).toBe(10)
  clock.advance(1)
  expect(store.get('file-1')).toBe(undefined)
  expect(store.delete('file-1')).toBe(false)
  expect(ids()).toEqual(['file-2'])
})

test('the oldest go for one more file, and for its bytes', () => {
  const few = createTestStore({ maxFiles: 2 })
  few.add(1)
  few.add(1)
  few.add(1)
  expect(few.ids()).toEqual(['file-2', 'file-3'])
  const small = createTestStore({ maxBytes: 100 })
  small.add(40)
  small.add(40)
  small.add(60)
  expect(small.ids()).toEqual(['file-2', 'file-3'])
})

test('a file larger than the whole store is refused, and no other goes for it', () => {
  const { add, ids } = createTestStore({ maxBytes: 100 })
  add(100)
  expect(() => add(101)).toThrow(
    expect.objectContaining({ status: 413, message: expect.stringContaining('it has 101 bytes') }),
  )
  expect(ids()).toEqual(['file-1'])
})

test('whatever is added and deleted, both bounds hold and the last file is there', () => {
  const step = fc.record({ bytes: fc.nat(100), expires: fc.boolean(), remove: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const { clock, store, add } = createTestStore({ maxFiles: 5, maxBytes: 150 })
      for (const { bytes, expires, remove } of steps) {
        const { id } = add(bytes, expires ? 1 : undefined)
        expect(store.get(id)?.bytes.length).toBe(bytes)
        store.delete(`file-${remove}`)
        clock.advance(300)
        const all = store.all()
        expect(all.length).toBeLessThanOrEqual(5)
        expect(all.reduce((sum, file) => sum + file.bytes, 0)).toBeLessThanOrEqual(150)
      }
    }),
    { numRuns: 100 },
  )
})
