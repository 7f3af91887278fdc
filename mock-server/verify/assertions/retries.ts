/** Assertions on what was tried again, how often, and to what end. */
import { integer } from '../../../base/option-table.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import { assertion, type Evidence, needed, ruled } from '../assertion.ts'
import type { Call } from '../calls.ts'
import { names } from '../rows.ts'
import { counted, listed, named, outcomeOf, were } from '../words.ts'

export const retryAssertions = {
  noRetryOf: assertion({
    help: 'What was refused with one of these error codes, statuses or faults was not tried again.',
    short: 'refusals',
    settings: {
      refusals: needed(
        names({
          label: 'CODE|STATUS',
          help: 'e.g. `[insufficient_quota, 401]`; `4xx` is any of the four hundreds.',
        }),
      ),
    },
    judge({ calls }, { refusals }) {
      const isNamed = (entry: JournalEntry) =>
        marksOf(entry).some(mark => refusals.some(({ test }) => test(mark)))
      let judged = 0
      const breaches: Evidence[] = []
      for (const { attempts } of calls) {
        for (const [index, entry] of attempts.entries()) {
          if (!isNamed(entry)) continue
          judged++
          const again = attempts[index + 1]
          if (again) {
            breaches.push({
              says: `${named(entry)} was refused (${outcomeOf(entry)}), and ${named(again)} tried it again`,
              requests: [entry, again],
            })
          }
        }
      }
      const which = listed(
        refusals.map(({ text }) => text),
        'or',
      )
      return ruled(judged, breaches, {
        none: `nothing was refused with ${which}`,
        kept: `${counted(judged, 'refusal')} with ${which}, none tried again`,
        broken: `${breaches.length} of ${counted(judged, 'refusal')} with ${which} ${were(breaches.length)} tried again`,
      })
    },
  }),

  maxAttempts: assertion({
    help: 'No call was sent more often than this, the first time included.',
    short: 'atMost',
    settings: { atMost: needed(integer(1, 1_000_000, { help: 'Attempts of one call.' })) },
    judge({ calls }, { atMost }) {
      const made = calls.map(call => ({ call, count: attemptsOf(call) }))
      const most = made.reduce((max, { count }) => Math.max(max, count), 0)
      const breaches = made
        .filter(({ count }) => count > atMost)
        .map(({ call, count }) => ({
          says: `${named(call.attempts[0]!)} was sent ${count} times: ${call.attempts.map(outcomeOf).join(', ')}`,
          requests: call.attempts,
        }))
      return ruled(calls.length, breaches, {
        none: 'there was no request',
        kept: `no call took more than ${counted(most, 'attempt')}`,
        broken: `${breaches.length} of ${counted(calls.length, 'call')} took more than ${counted(atMost, 'attempt')}, the worst ${most}`,
      })
    },
  }),

  allSucceeded: assertion({
    help: 'Every call ended well in its last attempt.',
    settings: {},
    judge({ calls }) {
      const breaches = calls
        .map(call => ({ call, last: call.attempts.at(-1)! }))
        .filter(({ last }) => last.done.outcome !== 'ok')
        .map(({ call, last }) => ({
          says: `${named(last)} was the last of ${counted(attemptsOf(call), 'attempt')} and ended badly (${outcomeOf(last)})`,
          requests: call.attempts,
        }))
      return ruled(calls.length, breaches, {
        none: 'there was no request',
        kept: `${counted(calls.length, 'call')}, all ended well`,
        broken: `${breaches.length} of ${counted(calls.length, 'call')} did not end well`,
      })
    },
  }),

  neverAgain: assertion({
    help: 'Nothing was paid for twice: no key (x-tokadence-key, else what the request says) was answered well, without a fault, more than once.',
    settings: {},
    judge({ entries }) {
      const byKey = new Map<string, JournalEntry[]>()
      let judged = 0
      for (const entry of entries) {
        const { key, caller = '', done, fault } = entry
        if (key === undefined || fault !== undefined || done.outcome !== 'ok') continue
        judged++
        const name = `${caller}\u001f${key}`
        const paid = byKey.get(name) ?? []
        paid.push(entry)
        byKey.set(name, paid)
      }
      const breaches = [...byKey.values()]
        .filter(paid => paid.length > 1)
        .map(paid => ({
          says: `key ${paid[0]!.key} was answered well ${paid.length} times, by ${listed(paid.slice(0, 5).map(named))}${paid.length > 5 ? ' and later ones' : ''}`,
          requests: paid,
        }))
      return ruled(judged, breaches, {
        none: 'no request with a key ended well',
        kept: `${counted(judged, 'request')} ended well, each of another key`,
        broken: `${counted(breaches.length, 'key')} ${were(breaches.length)} answered well more than once`,
      })
    },
  }),
}

/** By what a refusal may be named. */
function marksOf({ done: { status }, error, fault }: JournalEntry): string[] {
  const marks = [error?.code, fault].filter(mark => typeof mark === 'string')
  return status > 0 ? [...marks, String(status), `${Math.floor(status / 100)}xx`] : marks
}

/** The client's own count tells of attempts that never arrived, too. */
function attemptsOf({ attempts }: Call): number {
  return Math.max(attempts.length, attempts.at(-1)!.attempt)
}
