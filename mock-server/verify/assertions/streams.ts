/** Assertions on how a client read its answers: to the end, or given up in time. */
import { choice, duration, integer } from '../../../base/option-table.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import { assertion, type Evidence, needed, ruled } from '../assertion.ts'
import { counted, named, outcomeOf, duration as took, were } from '../words.ts'

const marks = ['request', 'token', 'silence'] as const

export const streamAssertions = {
  cancelledWithin: assertion({
    help: 'Every request was given up by its client, no later than this after a mark: its arrival (request), its first or nth token (token), or the last thing that it was sent (silence), as in a stall.',
    short: 'within',
    settings: {
      within: needed(duration({ help: 'The time from the mark to the hang-up.' })),
      after: choice(marks, { help: 'The mark.', fallback: 'token' }),
      token: integer(1, 4096, { help: 'Which token, for the mark token.', fallback: 1 }),
      notBefore: duration({
        help: 'The least time from the mark to the hang-up.',
        fallback: '0ms',
      }),
    },
    fault: ({ within, notBefore }) =>
      notBefore <= within ? undefined : 'notBefore: write no more than within',
    judge({ entries, nowMs }, { within, after, token, notBefore }) {
      // A refusal cannot be given up: what is tried again after it is judged by itself.
      const judged = entries.filter(({ done }) => done.outcome !== 'refused')
      const breaches: Evidence[] = []
      let slowestMs = 0
      for (const entry of judged) {
        const markMs = markOf(entry, after, token)
        const { outcome } = entry.done
        const isOpen = outcome === 'open'
        const overMs = isOpen ? nowMs - entry.receivedAtMs : goneMs(entry)
        const sinceMs = markMs === undefined ? undefined : overMs - markMs
        const since = `after ${wordsFor(entry, after, token)}`
        let says: string | undefined
        if (outcome !== 'open' && outcome !== 'hung-up') {
          says = `${named(entry)} was not given up (${outcomeOf(entry)})`
        } else if (sinceMs === undefined) {
          says = `${named(entry)} had no token ${token} when it was ${isOpen ? 'looked at' : 'given up'}`
        } else if (isOpen) {
          says = `${named(entry)} is still open ${took(sinceMs)} ${since}`
        } else if (sinceMs > within || sinceMs < notBefore) {
          says = `${named(entry)} was given up ${took(sinceMs)} ${since}`
        } else slowestMs = Math.max(slowestMs, sinceMs)
        if (says !== undefined) breaches.push({ says, requests: [entry] })
      }
      const bounds = notBefore > 0 ? `${took(notBefore)} to ${took(within)}` : took(within)
      return ruled(judged.length, breaches, {
        none: 'there was no request that could be given up',
        kept: `${counted(judged.length, 'request')}, all given up within ${bounds}, the slowest after ${took(slowestMs)}`,
        broken: `${breaches.length} of ${counted(judged.length, 'request')} ${were(breaches.length)} not given up within ${bounds}`,
      })
    },
  }),

  readWholeStream: assertion({
    help: 'No client hung up before its answer was over.',
    settings: {},
    judge({ entries }) {
      const over = entries.filter(({ done }) => done.outcome !== 'open')
      const breaches = over
        .filter(({ done }) => done.outcome === 'hung-up')
        .map(entry => ({
          says: `${named(entry)} was given up after ${took(goneMs(entry))} and ${counted(entry.done.chunks, 'chunk')}`,
          requests: [entry],
        }))
      return ruled(over.length, breaches, {
        none: 'no request is over',
        kept: `${counted(over.length, 'answer')}, all read to the end`,
        broken: `${breaches.length} of ${counted(over.length, 'answer')} ${were(breaches.length)} given up`,
      })
    },
  }),
}

/** Ms from the request to its hang-up, or to its end. */
function goneMs({ done }: JournalEntry): number {
  return done.hungUpMs ?? done.durationMs ?? 0
}

/** Ms from the request to the mark; undefined: it was not reached. */
function markOf(
  { done }: JournalEntry,
  after: (typeof marks)[number],
  token: number,
): number | undefined {
  if (after === 'request') return 0
  if (after === 'silence') return done.lastTokenMs ?? done.eventMs?.at(-1) ?? done.firstTokenMs ?? 0
  return done.eventMs?.[token - 1] ?? (token === 1 ? done.firstTokenMs : undefined)
}

function wordsFor(entry: JournalEntry, after: (typeof marks)[number], token: number): string {
  if (after === 'token') return token === 1 ? 'its first token' : `its token ${token}`
  const hadToken = entry.done.firstTokenMs !== undefined
  return after === 'silence' && hadToken ? 'the last token that it was sent' : 'it came'
}
