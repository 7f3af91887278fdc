/** One of the two that are measured by turns: what is sent to it, what came of it, and its events in their order. */
import type { Clock } from '../../base/clock.ts'
import type { Block } from '../compare/block.ts'
import { createTurnBlocks } from '../compare/turn-blocks.ts'
import type { DriverContext, Turn } from '../drivers/driver.ts'
import type { BenchMetrics } from '../metrics.ts'
import { wholeUs } from '../microseconds.ts'
import type { Recorder } from '../recorder.ts'
import type { Sample } from '../sample.ts'
import type { RunEvent } from '../samples/event.ts'
import type { Work } from '../work/work.ts'

export interface SideRun {
  readonly context: DriverContext
  readonly recorder: Recorder
  /** A measured turn each, in their order. */
  readonly blocks: readonly Block[]
  readonly inFlight: number
  /** Requests that were due and not sent, since the driver was late. */
  readonly late: number
  /** The measured window begins. */
  begin(atMs: number, startedAt: string): void
  /** Until the next turn all that is sent belongs to this one; it began now, or when its timetable says. */
  beginTurn(turn: TurnOf, atMs?: number): void
  /** It is over: no more is sent. Without a turn nothing happens. */
  endTurn(atMs?: number): void
  /** The measured window ends; resolves to the length of all measured turns. */
  finish(atMs: number): number
}

export interface TurnOf {
  /** One of the warm-up is in no block. */
  readonly isMeasured: boolean
  /** Over after so many requests; undefined: when it is told. */
  readonly requests: number | undefined
  onSpent(): void
}

export interface SideOptions {
  readonly target: Pick<DriverContext, 'url' | 'headers' | 'idleTimeoutMs'>
  readonly work: Work
  readonly clock: Clock
  readonly recorder: Recorder
  /** Where connections wait for the turn; undefined: a timetable says who sends. */
  readonly turn: Turn | undefined
  readonly metrics: BenchMetrics
  /** A request is due, or one has ended, before it is counted: what is to begin by then does so first. */
  onReached(atMs: number): void
  /** A request has ended, whichever way. */
  onSettled(): void
  onSample(sample: Sample): void
  onEvent(event: RunEvent): void
}

export function createSide(options: SideOptions): SideRun {
  const { target, work, clock, recorder, metrics } = options
  const turns = createTurnBlocks()
  let turn: TurnOf | undefined
  let sent = 0
  let settled = 0
  let late = 0
  let sentInTurn = 0

  function tell(event: RunEvent): void {
    turns.take(event)
    options.onEvent(event)
  }

  function settle(sample: Sample, atMs: number): void {
    options.onReached(atMs)
    const isMeasured = recorder.settled(sample)
    settled++
    tell({ type: 'sample', isMeasured, sample })
    if (isMeasured) {
      metrics.settled(sample)
      options.onSample(sample)
    }
    options.onSettled()
  }

  return {
    recorder,
    blocks: turns.blocks,
    get inFlight() {
      return sent - settled
    },
    get late() {
      return late
    },
    begin(atMs, startedAt) {
      recorder.begin(atMs)
      metrics.phase('steady')
      tell({ type: 'begin', atMs: wholeUs(atMs), startedAt })
    },
    beginTurn(given, atMs = clock.nowMs()) {
      turn = given
      sentInTurn = 0
      if (given.isMeasured) tell({ type: 'turn', atMs: wholeUs(atMs) })
    },
    endTurn(atMs = clock.nowMs()) {
      if (turn?.isMeasured) tell({ type: 'pause', atMs: wholeUs(atMs) })
      turn = undefined
    },
    finish(atMs) {
      recorder.finish(atMs)
      metrics.phase('done')
      tell({ type: 'finish', atMs: wholeUs(atMs) })
      return turns.lengthMs(wholeUs(atMs))
    },
    context: {
      ...target,
      work,
      clock,
      ...(options.turn && { turn: options.turn }),
      onSent(dueAtMs) {
        options.onReached(dueAtMs)
        recorder.sent(dueAtMs)
        sentInTurn++
        if (turn && sentInTurn === turn.requests) turn.onSpent()
        return sent++
      },
      onContent(atMs, count) {
        if (recorder.content(atMs, count)) metrics.token(count)
      },
      onSettled: settle,
      onDropped(dueAtMs, why) {
        options.onReached(dueAtMs)
        if (why === 'late') late++
        tell({ type: 'dropped', dueAtMs: wholeUs(dueAtMs) })
        recorder.dropped(dueAtMs)
      },
    },
  }
}
