/** Assertions on how much was asked at once, and how fast. */
import { duration, integer } from '../../../base/option-table.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import { assertion, type Evidence, needed, ruled } from '../assertion.ts'
import { endMs, SLACK_MS } from '../calls.ts'
import { type Arrival, arrivalsOf, peakInFlight } from '../in-flight.ts'
import { counted, named, timeOfDay, duration as took } from '../words.ts'

export const loadAssertions = {
  maxInFlight: assertion({
    help: 'Never more than so many requests were in flight at once.',
    short: 'atMost',
    settings: {
      atMost: needed(integer(1, 1_000_000, { help: 'Requests at once.' })),
      tolerance: duration({
        help: 'Two that overlap by no more than this followed each other: a hang-up takes its time to arrive.',
        fallback: `${SLACK_MS}ms`,
      }),
    },
    judge({ entries }, { atMost, tolerance }) {
      const peak = peakInFlight(entries, tolerance)
      const most = peak?.entries.length ?? 0
      const breach: Evidence[] =
        peak && most > atMost
          ? [{ says: `at ${timeOfDay(peak.atMs)} there were ${most}`, requests: peak.entries }]
          : []
      return ruled(entries.length, breach, {
        none: 'there was no request',
        kept: `at most ${most} of ${counted(entries.length, 'request')} were in flight at once`,
        broken: `${most} requests were in flight at once, ${most - atMost} more than ${atMost}`,
      })
    },
  }),

  noneOpen: assertion({
    help: 'Every request is over.',
    settings: {},
    judge({ entries, nowMs }) {
      const breaches = entries
        .filter(({ done }) => done.outcome === 'open')
        .map(entry => ({
          says: `${named(entry)} has been open for ${took(nowMs - entry.receivedAtMs)}`,
          requests: [entry],
        }))
      return ruled(entries.length, breaches, {
        none: 'there was no request',
        kept: `${counted(entries.length, 'request')}, all over`,
        broken: `${breaches.length} of ${counted(entries.length, 'request')} ${breaches.length === 1 ? 'is' : 'are'} still open`,
      })
    },
  }),

  rate: assertion({
    help: 'Never more than so many requests came within any minute.',
    short: 'atMost',
    settings: {
      atMost: needed(integer(1, 100_000_000, { help: 'Requests.' })),
      per: duration({ help: 'Within how long.', fallback: '1m' }),
    },
    fault: ({ per }) => (per > 0 ? undefined : 'per: write a duration above 0'),
    judge({ entries }, { atMost, per }) {
      const busiest = busiestWindow(entries, per)
      const most = busiest.length
      const breach: Evidence[] =
        most > atMost
          ? [
              {
                says: `${most} came from ${timeOfDay(busiest[0]!.receivedAtMs)} to ${timeOfDay(busiest.at(-1)!.receivedAtMs)}, ${named(busiest[0]!)} to ${named(busiest.at(-1)!)}`,
                requests: busiest,
              },
            ]
          : []
      return ruled(entries.length, breach, {
        none: 'there was no request',
        kept: `at most ${counted(most, 'request')} came within ${took(per)}`,
        broken: `${most} requests came within ${took(per)}, ${most - atMost} more than ${atMost}`,
      })
    },
  }),

  concurrencyAfter429: assertion({
    help: 'After a 429 a caller kept fewer requests in flight than before it: the most at an arrival in the time after the told wait, against the most in as long before.',
    settings: {
      window: duration({ help: 'How long before and after is looked at.', fallback: '1s' }),
    },
    fault: ({ window }) => (window > 0 ? undefined : 'window: write a duration above 0'),
    judge({ entries }, { window }) {
      const callers = new Map<string, JournalEntry[]>()
      for (const entry of entries) {
        const name = entry.caller ?? ''
        const own = callers.get(name) ?? []
        own.push(entry)
        callers.set(name, own)
      }
      const compared = [...callers.values()].flatMap(own => compareAround429s(own, window))
      const kept = compared.filter(({ before, after }) => after.inFlight >= before.inFlight)
      return ruled(compared.length, kept.map(didNotFall), {
        none: 'no caller sent anything in the time after a 429',
        kept: `fewer were in flight after ${counted(compared.length, '429')} than before`,
        broken: `after ${kept.length} of ${counted(compared.length, '429')} no fewer were in flight than before`,
      })
    },
  }),
}

/** The longest run of requests that came within `perMs`, in order of arrival. */
function busiestWindow(entries: readonly JournalEntry[], perMs: number): readonly JournalEntry[] {
  const ordered = [...entries].sort((a, b) => a.receivedAtMs - b.receivedAtMs)
  let first = 0
  let from = 0
  let to = 0
  for (const [index, { receivedAtMs }] of ordered.entries()) {
    while (ordered[first]!.receivedAtMs <= receivedAtMs - perMs) first++
    if (index + 1 - first > to - from) {
      from = first
      to = index + 1
    }
  }
  return ordered.slice(from, to)
}

interface Compared {
  readonly refused: JournalEntry
  readonly before: Arrival
  readonly after: Arrival
}

/** A 429 within the time that is looked at after another says nothing new. */
function compareAround429s(own: readonly JournalEntry[], windowMs: number): Compared[] {
  const arrivals = arrivalsOf(own)
  const compared: Compared[] = []
  let untilMs = Number.NEGATIVE_INFINITY
  for (const refused of own) {
    const { receivedAtMs, retryAfterMs = 0, done } = refused
    if (done.status !== 429 || receivedAtMs < untilMs) continue
    const fromMs = endMs(refused) + retryAfterMs
    const after = busiest(arrivals, fromMs, fromMs + windowMs)
    if (!after) continue
    // The refused one is among them.
    const before = busiest(arrivals, receivedAtMs - windowMs, receivedAtMs)!
    compared.push({ refused, before, after })
    untilMs = fromMs + windowMs
  }
  return compared
}

/** Of the arrivals in this time, both ends included, the first that found most in flight. */
function busiest(arrivals: readonly Arrival[], fromMs: number, toMs: number): Arrival | undefined {
  let most: Arrival | undefined
  for (let i = firstSince(arrivals, fromMs); i < arrivals.length; i++) {
    const arrival = arrivals[i]!
    if (arrival.entry.receivedAtMs > toMs) break
    if (!most || arrival.inFlight > most.inFlight) most = arrival
  }
  return most
}

function firstSince(arrivals: readonly Arrival[], fromMs: number): number {
  let low = 0
  let high = arrivals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (arrivals[middle]!.entry.receivedAtMs < fromMs) low = middle + 1
    else high = middle
  }
  return low
}

function didNotFall({ refused, before, after }: Compared): Evidence {
  return {
    says: `${before.inFlight} were in flight before ${named(refused)} was refused, and ${after.inFlight} when ${named(after.entry)} came`,
    requests: [before.entry, refused, after.entry],
  }
}
