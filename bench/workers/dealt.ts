/**
 * A worker's part of the work: of all requests of the run, in the one order that the seed gives them, those that are its
 * own. What belongs to others is made as well and thrown away, at some microseconds each, so that each request is the
 * same whoever sends it, and whatever it is drawn from: lengths, data sets, scenarios, a script.
 */
import type { Share } from '../load/share.ts'
import type { Arrival } from '../schedule/arrival.ts'
import type { Hint } from '../work/hint.ts'
import type { Request } from '../work/request.ts'
import type { Work } from '../work/work.ts'

export interface DealtWork {
  readonly work: Work
  /** The number, among all of the run, of the request that was made last; undefined: it was asked before, or is of a session. */
  takeNumber(): number | undefined
}

/** Of a closed loop: whoever is free takes the next request of all. Sessions each worker draws for itself. */
export function dealRequests(work: Work, takeNumber: () => number): DealtWork {
  const fresh = createSlip()
  let made = 0
  function next(hint?: Hint): Request {
    const number = takeNumber()
    fresh.put(number)
    for (; made < number; made++) work.next()
    made++
    return work.next(hint)
  }
  return { work: { ...work, next }, takeNumber: fresh.take }
}

/** A number that can be taken once. */
function createSlip() {
  let held: number | undefined
  return {
    put(number: number | undefined): void {
      held = number
    },
    take(): number | undefined {
      const number = held
      held = undefined
      return number
    },
  }
}

export interface Deal {
  readonly share: Share
  readonly warmupMs: number
  /** So many that are due after the warm-up are sent, by all workers together; undefined: no bound. */
  readonly requests: number | undefined
}

export interface DealtSchedule extends DealtWork {
  /** Of all arrivals its own. */
  deal(arrivals: Iterator<Arrival, undefined>): Iterator<Arrival, undefined>
}

/** Of an open loop: arrival `i` is worker `i mod n`'s, and request `i` belongs to it, whether it is sent or dropped. */
export function dealArrivals(
  work: Work,
  { share, warmupMs, requests = Number.POSITIVE_INFINITY }: Deal,
): DealtSchedule {
  let count = 0
  let measured = 0
  /** The last arrival that was its own. */
  let own: { readonly number: number; readonly hint: Hint | undefined } | undefined
  let isMade = true
  const fresh = createSlip()

  /** Sessions are drawn by each worker for itself. */
  function skip(hint: Hint | undefined): void {
    if (!work.hasTalks) work.next(hint)
  }
  function next(hint?: Hint): Request {
    isMade = true
    fresh.put(own?.number)
    return work.next(hint)
  }

  return {
    work: { ...work, next },
    takeNumber: fresh.take,
    deal: arrivals => ({
      next() {
        if (!isMade) skip(own?.hint)
        for (;;) {
          isMade = true
          const found = arrivals.next()
          if (found.done) return found
          const { atMs, hint } = found.value
          if (atMs >= warmupMs && ++measured > requests) return { done: true, value: undefined }
          const number = count++
          if (number % share.of === share.number) {
            own = { number, hint }
            isMade = false
            return found
          }
          skip(hint)
        }
      },
    }),
  }
}
