import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createJournal,
  type JournalEntry,
  shortenEntry,
} from '../../../../mock-server/engine/journal.ts'

function entry(number: number): JournalEntry {
  return {
    number,
    requestId: `req_${number}`,
    method: 'POST',
    path: '/v1/chat/completions',
    endpoint: 'chat.completions',
    receivedAtMs: 0,
    attempt: 1,
    done: { outcome: 'open', status: 0, chunks: 0, bytes: 0, eventMs: [], maxPacingErrorMs: 0 },
  }
}

test('it keeps the last entries, oldest first', () => {
  const journal = createJournal(3)
  expect(journal.entries()).toEqual([])
  for (let i = 1; i <= 5; i++) journal.add(entry(i))
  expect(journal.entries().map(({ number }) => number)).toEqual([3, 4, 5])
})

test('of what clients can make long the beginning is kept', () => {
  const long = { ...entry(1), model: 'm'.repeat(5000), error: { code: null, message: 'short' } }
  shortenEntry(long)
  expect([long.model, long.error.message]).toEqual([`${'m'.repeat(4096)}…`, 'short'])
  const wordy = { ...entry(2), model: 'gpt-4o', error: { code: 'c', message: 'w'.repeat(1e6) } }
  shortenEntry(wordy)
  expect([wordy.model, wordy.error.code]).toEqual(['gpt-4o', 'c'])
  expect(wordy.error.message).toHaveLength(4097)
})

test('it is the tail of everything added, for any capacity', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(100), (capacity, count) => {
      const journal = createJournal(capacity)
      for (let i = 1; i <= count; i++) journal.add(entry(i))
      const all = Array.from({ length: count }, (_, i) => i + 1)
      expect(journal.entries().map(({ number }) => number)).toEqual(
        capacity === 0 ? [] : all.slice(-capacity),
      )
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('entries stay live until they are over, the list is a copy', () => {
  const journal = createJournal(2)
  const first = entry(1)
  journal.add(first)
  const listed = journal.entries()
  journal.add(entry(2))
  first.done.outcome = 'ok'
  expect(listed.map(({ done }) => done.outcome)).toEqual(['ok'])
})

test('a request is found by its id as long as it is kept', () => {
  const journal = createJournal(3)
  for (let i = 1; i <= 5; i++) journal.add(entry(i))
  expect([1, 2, 3, 4, 5, 6].map(i => journal.find(`req_${i}`)?.number)).toEqual([
    undefined,
    undefined,
    3,
    4,
    5,
    undefined,
  ])
  expect(createJournal(0).find('req_1')).toBeUndefined()
})

test('who watches is told of each request that is over, kept or not, until it watches no more', () => {
  const journal = createJournal(0)
  const told: number[] = []
  const unwatch = journal.watch(({ number }) => told.push(number))
  journal.over(entry(1))
  journal.over(entry(2))
  unwatch()
  journal.over(entry(3))
  expect(told).toEqual([1, 2])
})

test('cleared, it begins anew', () => {
  const journal = createJournal(2)
  for (let i = 1; i <= 3; i++) journal.add(entry(i))
  journal.clear()
  expect(journal.entries()).toEqual([])
  for (let i = 4; i <= 6; i++) journal.add(entry(i))
  expect(journal.entries().map(({ number }) => number)).toEqual([5, 6])
})
