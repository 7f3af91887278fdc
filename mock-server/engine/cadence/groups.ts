/**
 * Things in a row that come together: tokens of one chunk, chunks of a burst, events of a write.
 *
 * The first is always alone, as an engine makes the first token alone, and a group is due when the last of it is: so
 * the first comes when it should, the last as well, and the mean rate between them is kept.
 */
import type { Distribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'

/** Where each group ends, its last place included in it: `[1, 4, 6]` is 0, 1 to 3, and 4 to 5. Ascending; the last is `count`. */
export type Groups = readonly number[]

/** Of `count` things, at least one. No group goes past one of `bounds`, which ascend. */
export function drawGroups(
  count: number,
  size: Distribution,
  random: Random,
  bounds: readonly number[] = [],
): Groups {
  const ends = [1]
  let bound = 0
  for (let from = 1; from < count; from = ends.at(-1)!) {
    while (bounds[bound]! <= from) bound++
    const drawn = Math.max(1, Math.round(size.sample(random)))
    ends.push(Math.min(from + drawn, count, bounds[bound] ?? count))
  }
  return ends
}

/** When each group is due. */
export function dueOfGroups(dueMs: readonly number[], groups: Groups): readonly number[] {
  return groups.map(end => dueMs[end - 1]!)
}

/** The due times where every member waits for the last of its group. */
export function heldInGroups(dueMs: readonly number[], groups: Groups): readonly number[] {
  let group = 0
  return dueMs.map((_, i) => {
    if (i >= groups[group]!) group++
    return dueMs[groups[group]! - 1]!
  })
}
