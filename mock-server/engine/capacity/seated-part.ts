/**
 * A part at the pace of an engine that others use too: what it would take alone, put off by the queue, by prompts
 * that are read, and by steps that take longer the more requests run.
 */

import { OVER, type Part } from '../conductor.ts'
import type { Seat } from './capacity.ts'

export interface Seating {
  readonly seat: Seat
  /** When the request came, in the clock's ms. */
  readonly startMs: number
  /**
   * When each step would be due alone, ms from the request; the part reads them here as they become: Infinity
   * before anything is known of a step, and of the next one when it is expected.
   */
  readonly dueMs: number[]
  /** Steps before the first token, such as a reply's announcement. What is due at 0 of them waits for nothing. */
  readonly leads: number
  /** Hands the part to the conductor, and takes it away again. */
  start(part: Part): void
  stop(part: Part): void
  /** Told once it has its slot and its prompt is read. */
  ready(): void
  /** Told of each step when it is reached. */
  reached(step: number): void
}

/** Plays `inner`, whose steps fall due with `dueMs`. It may be stopped at any time. */
export function seatPart(inner: Part, seating: Seating): { start(): void; stop(): void } {
  const { seat, startMs, dueMs, leads } = seating
  const alone = dueMs.slice()
  const last = dueMs.length - 1
  /** The step that is reached next, and when; Infinity: there is none, or nothing is known of it. */
  let step = 0
  let stepMs = Number.POSITIVE_INFINITY
  /** When its prompt was read; from its first token on, how far it is to come until the next one. */
  let readyMs = Number.POSITIVE_INFINITY
  let decodedMs = 0
  /** When `inner` wants to be played next; Infinity: with the next step that becomes known. */
  let innerMs = Number.POSITIVE_INFINITY
  let begun = false
  let isStarted = false
  let isOver = false

  /** Looks when the next step is reached, as prompts may have come in between; what `inner` waits for moves along. */
  function look(): void {
    const atMs = step <= leads ? readyMs + alone[step]! : seat.timeOf(decodedMs)
    if (atMs === stepMs) return
    if (stepMs < Number.POSITIVE_INFINITY) innerMs += atMs - stepMs
    else if (begun && innerMs === Number.POSITIVE_INFINITY) innerMs = atMs
    stepMs = atMs
    // What is due with it alone, is here.
    for (let i = step; i <= last && alone[i] === alone[step]; i++) dueMs[i] = atMs - startMs
  }

  /** Goes on to the step after the one that is reached. */
  function pass(): void {
    const atMs = stepMs
    const growthMs = seat.growthMs()
    seating.reached(step)
    if (step === leads) {
      seat.isDecoding = true
      decodedMs = seat.decodedMs(atMs)
    }
    stepMs = Number.POSITIVE_INFINITY
    if (step === last) {
      step++
      seat.leave(atMs)
      return
    }
    const gapMs = alone[step + 1]! - alone[step]!
    // Tokens of one step stay together.
    if (gapMs > 0) decodedMs += gapMs + growthMs
    step++
    seat.endsAtMs = atMs + alone[last]! - alone[step - 1]! + growthMs * (last - step + 1)
    look()
  }

  const part: Part & { dueMs: number } = {
    dueMs: startMs,
    play(nowMs) {
      if (step <= last) look()
      while (stepMs <= nowMs) pass()
      if (!begun) innerMs = inner.isLast ? startMs + dueMs[last]! : inner.dueMs
      if (innerMs <= nowMs) {
        begun = true
        innerMs = inner.play(nowMs)
        if (innerMs === OVER) return OVER
      }
      return Math.min(stepMs, innerMs)
    },
    over() {
      if (isOver) return
      isOver = true
      inner.over?.()
    },
    failed: error => inner.failed(error),
  }

  /** Says what waits for nothing, before there is a slot. */
  function announce(): void {
    begun = true
    try {
      innerMs = inner.play(startMs)
    } catch (error) {
      part.over!()
      inner.failed(error)
    }
  }

  function ready(atMs: number): void {
    if (isOver) return
    readyMs = atMs
    look()
    seating.ready()
    part.dueMs = stepMs
    isStarted = true
    seating.start(part)
  }

  while (step < leads && alone[step] === 0) step++
  dueMs.fill(Number.POSITIVE_INFINITY, step)
  return {
    start() {
      if (step > 0 && inner.dueMs <= startMs) announce()
      seat.whenReady(ready)
    },
    stop() {
      if (isStarted) seating.stop(part)
      else part.over!()
    },
  }
}
