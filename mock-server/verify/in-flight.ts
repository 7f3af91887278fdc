/**
 * How many requests were in flight at once. A request is so from its arrival to its end; two that overlap by no more
 * than the slack are taken to have followed each other.
 */
import type { JournalEntry } from '../engine/journal.ts'
import { endMs, SLACK_MS } from './calls.ts'

interface Change {
  readonly atMs: number
  readonly entry: JournalEntry
  readonly isStart: boolean
}

/** Arrivals and ends in order of time; what is open has none. */
function changesOf(entries: readonly JournalEntry[], slackMs: number): Change[] {
  const changes: Change[] = []
  for (const entry of entries) {
    const startMs = entry.receivedAtMs
    changes.push({ atMs: startMs, entry, isStart: true })
    const overMs = Math.max(startMs, endMs(entry) - slackMs)
    if (overMs < Number.POSITIVE_INFINITY) changes.push({ atMs: overMs, entry, isStart: false })
  }
  return changes.sort(
    (a, b) =>
      a.atMs - b.atMs || a.entry.number - b.entry.number || Number(b.isStart) - Number(a.isStart),
  )
}

export interface Peak {
  /** Wall-clock ms at which it was reached first. */
  readonly atMs: number
  /** Those in flight then, oldest first. */
  readonly entries: readonly JournalEntry[]
}

/** The most that were in flight at once; undefined: there was no request. */
export function peakInFlight(
  entries: readonly JournalEntry[],
  slackMs: number = SLACK_MS,
): Peak | undefined {
  const changes = changesOf(entries, slackMs)
  let most = 0
  let mostAt = -1
  let inFlight = 0
  for (const [index, { isStart }] of changes.entries()) {
    inFlight += isStart ? 1 : -1
    if (inFlight > most) {
      most = inFlight
      mostAt = index
    }
  }
  if (mostAt < 0) return undefined
  const there = new Set<JournalEntry>()
  for (const { entry, isStart } of changes.slice(0, mostAt + 1)) {
    if (isStart) there.add(entry)
    else there.delete(entry)
  }
  return { atMs: changes[mostAt]!.atMs, entries: [...there] }
}

export interface Arrival {
  readonly entry: JournalEntry
  /** How many were in flight with it, itself included. */
  readonly inFlight: number
}

/** What each request found when it came, in order of arrival. */
export function arrivalsOf(entries: readonly JournalEntry[]): Arrival[] {
  const arrivals: Arrival[] = []
  let inFlight = 0
  for (const { entry, isStart } of changesOf(entries, SLACK_MS)) {
    inFlight += isStart ? 1 : -1
    if (isStart) arrivals.push({ entry, inFlight })
  }
  return arrivals
}
