/** How fast and how long replies are, and when each of their tokens is due. */
import type { Distribution } from '../../../base/distribution.ts'
import type { Random } from '../../../base/random.ts'
import type { Manner } from './manner.ts'

export interface Cadence {
  /** Ms from the request to the first token. */
  readonly ttft: Distribution
  /** Ms between two tokens. */
  readonly itl: Distribution
  /** Output tokens of a reply that nothing cuts. */
  readonly tokens: Distribution
  /** Reasoning tokens of a reply at medium effort, of a model that reasons. */
  readonly reasoning: Distribution
  /** What makes streams uneven; undefined: each token is an event of its own, when it is due. */
  readonly manner?: Manner | undefined
}

/** A constant cadence has one list of due times per length: made once, shared by every request. */
const constantDueMs = new WeakMap<Cadence, Map<number, readonly number[]>>()

/** Of `steps` tokens, ms from the request, ascending. */
export function drawDueTimes(random: Random, cadence: Cadence, steps: number): readonly number[] {
  const { ttft, itl } = cadence
  if (!ttft.constant || !itl.constant) return drawEach(random, cadence, steps)
  const ofLength = constantDueMs.get(cadence) ?? new Map<number, readonly number[]>()
  constantDueMs.set(cadence, ofLength)
  let dueMs = ofLength.get(steps)
  if (!dueMs) {
    dueMs = drawEach(random, cadence, steps)
    if (ofLength.size < MAX_SHARED_LENGTHS && steps <= MAX_SHARED_STEPS) ofLength.set(steps, dueMs)
  }
  return dueMs
}

const MAX_SHARED_LENGTHS = 256
const MAX_SHARED_STEPS = 4096

function drawEach(random: Random, { ttft, itl }: Cadence, steps: number): readonly number[] {
  const dueMs = [ttft.sample(random)]
  for (let i = 1; i < steps; i++) dueMs.push(dueMs[i - 1]! + itl.sample(random))
  return dueMs
}

/**
 * Due times for exactly `steps` steps. More than were drawn are needed where a stop text cut a token: the
 * part that is left of it may be more tokens than the whole.
 */
export function fittedTo(
  steps: number,
  drawnMs: readonly number[],
  random: Random,
  { itl }: Cadence,
): readonly number[] {
  if (steps === drawnMs.length) return drawnMs
  const dueMs = drawnMs.slice(0, steps)
  while (dueMs.length < steps) dueMs.push(dueMs.at(-1)! + itl.sample(random))
  return dueMs
}
