/** The values of all blocks side by side, so that a percentile of any mix of them is found in a few steps. */
import type { ValueCounts } from './value-counts.ts'

export interface Grid {
  readonly count: number
  /** The percentile `p` (0–100), by nearest rank, where block i counts `weights[i]` times. */
  percentile(p: number, weights: Float64Array): number | undefined
}

export function createGrid(blocks: readonly ValueCounts[]): Grid {
  const values = Float64Array.from(new Set(blocks.flatMap(({ counts }) => [...counts.keys()])))
  values.sort()
  const rowOf = new Map(Array.from(values, (us, row) => [us, row]))
  const width = blocks.length
  /** At a row: how many values of each block are at most its value. */
  const below = new Float64Array(values.length * width)
  for (const [block, { counts }] of blocks.entries()) {
    for (const [us, count] of counts) below[rowOf.get(us)! * width + block] = count
    for (let row = 1; row < values.length; row++) {
      below[row * width + block]! += below[(row - 1) * width + block]!
    }
  }

  function weigh(row: number, weights: Float64Array): number {
    let sum = 0
    for (let block = 0; block < width; block++) sum += below[row * width + block]! * weights[block]!
    return sum
  }

  return {
    count: blocks.reduce((sum, { count }) => sum + count, 0),
    percentile(p, weights) {
      if (values.length === 0) return undefined
      const total = weigh(values.length - 1, weights)
      if (total === 0) return undefined
      const rank = Math.max(1, Math.ceil((p / 100) * total - 1e-9))
      let low = 0
      let high = values.length - 1
      while (low < high) {
        const middle = (low + high) >>> 1
        if (weigh(middle, weights) >= rank) high = middle
        else low = middle + 1
      }
      return values[low]! / 1000
    },
  }
}
