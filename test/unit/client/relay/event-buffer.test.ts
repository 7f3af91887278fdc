import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventBuffer } from '../../../../client/relay/event-buffer.ts'

test('events are numbered from 1 and read from any place, as they stand on the wire', () => {
  const buffer = createEventBuffer(10_000)
  buffer.append('token', { text: 'two\nlines' })
  buffer.append('done', { how: 'complete' })
  expect([buffer.firstId, buffer.lastId]).toEqual([1, 2])
  expect(buffer.read(0, 10_000)).toEqual({
    text: 'id: 1\nevent: token\ndata: {"text":"two\\nlines"}\n\nid: 2\nevent: done\ndata: {"how":"complete"}\n\n',
    lastId: 2,
  })
  expect(buffer.read(1, 10_000)?.lastId).toBe(2)
  expect(buffer.read(0, 1)?.lastId).toBe(1)
  expect(buffer.read(2, 10_000)).toBe(undefined)
})

test('what does not fit is dropped, the oldest first, and who wants it is told so', () => {
  const buffer = createEventBuffer(400)
  for (let i = 0; i < 10; i++) buffer.append('token', { text: 'x'.repeat(20) })
  expect([buffer.firstId, buffer.lastId]).toEqual([8, 10])
  expect([buffer.reaches(6), buffer.reaches(7), buffer.reaches(10)]).toEqual([false, true, true])
  expect(buffer.read(6, 10_000)).toBe(undefined)
  expect(buffer.read(7, 10_000)?.lastId).toBe(10)
})

test('whatever is appended, what is kept is a run of the newest within the bound, and reads give each once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 1500 }),
      fc.integer({ min: 100, max: 5000 }),
      fc.integer({ min: 1, max: 2000 }),
      (lengths, maxBytes, maxLength) => {
        const buffer = createEventBuffer(maxBytes)
        const all = lengths.map((length, i) => {
          const before = buffer.lastId
          buffer.append('token', { text: 'é'.repeat(length) })
          expect(buffer.lastId).toBe(before + 1)
          return `id: ${i + 1}\nevent: token\ndata: {"text":"${'é'.repeat(length)}"}\n\n`
        })
        let at = buffer.firstId - 1
        const kept = all.slice(at)
        const bytesOf = (texts: string[]) =>
          texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 64, 0)
        expect(kept.length === 1 || bytesOf(kept) <= maxBytes).toBe(true)
        expect(at === 0 || bytesOf(all.slice(at - 1)) > maxBytes).toBe(true)
        let text = ''
        for (let batch = buffer.read(at, maxLength); batch; batch = buffer.read(at, maxLength)) {
          text += batch.text
          at = batch.lastId
        }
        expect(text).toBe(kept.join(''))
      },
    ),
    { numRuns: 60 },
  )
})
