/**
 * One scheduler for all streams: absolute deadlines on a wheel, one timer.
 *
 * Deadlines are absolute, so lateness never adds up: a `sleep` per token turns a 20 ms cadence into
 * 33 ms at 1,000 streams, this stays at 20.0. A part is never played early.
 */
import type { Clock } from '../../base/clock.ts'

/** Something that is played in steps. */
export interface Part {
  /** When its first step is due, in the clock's ms. */
  readonly dueMs: number
  /** Of several steps that fall due, it has only the last to play. */
  readonly isLast?: boolean
  /** Plays the step that is due at `nowMs`; returns when the next one is due, or OVER. */
  play(nowMs: number): number
  /** Called once, when it is over or was stopped. */
  over?(): void
  /** Called when `play` threw; the part is stopped. */
  failed(error: unknown): void
  /** The conductor's own: the slot it is due in, the next part of that slot, and whether it was stopped. */
  slot?: number
  next?: Part | undefined
  stopped?: boolean
}

/** What `play` returns when nothing is left. */
export const OVER = -1

/** What a part writes to: a response, whose socket may be written to besides. */
export interface Sink {
  readonly destroyed: boolean
  readonly writableNeedDrain: boolean
  readonly socket: { readonly writableNeedDrain: boolean } | null
}

export interface Conductor {
  /** It plays every step at its very instant, as only a manual clock allows. */
  readonly isExact: boolean
  /**
   * Takes a part in; it is first played when its `dueMs` has come, at once if that is now. `sink`: what a request
   * is answered to.
   */
  start(part: Part, sink?: Sink): void
  /** Forgets a part at once; it is not played again. */
  stop(part: Part): void
  /**
   * Plays what is due, if nothing was played for 10 ms. New requests call it first, so that a burst of them
   * does not hold up streams; playing at each of them would spread the writes so thin that every one
   * wakes its reader anew (82,500 tokens a second at 2,000 streams, not 95,500).
   */
  keepUp(): void
  /** Parts that are started and neither over nor stopped. */
  readonly active: number
}

/** Slots are a quarter of a millisecond wide; a turn of the wheel is 4 s, longer waits go round again. */
const SLOTS_PER_MS = 4
const SLOTS = 16_384
/** `slot & MASK` is a slot's place, also for slots beyond 32 bits: SLOTS is a power of two. */
const MASK = SLOTS - 1
/** Steps that one part may play in one visit: no reply without gaps holds up the others for long. */
const STEPS_A_VISIT = 256
/** How long one round may last before every part plays one step and no more. */
const ROUND_MS = 4
/** After so many steps of one part it is looked whether the round is over: a step may be 128 writes. */
const STEPS_A_LOOK = 8
/** So many parts are played by one look at the clock: they are told a time at most a fifth of a ms old. */
const PARTS_A_LOOK = 16
/** How long a burst of requests may hold up the streams. */
const KEEP_UP_MS = 10
/** The longest sleep: how far ahead an idle wheel is looked through. */
const MAX_SLEEP_MS = 250

