/**
 * A run in the order in which its requests settled, as stretches of as many requests each. When they
 * become too many, neighbours are joined: memory stays the same, however long the run.
 */
import type { Sample } from '../sample.ts'
import { type Block, createBlock, type OpenBlock } from './block.ts'

export interface Series {
  record(sample: Sample): void
  /** 11 to 20 of them where there are as many requests or more. */
  blocks(): readonly Block[]
}

/**
 * Batch means want 10 to 30 batches: fewer tell too little of the spread, more of them are too short
 * to be independent. Source: B. Schmeiser, "Batch Size Effects in the Analysis of Simulation Output", 1982.
 */
const maxBlocks = 20

export function createSeries(): Series {
  let blocks: OpenBlock[] = []
  let perBlock = 1

  function joinNeighbours(): void {
    const joined: OpenBlock[] = []
    for (let i = 0; i < blocks.length; i += 2) {
      const [left, right] = [blocks[i]!, blocks[i + 1]]
      if (right) left.add(right)
      joined.push(left)
    }
    blocks = joined
    perBlock *= 2
  }

  return {
    record(sample) {
      let last = blocks.at(-1)
      if (!last || last.requests >= perBlock) {
        if (blocks.length === maxBlocks) joinNeighbours()
        last = createBlock()
        blocks.push(last)
      }
      last.record(sample)
    },
    blocks: () => withoutScrap(blocks, perBlock),
  }
}

/** A last block that is less than half full is part of the one before. */
function withoutScrap(blocks: readonly OpenBlock[], perBlock: number): readonly Block[] {
  const [last, before] = [blocks.at(-1), blocks.at(-2)]
  if (!last || !before || last.requests * 2 >= perBlock) return blocks
  const joined = createBlock()
  joined.add(before)
  joined.add(last)
  return [...blocks.slice(0, -2), joined]
}
