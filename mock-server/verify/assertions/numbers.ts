/** Assertions on how many requests there were, and in which order. */
import { integer } from '../../../base/option-table.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import { assertion, needed, type Verdict } from '../assertion.ts'
import { filters } from '../rows.ts'
import { counted, named, were } from '../words.ts'

const MANY = 1_000_000_000

export const numberAssertions = {
  count: assertion({
    help: 'How many requests there were: `count: 3`, or `{ atLeast: 1, atMost: 5 }`.',
    short: 'exactly',
    settings: {
      exactly: integer(0, MANY, { help: 'So many.' }),
      atLeast: integer(0, MANY, { help: 'So many or more.' }),
      atMost: integer(0, MANY, { help: 'So many or fewer.' }),
    },
    fault: ({ exactly, atLeast, atMost }) =>
      exactly === undefined && atLeast === undefined && atMost === undefined
        ? 'write exactly, atLeast or atMost'
        : undefined,
    judge({ entries, forgotten }, { exactly, atLeast = exactly ?? 0, atMost = exactly ?? MANY }) {
      const count = entries.length
      const wanted =
        atLeast === atMost
          ? `${atLeast}`
          : [
              ...(atLeast > 0 ? [`at least ${atLeast}`] : []),
              ...(atMost < MANY ? [`at most ${atMost}`] : []),
            ].join(' and ')
      const isMore = count > atMost
      // More of them may have been forgotten: that is no matter where any number above will do.
      const isCertain = isMore || (count >= atLeast && atMost === MANY)
      const isRight = !isMore && count >= atLeast
      const verdict: Verdict =
        forgotten > 0 && !isCertain ? 'inconclusive' : isRight ? 'passed' : 'failed'
      const says = `there ${were(count)} ${counted(count, 'request')}`
      return {
        verdict,
        says: isRight ? says : `${says}; ${wanted} are needed`,
        judged: count,
        evidence: isMore ? [{ says: 'these were they', requests: entries }] : [],
        isCertain,
      }
    },
  }),

  order: assertion({
    help: 'Requests came in this order: each filter is met by a request that came after that of the filter before.',
    short: 'requests',
    settings: { requests: needed(filters()) },
    judge({ entries, forgotten }, { requests }) {
      const found: JournalEntry[] = []
      let next = 0
      for (const { matches } of requests) {
        while (next < entries.length && !matches(entries[next]!)) next++
        const entry = entries[next++]
        if (!entry) break
        found.push(entry)
      }
      const judged = entries.length
      const missing = requests[found.length]
      const seen = found.map(named).join(', then ')
      if (!missing) return { verdict: 'passed', says: `in this order came ${seen}`, judged }
      const after = found.length > 0 ? ` after ${seen}` : ''
      return {
        verdict: forgotten > 0 ? 'inconclusive' : 'failed',
        says: `no request that matches ${JSON.stringify(missing.where)} came${after}`,
        judged,
        evidence: found.map(entry => ({
          says: `${named(entry)} is where it should be`,
          requests: [entry],
        })),
      }
    },
  }),
}
