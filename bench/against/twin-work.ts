/**
 * One work for two: in each round both sides send the same requests, in the same order. So what makes one
 * request slower than another, such as its length, is not in their difference.
 */
import type { Request } from '../work/request.ts'
import type { Work } from '../work/work.ts'
import type { Side } from './turns.ts'

export interface TwinWork {
  readonly of: Readonly<Record<Side, Work>>
  /** Both go on with requests that neither has had. */
  newRound(): void
}

export function createTwinWork(work: Work): TwinWork {
  /** What one side has had in this round and the other has not. */
  const ahead: Record<Side, Request[]> = { base: [], head: [] }
  const other = { base: 'head', head: 'base' } as const

  const workOf = (side: Side): Work => ({
    ...work,
    next(hint) {
      const known = ahead[side].shift()
      if (known) return known
      const request = work.next(hint)
      ahead[other[side]].push(request)
      return request
    },
  })

  return {
    of: { base: workOf('base'), head: workOf('head') },
    newRound() {
      ahead.base = []
      ahead.head = []
    },
  }
}