export function createConductor(clock: Clock): Conductor {
  const head: (Part | undefined)[] = new Array(SLOTS).fill(undefined)
  const tail: (Part | undefined)[] = new Array(SLOTS).fill(undefined)
  let active = 0
  /** Parts on the wheel, the stopped ones that were not come by since among them. */
  let placed = 0
  /** The last slot that was played, counted from the clock's zero. */
  let played = slotOf(clock.nowMs())
  let cancelTimer: (() => void) | undefined
  let wakeAtMs = Number.POSITIVE_INFINITY
  let playing = false

  /** The slot that ends at or after `dueMs`: played then, a part is never early. */
  function slotOf(dueMs: number): number {
    return Math.ceil(dueMs * SLOTS_PER_MS)
  }

  function put(part: Part, slot: number): void {
    const index = (slot > played ? slot : played + 1) & MASK
    part.slot = slot
    part.next = undefined
    placed++
    const last = tail[index]
    if (last) last.next = part
    else head[index] = part
    tail[index] = part
  }

  function pump(): void {
    if (playing || active === 0) return
    playing = true
    const startedMs = clock.nowMs()
    let nowMs = startedMs
    let visits = 0
    const until = Math.floor(startedMs * SLOTS_PER_MS)
    // After a long pause every slot is looked at once, not once per turn that was missed.
    let slot = Math.max(played, until - SLOTS)
    // Said first: what is still behind after its visit is put where the next round finds it, or a reply
    // without gaps would be visited in every slot, make the next round longer, and so never end.
    played = Math.max(played, until)
    while (slot < until) {
      slot++
      const index = slot & MASK
      let part = head[index]
      if (!part) continue
      head[index] = tail[index] = undefined
      while (part) {
        const following: Part | undefined = part.next
        placed--
        visits++
        if (visits % PARTS_A_LOOK === 0) nowMs = clock.nowMs()
        if (!part.stopped) playOne(part, slot, nowMs, startedMs)
        part = following
      }
    }
    playing = false
    if (active === 0) clear()
  }

  /** Nobody comes by what was stopped on an idle wheel: it would be held until the next request. */
  function clear(): void {
    if (placed === 0) return
    head.fill(undefined)
    tail.fill(undefined)
    placed = 0
  }

  function playOne(part: Part, slot: number, nowMs: number, startedMs: number): void {
    if (part.slot! > slot) {
      put(part, part.slot!) // due in a later turn of the wheel
      return
    }
    playSteps(part, nowMs, startedMs)
  }

  /** Plays what is due of a part, up to a bound, and puts it where the rest is due. `startedMs`: when the round began. */
  function playSteps(part: Part, nowMs: number, startedMs: number): void {
    try {
      let dueMs = part.play(nowMs)
      for (let i = 1; i < STEPS_A_VISIT && dueMs !== OVER && dueMs <= nowMs && !part.stopped; i++) {
        if (i % STEPS_A_LOOK === 0 && clock.nowMs() >= startedMs + ROUND_MS) break
        dueMs = part.play(nowMs)
      }
      if (part.stopped) return
      if (dueMs === OVER) finish(part)
      else put(part, slotOf(dueMs))
    } catch (error) {
      if (!part.stopped) finish(part)
      part.failed(error)
    }
  }

  function finish(part: Part): void {
    part.stopped = true
    active--
    part.over?.()
  }

  /** Sleeps until the next slot that holds something, or as long as it may. */
  function arm(): void {
    if (active === 0) {
      cancelTimer?.()
      cancelTimer = undefined
      wakeAtMs = Number.POSITIVE_INFINITY
      return
    }
    const nowMs = clock.nowMs()
    const limit = played + MAX_SLEEP_MS * SLOTS_PER_MS
    let slot = played + 1
    while (slot < limit && !head[slot & MASK]) slot++
    wakeAt(slot / SLOTS_PER_MS, nowMs)
  }

  function wakeAt(atMs: number, nowMs: number): void {
    cancelTimer?.()
    wakeAtMs = atMs
    cancelTimer = clock.after(Math.max(1, Math.ceil(atMs - nowMs)), tick)
  }

  function tick(): void {
    cancelTimer = undefined
    pump()
    arm()
  }

  return {
    isExact: false,
    start(part) {
      const nowMs = clock.nowMs()
      if (active === 0) played = Math.floor(nowMs * SLOTS_PER_MS)
      active++
      part.stopped = false
      if (part.dueMs <= nowMs) playSteps(part, nowMs, nowMs)
      else put(part, slotOf(part.dueMs))
      if (part.stopped || playing) return
      const nextMs = part.slot! / SLOTS_PER_MS
      if (nextMs < wakeAtMs) wakeAt(nextMs, nowMs)
    },
    stop(part) {
      if (part.stopped) return
      finish(part)
      if (active === 0 && !playing) clear()
    },
    keepUp() {
      if (clock.nowMs() * SLOTS_PER_MS - played >= KEEP_UP_MS * SLOTS_PER_MS) pump()
    },
    get active() {
      return active
    },
  }
}
