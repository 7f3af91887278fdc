/**
 * One work for two: in each round both sides send the same requests, in the same order. So what makes one
 * request slower than another, such as its length, is not in their difference.
 */
import type { Hint } from '../work/hint.ts'
import type { Request } from '../work/request.ts'
import type { Work } from '../work/work.ts'
import type { Side } from './turns.ts'

export interface TwinWork {
  readonly of: Readonly<Record<Side, Work>>
  /** This side goes on with the requests of a round, of which it has had none; rounds count up. */
  enter(side: Side, round: number): void
}

/** `hint` belongs to the request's place in the round, so it is the same for both. */
export function createTwinWork(work: Work): TwinWork {
  const other = { base: 'head', head: 'base' } as const
  const roundOf: Record<Side, number> = { base: -1, head: -1 }
  /** What one side has had in a round and the other, which is in it or yet to come to it, has not. */
  const ahead: Record<Side, Map<number, Request[]>> = { base: new Map(), head: new Map() }

  function next(side: Side, hint?: Hint): Request {
    const round = roundOf[side]
    const known = ahead[side].get(round)?.shift()
    if (known) return known
    const request = work.next(hint)
    const waiting = ahead[other[side]]
    if (round < roundOf[other[side]]) return request
    if (!waiting.has(round)) waiting.set(round, [])
    waiting.get(round)?.push(request)
    return request
  }
  const workOf = (side: Side): Work => ({ ...work, next: hint => next(side, hint) })

  return {
    of: { base: workOf('base'), head: workOf('head') },
    enter(side, round) {
      roundOf[side] = round
      for (const known of ahead[side].keys()) if (known < round) ahead[side].delete(known)
    },
  }
}
