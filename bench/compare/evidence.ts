/** What is known of one side of a comparison, and what it might have been: draws of the same run anew. */
import type { Random } from '../../base/random.ts'
import type { TimeName } from '../measure.ts'
import type { Block } from './block.ts'
import { createGrid, type Grid } from './grid.ts'

export interface Evidence {
  /** Independent pieces that its spread is known from. */
  readonly blocks: number
  readonly requests: number
  readonly errors: number
  count(name: TimeName): number
  /** In ms; undefined without values. */
  percentile(name: TimeName, p: number): number | undefined
  /** What the percentile would be in each redrawing of the run; NaN where there are no values. */
  redrawn(name: TimeName, p: number): Float64Array
  /** Errors per request in each redrawing. */
  redrawnErrors(): Float64Array
}

/** How often each block comes in each redrawing. */
export type Drawing = readonly Float64Array[]

/** So many redrawings know a standard error to 3.5 %. */
export const redrawings = 400

/** Blocks are drawn with replacement, as many as there are. */
export function drawBlocks(blocks: number, random: Random): Drawing {
  return Array.from({ length: redrawings }, () => {
    const weights = new Float64Array(blocks)
    for (let i = 0; i < blocks; i++) weights[random.integer(blocks)]!++
    return weights
  })
}

/** Two sides that share a drawing are paired: block i of one was measured beside block i of the other. */
export function evidenceOfBlocks(blocks: readonly Block[], drawing: Drawing): Evidence {
  const grids = new Map<TimeName, Grid>()
  const gridOf = (name: TimeName) => {
    const known = grids.get(name) ?? createGrid(blocks.map(({ times }) => times[name]))
    grids.set(name, known)
    return known
  }
  const once = new Float64Array(blocks.length).fill(1)
  const sum = (of: 'requests' | 'errors', weights: Float64Array) =>
    blocks.reduce((total, block, i) => total + block[of] * weights[i]!, 0)
  // n blocks drawn from n spread a little less than n blocks of the world would.
  const widen = Math.sqrt(blocks.length / Math.max(1, blocks.length - 1))
  const around = (centre = Number.NaN, draws: readonly (number | undefined)[]) =>
    Float64Array.from(draws, (draw = Number.NaN) => centre + (draw - centre) * widen)
  const percentile = (name: TimeName, p: number) => gridOf(name).percentile(p, once)
  const errorShare = (weights: Float64Array) => {
    const requests = sum('requests', weights)
    return requests > 0 ? sum('errors', weights) / requests : 0
  }
  return {
    blocks: blocks.length,
    requests: sum('requests', once),
    errors: sum('errors', once),
    count: name => gridOf(name).count,
    percentile,
    redrawn: (name, p) =>
      around(
        percentile(name, p),
        drawing.map(weights => gridOf(name).percentile(p, weights)),
      ),
    redrawnErrors: () => around(errorShare(once), drawing.map(errorShare)),
  }
}
