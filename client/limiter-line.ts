/**
 * Who is next: callers take turns by their weights, each caller's own come in order of arrival, and who has had
 * a turn before goes before all of them.
 *
 * Start-time fair queuing: a turn costs its caller 1 / weight of virtual time, and the caller that is furthest
 * behind goes next. One that comes back after a rest starts where the others are: rest is not saved up.
 */

export interface Turn {
  /** It has had a slot before, and backed off. */
  readonly returning?: boolean | undefined
  /** Whose it is: a tenant, a user. Default: all that name nobody are one caller. */
  readonly caller?: string | undefined
  /** The caller's share beside others that wait; default 1. */
  readonly weight?: number | undefined
}

export interface Line<T> {
  /** Returns how to leave it, for who gives up. */
  join(item: T, turn: Turn): () => void
  /** Who is next; undefined: nobody waits. */
  first(): T | undefined
  /** The same, who is out of the line then. */
  take(): T | undefined
  readonly size: number
}

interface Caller<T> {
  weight: number
  /** Virtual time from which its next turn counts. */
  next: number
  /** A map, so that who gives up leaves from the middle at no cost; in order of arrival. */
  readonly waiting: Map<symbol, T>
}

/** Callers that nobody waits for are forgotten from this many on. */
const SWEEP_FROM = 64

export function createLine<T>(): Line<T> {
  const returning = new Map<symbol, { item: T; caller: Caller<T> }>()
  const callers = new Map<string, Caller<T>>()
  let fresh = 0
  let virtualNow = 0

  function callerOf({ caller: name = '', weight = 1 }: Turn): Caller<T> {
    let caller = callers.get(name)
    if (!caller) {
      if (callers.size >= SWEEP_FROM) sweep()
      caller = { weight, next: virtualNow, waiting: new Map() }
      callers.set(name, caller)
    }
    if (weight > 0) caller.weight = weight
    return caller
  }

  /** What is left of a caller that rests is only whether it is ahead of the others. */
  function sweep(): void {
    for (const [name, { waiting, next }] of callers) {
      if (waiting.size === 0 && next <= virtualNow) callers.delete(name)
    }
  }

  function nextCaller(): Caller<T> | undefined {
    let chosen: Caller<T> | undefined
    for (const caller of callers.values()) {
      if (caller.waiting.size === 0) continue
      if (!chosen || caller.next < chosen.next) chosen = caller
    }
    return chosen
  }

  /** With nobody left waiting there is nothing to be fair about. */
  function forget(): void {
    if (returning.size + fresh > 0) return
    callers.clear()
    virtualNow = 0
  }

  return {
    join(item, turn) {
      const place = Symbol()
      const caller = callerOf(turn)
      if (turn.returning) {
        returning.set(place, { item, caller })
        return () => {
          if (returning.delete(place)) forget()
        }
      }
      if (caller.waiting.size === 0) caller.next = Math.max(caller.next, virtualNow)
      caller.waiting.set(place, item)
      fresh++
      return () => {
        if (!caller.waiting.delete(place)) return
        fresh--
        forget()
      }
    },
    first() {
      for (const { item } of returning.values()) return item
      const caller = nextCaller()
      if (caller) for (const item of caller.waiting.values()) return item
      return undefined
    },
    take() {
      for (const [place, { item, caller }] of returning) {
        returning.delete(place)
        caller.next = Math.max(caller.next, virtualNow) + 1 / caller.weight
        forget()
        return item
      }
      const caller = nextCaller()
      if (!caller) return undefined
      virtualNow = Math.max(virtualNow, caller.next)
      caller.next = virtualNow + 1 / caller.weight
      for (const [place, item] of caller.waiting) {
        caller.waiting.delete(place)
        fresh--
        forget()
        return item
      }
      return undefined
    },
    get size() {
      return returning.size + fresh
    },
  }
}
