/** Two sides that were measured by turns in one run: round by round. */
import { createRandom } from '../../base/random.ts'
import type { Block } from './block.ts'
import { type Comparison, compareEvidence, type Question } from './comparison.ts'
import { drawBlocks, evidenceOfBlocks } from './evidence.ts'

/** A block each round. Of a run that was broken off one side may have a turn without its counterpart: it is left out. */
export function comparePaired(
  base: readonly Block[],
  head: readonly Block[],
  { seed, ...asked }: Omit<Question, 'isPaired'> & { readonly seed: string },
): Comparison {
  const rounds = Math.min(base.length, head.length)
  const drawing = drawBlocks(rounds, createRandom(seed, 'redrawn'))
  const evidence = (blocks: readonly Block[]) => evidenceOfBlocks(blocks.slice(0, rounds), drawing)
  return compareEvidence(evidence(base), evidence(head), { ...asked, isPaired: true })
}
