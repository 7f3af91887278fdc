/**
 * How much is answered at once, as an engine with continuous batching has it: a bounded queue, so many slots,
 * memory for so many tokens, one prompt after another taken in, and steps that take longer the more take part.
 *
 * All times are those at which something was due, not those at which it was noticed: a slot is taken over at the
 * very ms at which it was left. So B slots and replies that take S ms end in exactly B / S replies a ms.
 */
import type { Clock } from '../../../base/clock.ts'
import { createPrefill, type PrefillJob } from './prefill.ts'
import type { CapacitySettings } from './settings.ts'

export interface CapacityState {
  readonly slots: number
  /** Requests in a slot, and in line for one. */
  readonly running: number
  readonly waiting: number
  /** The most that may wait. */
  readonly queue: number
  /** Undefined: any number. */
  readonly kvTokens: number | undefined
  readonly kvUsed: number
}

/** What a request takes. */
export interface Need {
  /** Of its prompt and its reply; more than there are counts as all. */
  readonly kvTokens: number
  /** Of its prompt, those that are to be taken in. */
  readonly prefillTokens: number
  /** What it takes alone, from its slot to its end, without its prompt. */
  readonly durationMs: number
}

/** A request's place: asked for, in line, in a slot, left. */
export interface Seat {
  /** Gets in line as of `fromMs`. Returns false, and is left, where the line is full after all. */
  enter(need: Need, fromMs: number): boolean
  /** Calls back once it has a slot and its prompt is taken in, with the time when that was; maybe at once. */
  whenReady(ready: (atMs: number) => void): void
  /** Gives everything back as of `atMs`; safe to call again. */
  leave(atMs: number): void
  /** When it got its slot, and when its prompt was taken in; undefined: not yet. */
  readonly admittedMs: number | undefined
  readonly readyMs: number | undefined
  /** When it will be over, as far as is known. */
  endsAtMs: number
  /** It says tokens, and slows down prompts. */
  isDecoding: boolean
  /** How much longer a gap that begins now is than it would be alone. */
  growthMs(): number
  /** How far a stream has come by `atMs`, and when it has come so far: it stands still while prompts are taken in. */
  decodedMs(atMs: number): number
  timeOf(decodedMs: number): number
}

export interface Capacity {
  readonly settings: CapacitySettings
  /** A place for a request that has come; undefined: there is none. `isPatient`: it waits however long the line is. */
  claim(isPatient?: boolean): Seat | undefined
  /** Ms until a place in line should be free. */
  waitMs(): number
  state(): CapacityState
  /** More slots or memory are used at once; with less of them those that run run on. */
  configure(settings: CapacitySettings): void
}

/** How long a place takes to become free when nobody can say. */
const UNKNOWN_WAIT_MS = 1000

interface Place extends Seat {
  admit(atMs: number): void
  /** Tokens it wants, and holds. */
  readonly wantedTokens: number
  heldTokens: number
}

export function createCapacity(clock: Clock, started: CapacitySettings): Capacity {
  let settings = started
  /** Places that were given out and are not in line yet: their requests are being read. */
  let claimed = 0
  const waiting = new Set<Place>()
  const running = new Set<Place>()
  let kvUsed = 0
  const prefill = createPrefill(clock, { settings: () => settings, pauseMs })
  let admitting = false
  let freedMs = 0

  function pauseMs(): number {
    for (const { isDecoding } of running) if (isDecoding) return settings.stepMs + growthMs()
    return 0
  }

  function growthMs(): number {
    return Math.max(0, running.size - 1) * settings.stepGrowthMs
  }

  function isFull(): boolean {
    const { slots, queue } = settings
    const inLine = waiting.size + claimed
    return inLine >= (waiting.size > 0 ? queue : queue + Math.max(0, slots - running.size))
  }

  /** Lets in who is first in line while there is room, as of `atMs`. Nobody overtakes. */
  function admit(atMs: number): void {
    freedMs = Math.max(freedMs, atMs)
    // One that is over at once leaves from within: no deeper however many do.
    if (admitting) return
    admitting = true
    try {
      for (const first of waiting) {
        const { slots, kvTokens } = settings
        const tokens = Math.min(first.wantedTokens, kvTokens)
        if (running.size >= slots || kvUsed + tokens > kvTokens) break
        waiting.delete(first)
        running.add(first)
        kvUsed += tokens
        first.heldTokens = tokens
        first.admit(freedMs)
      }
    } finally {
      admitting = false
      freedMs = 0
    }
  }

  function createSeat(isPatient: boolean): Seat {
    let stage: 'claimed' | 'entered' | 'left' = 'claimed'
    let need: Need = { kvTokens: 0, prefillTokens: 0, durationMs: 0 }
    let fromMs = 0
    let job: PrefillJob | undefined
    let told: ((atMs: number) => void) | undefined
    let admittedMs: number | undefined
    let readyMs: number | undefined

    function takenIn(atMs: number): void {
      job = undefined
      readyMs = atMs
      told?.(atMs)
    }

    const place: Place = {
      endsAtMs: Number.POSITIVE_INFINITY,
      isDecoding: false,
      heldTokens: 0,
      get wantedTokens() {
        return need.kvTokens
      },
      get admittedMs() {
        return admittedMs
      },
      get readyMs() {
        return readyMs
      },
      enter(needed, enteredMs) {
        if (stage !== 'claimed') return false
        stage = 'entered'
        need = needed
        fromMs = enteredMs
        claimed--
        waiting.add(place)
        admit(0)
        if (isPatient || !waiting.has(place) || waiting.size <= settings.queue) return true
        place.leave(fromMs)
        return false
      },
      admit(atMs) {
        admittedMs = Math.max(atMs, fromMs)
        const { prefillMsPerToken } = settings
        const tokens = prefillMsPerToken > 0 ? need.prefillTokens : 0
        const prefillMs = (prefill.left + tokens) * prefillMsPerToken
        place.endsAtMs = admittedMs + (tokens > 0 ? prefillMs : 0) + need.durationMs
        if (tokens > 0) job = prefill.add(tokens, admittedMs, takenIn)
        else takenIn(admittedMs)
      },
      whenReady(ready) {
        if (readyMs === undefined) told = ready
        else ready(readyMs)
      },
      leave(atMs) {
        if (stage === 'left') return
        if (stage === 'claimed') claimed--
        stage = 'left'
        told = undefined
        if (job) prefill.drop(job)
        waiting.delete(place)
        if (running.delete(place)) kvUsed -= place.heldTokens
        admit(atMs)
      },
      growthMs,
      decodedMs: prefill.decodedMs,
      timeOf: prefill.timeOf,
    }
    return place
  }

  return {
    get settings() {
      return settings
    },
    claim(isPatient = false) {
      if (!isPatient && isFull()) return undefined
      claimed++
      return createSeat(isPatient)
    },
    waitMs() {
      let endsAtMs = Number.POSITIVE_INFINITY
      for (const seat of running) endsAtMs = Math.min(endsAtMs, seat.endsAtMs)
      if (endsAtMs === Number.POSITIVE_INFINITY) return UNKNOWN_WAIT_MS
      return Math.max(1, endsAtMs - clock.nowMs())
    },
    state: () => ({
      slots: settings.slots,
      running: running.size,
      waiting: waiting.size + claimed,
      queue: settings.queue,
      kvTokens: settings.kvTokens === Number.POSITIVE_INFINITY ? undefined : settings.kvTokens,
      kvUsed,
    }),
    configure(changed) {
      settings = changed
      admit(clock.nowMs())
    },
  }
}
