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
    receivedAtMs: 0,
    attempt: 1,
    done: { outcome: 'open', status: 0, chunks: 0, maxPacingErrorMs: 0 },
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

test('cleared, it begins anew', () => {
  const journal = createJournal(2)
  for (let i = 1; i <= 3; i++) journal.add(entry(i))
  journal.clear()
  expect(journal.entries()).toEqual([])
  for (let i = 4; i <= 6; i++) journal.add(entry(i))
  expect(journal.entries().map(({ number }) => number)).toEqual([5, 6])
})
