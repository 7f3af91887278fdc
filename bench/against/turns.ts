/**
 * Two sides share the requests that may be in flight, and one of them has the turn. When it changes, no
 * request is held up and none is broken off: as each of the old side ends, one of the new side begins. So
 * there are always as many in flight, the generator has the same to do all the time, and no time is idle.
 */
import type { Turn } from '../drivers/driver.ts'

export const sides = ['base', 'head'] as const
export type Side = (typeof sides)[number]

export interface Turns {
  /** Where the connections of a side wait. */
  readonly at: Readonly<Record<Side, Turn>>
  readonly inFlight: number
  /** From now on this side sends; undefined: neither does. */
  give(side: Side | undefined): void
  /** A request of either side has ended. */
  settled(): void
}

/** `inFlightMax`: of both together. */
export function createTurns(inFlightMax: number): Turns {
  const waiting: Record<Side, (() => boolean)[]> = { base: [], head: [] }
  let inFlight = 0
  let current: Side | undefined

  function send(): void {
    while (current && inFlight < inFlightMax) {
      const go = waiting[current].shift()
      if (!go) return
      inFlight++
      if (!go()) inFlight--
    }
  }

  const turnOf = (side: Side): Turn => ({
    enter(go) {
      waiting[side].push(go)
      send()
    },
  })

  return {
    at: { base: turnOf('base'), head: turnOf('head') },
    get inFlight() {
      return inFlight
    },
    give(side) {
      current = side
      send()
    },
    settled() {
      inFlight--
      send()
    },
  }
}
