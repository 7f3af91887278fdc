/** How a stream's events are written: late headers, several events a write, one over several, comments in silence. */
import type { Distribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'
import { drawGroups, type Groups, heldInGroups } from './groups.ts'

/** What is asked for; undefined: the usual way. */
export interface Wire {
  /** Ms from the request to the status line; undefined: it comes at once. */
  readonly headersAfter?: Distribution | 'first-token' | undefined
  /** Of how many tokens the events are in one write. */
  readonly eventsAWrite?: Distribution | undefined
  /** Over how many writes it is spread what would be in one. */
  readonly splitWrites?: Distribution | undefined
  /** Ms of silence after which a comment is sent. */
  readonly keepAliveMs?: number | undefined
}

/** What was drawn for one reply. */
export interface WirePlan {
  /** When the headers are sent, ms from the request; Infinity: with the first token; undefined: at once. */
  readonly headersMs: number | undefined
  /** The steps of each write; undefined: every event has its own. */
  readonly writes: Groups | undefined
  /** Where a write is cut, as ascending shares of its bytes, the same whenever it is asked; undefined: none is. */
  readonly cutsOf: ((write: number) => readonly number[]) | undefined
  readonly keepAliveMs: number | undefined
}

/** The pieces of one write. */
const MAX_PIECES = 64

/** `dueMs`: of a reply's steps. Returns when they are due in this manner, and the manner. */
export function planWire(
  dueMs: readonly number[],
  { headersAfter, eventsAWrite, splitWrites, keepAliveMs }: Wire,
  random: Random,
): { dueMs: readonly number[]; wire: WirePlan } {
  const headersMs =
    headersAfter === 'first-token'
      ? Number.POSITIVE_INFINITY
      : headersAfter?.sample(random.fork('headers'))
  const writes =
    eventsAWrite || splitWrites
      ? drawGroups(dueMs.length, eventsAWrite ?? ONE, random.fork('writes'))
      : undefined
  const cutsOf = splitWrites && cutsBy(splitWrites, random.fork('cuts'))
  const held = writes && eventsAWrite ? heldInGroups(dueMs, writes) : dueMs
  const isLate = headersMs !== undefined && headersMs > held[0]! && headersMs < Infinity
  return {
    dueMs: isLate ? held.map(atMs => Math.max(atMs, headersMs)) : held,
    wire: { headersMs, writes, cutsOf, keepAliveMs },
  }
}

const ONE: Distribution = { text: '1', mean: 1, constant: true, sample: () => 1 }

/** Drawn where it is asked for, by the write's number: all at once, a long reply's would be millions. */
function cutsBy(pieces: Distribution, random: Random): (write: number) => readonly number[] {
  return write => {
    const own = random.fork(write)
    const most = Math.min(MAX_PIECES, Math.round(pieces.sample(own)))
    return Array.from({ length: Math.max(0, most - 1) }, () => own.next()).sort((a, b) => a - b)
  }
}
