/** The order of turns. */
import type { Random } from '../../base/random.ts'
import type { Side } from './turns.ts'

/**
 * A turn of each side in every round. Of two rounds one begins with base and one with head, which of them is
 * drawn: a drift of the machine weighs on both sides alike, and no rhythm of it can favour one.
 */
export function orderOfTurns(rounds: number, random: Random): readonly (readonly [Side, Side])[] {
  const order: (readonly [Side, Side])[] = []
  for (let round = 0; round < rounds; round += 2) {
    const pair = [
      ['base', 'head'],
      ['head', 'base'],
    ] as const
    const first = random.integer(2)
    order.push(pair[first]!, pair[1 - first]!)
  }
  return order.slice(0, rounds)
}
