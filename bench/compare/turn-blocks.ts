/** The turns of a side as blocks: a measured request belongs to the turn in which it was due, whenever it settled. */
import { createTurnTimes } from '../against/turn-times.ts'
import type { RunEvent } from '../samples/event.ts'
import { type Block, createBlock, type OpenBlock } from './block.ts'

export interface TurnBlocks {
  /** Takes a run's events in their order. */
  take(event: RunEvent): void
  /** One each turn, in their order; empty: it was no run by turns. */
  readonly blocks: readonly Block[]
  /** All turns together, ms; one that goes on lasts until `nowMs`. */
  lengthMs(nowMs: number): number
}

export function createTurnBlocks(): TurnBlocks {
  const times = createTurnTimes()
  const blocks: OpenBlock[] = []
  return {
    blocks,
    lengthMs: times.lengthMs,
    take(event) {
      times.take(event)
      if (event.type === 'turn') blocks.push(createBlock())
      if (event.type !== 'sample' || !event.isMeasured) return
      const { dueAtMs, sentAtMs } = event.sample
      blocks[times.indexAt(dueAtMs ?? sentAtMs)]?.record(event.sample)
    },
  }
}
