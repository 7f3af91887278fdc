/**
 * Which requests are attempts of one call: what a client's user asked for once, however often it was sent.
 *
 * A call is known by its caller, its path and its key (`x-tokadence-key`, else a hash of what it says). Within these,
 *   - a client that counts its tries (`x-stainless-retry-count`) says itself which attempt this is: it follows one
 *     of a smaller number;
 *     What was refused before its key was known may be an earlier attempt of any;
 *   - of any other client, a request follows one that had failed, or been given up, before it came. A request
 *     without a key follows none; nor does any follow an answer that was sent to its end, spoilt or not.
 * Where it could follow several, it is given to the one that was free to try again first: nobody is blamed for an
 * early return that may have been somebody else's.
 */
import type { JournalEntry } from '../engine/journal.ts'

export interface Call {
  /** In order of arrival; never empty. */
  readonly attempts: readonly JournalEntry[]
}

/** Arrival times are whole ms: what ends within the same one may have ended before. */
export const SLACK_MS = 1

interface Growing {
  readonly attempts: JournalEntry[]
  /** When it was free to be tried again. */
  freeMs: number
}

/** Calls that may go on, by the number of their last attempt; of each number those that are free first come first. */
type Waiting = Map<number, Growing[]>

/** `entries`: in order of arrival. Calls come in the order of their first attempts. */
export function callsOf(entries: readonly JournalEntry[]): Call[] {
  const calls: Growing[] = []
  const unfinished = new Map<string, Waiting>()
  /** Unless nothing else fits, a call that has succeeded does not go on. */
  const succeeded = new Map<string, Waiting>()

  for (const entry of entries) {
    const own = identityOf(entry, entry.key)
    const before = hasCount(entry)
      ? (takeBelow(unfinished.get(own), entry) ??
        takeBelow(unfinished.get(identityOf(entry)), entry) ??
        takeBelow(succeeded.get(own), entry))
      : takeEnded(unfinished.get(own), entry)
    const call = before ?? { attempts: [], freeMs: 0 }
    if (!before) calls.push(call)
    call.attempts.push(entry)
    call.freeMs = endMs(entry) + (entry.retryAfterMs ?? 0)
    const groups = entry.done.outcome === 'ok' ? succeeded : unfinished
    const waiting: Waiting = groups.get(own) ?? new Map()
    groups.set(own, waiting)
    insert(waiting, call, entry.attempt)
  }
  return calls
}

function identityOf({ caller = '', path }: JournalEntry, key = ''): string {
  return `${caller}\u001f${path.split('?', 1)[0]}\u001f${key}`
}

function hasCount({ headers }: JournalEntry): boolean {
  return headers?.['x-stainless-retry-count'] !== undefined
}

/** For a client that counts: of the nearest smaller number. */
function takeBelow(waiting: Waiting | undefined, { attempt }: JournalEntry): Growing | undefined {
  if (!waiting || attempt === 1) return undefined
  let nearest = 0
  for (const [last, calls] of waiting) {
    if (last < attempt && last > nearest && calls.length > 0) nearest = last
  }
  return waiting.get(nearest)?.shift()
}

/** For any other client: one whose last attempt was over. */
function takeEnded(
  waiting: Waiting | undefined,
  { key, attempt, receivedAtMs }: JournalEntry,
): Growing | undefined {
  const calls = waiting?.get(attempt)
  if (!calls || key === undefined) return undefined
  const index = calls.findIndex(
    ({ attempts }) => endMs(attempts.at(-1)!) <= receivedAtMs + SLACK_MS,
  )
  return index < 0 ? undefined : calls.splice(index, 1)[0]
}

/** Behind those that are free as early. */
function insert(waiting: Waiting, call: Growing, attempt: number): void {
  const calls = waiting.get(attempt) ?? []
  waiting.set(attempt, calls)
  let low = 0
  let high = calls.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (calls[middle]!.freeMs <= call.freeMs) low = middle + 1
    else high = middle
  }
  calls.splice(low, 0, call)
}

/** When a request was over, wall-clock ms; Infinity while it is open. */
export function endMs({ receivedAtMs, done }: JournalEntry): number {
  return done.durationMs === undefined ? Number.POSITIVE_INFINITY : receivedAtMs + done.durationMs
}

/** An attempt and the one after it. */
export interface Gap {
  readonly before: JournalEntry
  readonly after: JournalEntry
  /** Ms from the end of the one to the arrival of the other. */
  readonly waitMs: number
  /** Ms that the client was told to wait; undefined: it was not told. */
  readonly toldMs: number | undefined
}

/** The pauses of a call; an attempt that is still open is followed by none. */
export function gapsOf({ attempts }: Call): Gap[] {
  const gaps: Gap[] = []
  for (let i = 1; i < attempts.length; i++) {
    const [before, after] = [attempts[i - 1]!, attempts[i]!]
    const waitMs = after.receivedAtMs - endMs(before)
    if (waitMs !== Number.NEGATIVE_INFINITY) {
      gaps.push({ before, after, waitMs, toldMs: before.retryAfterMs })
    }
  }
  return gaps
}
