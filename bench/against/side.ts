/** One of the two that are measured by turns: what is sent to it, and what came of each turn. */
import type { Clock } from '../../base/clock.ts'
import { type Block, createBlock, type OpenBlock } from '../compare/block.ts'
import type { DriverContext } from '../drivers/driver.ts'
import { inMicroseconds } from '../microseconds.ts'
import type { Recorder } from '../recorder.ts'
import type { Sample } from '../sample.ts'
import type { Work } from '../work/work.ts'
import type { Side, Turns } from './turns.ts'

export interface SideRun {
  readonly context: DriverContext
  readonly recorder: Recorder
  /** A measured turn each, in their order. */
  readonly blocks: readonly Block[]
  /** Length of all measured turns. */
  readonly measuredMs: number
  /** Until the next turn all that is sent belongs to this one. */
  beginTurn(turn: TurnOf): void
  /** It is over: no more is sent. */
  endTurn(): void
}

export interface TurnOf {
  /** One of the warm-up is in no block. */
  readonly isMeasured: boolean
  /** Over after so many requests; undefined: when it is told. */
  readonly requests: number | undefined
  onSpent(): void
}

export interface SideOptions {
  readonly name: Side
  readonly target: Pick<DriverContext, 'url' | 'headers' | 'idleTimeoutMs'>
  readonly work: Work
  readonly clock: Clock
  readonly recorder: Recorder
  readonly turns: Turns
  onSample(sample: Sample): void
}

export function createSide({ name, target, work, clock, recorder, ...side }: SideOptions): SideRun {
  const blocks: OpenBlock[] = []
  /** The turn in which a request was sent, whenever it settles. */
  const turnOfRequest = new Map<number, OpenBlock>()
  let turn: TurnOf | undefined
  let beganAtMs = 0
  let measuredMs = 0
  let sent = 0
  let sentInTurn = 0

  return {
    recorder,
    blocks,
    get measuredMs() {
      return measuredMs
    },
    beginTurn(given) {
      turn = given
      sentInTurn = 0
      beganAtMs = clock.nowMs()
      if (given.isMeasured) blocks.push(createBlock())
    },
    endTurn() {
      if (turn?.isMeasured) measuredMs += clock.nowMs() - beganAtMs
      turn = undefined
    },
    context: {
      ...target,
      work,
      clock,
      turn: side.turns.at[name],
      onSent(dueAtMs) {
        const index = sent++
        const block = blocks.at(-1)
        if (recorder.sent(dueAtMs) && block) turnOfRequest.set(index, block)
        sentInTurn++
        if (turn && sentInTurn === turn.requests) turn.onSpent()
        return index
      },
      onContent: (atMs, count) => recorder.content(atMs, count),
      onSettled(exact) {
        const sample = inMicroseconds(exact)
        if (recorder.settled(sample)) {
          turnOfRequest.get(sample.index)?.record(sample)
          side.onSample(sample)
        }
        turnOfRequest.delete(sample.index)
        side.turns.settled()
      },
      onDropped: dueAtMs => recorder.dropped(dueAtMs),
    },
  }
}
