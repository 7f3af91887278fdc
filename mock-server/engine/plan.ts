/** A reply decided in full before the first byte leaves: pure, from a seed and a request. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { ChatRequest } from '../../protocol/chat-request.ts'
import { completionId } from '../../protocol/ids.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { composeProse } from './prose.ts'
import { cutReply, type Reply, type Said } from './reply.ts'

/** How fast and how long replies are. */
export interface Cadence {
  /** Ms from the request to the first token. */
  readonly ttft: Distribution
  /** Ms between two tokens. */
  readonly itl: Distribution
  /** Output tokens of a reply that nothing cuts. */
  readonly tokens: Distribution
}

export interface Plan {
  readonly id: string
  readonly promptTokens: number
  /** Output tokens of all choices together. */
  readonly outputTokens: number
  readonly choices: readonly Reply[]
  /**
   * Due times in ms from the request, one per step, ascending; at step i every choice says its
   * i-th token. Never empty: a reply without a token still has its first step.
   */
  readonly dueMs: readonly number[]
}

export interface PlanContext {
  readonly random: Random
  readonly cadence: Cadence
  readonly tokenizer: Tokenizer
  readonly promptTokens: number
  /** The text that the request asks to have back; undefined: prose is composed. */
  readonly echo: Said | undefined
}

/** Draws in a fixed order (id, pace, text), so that cutting a reply does not change what is before the cut. */
export function planChat(
  request: ChatRequest,
  { random, cadence, tokenizer, promptTokens, echo }: PlanContext,
): Plan {
  const id = completionId(random)
  const length = Math.max(1, Math.round(cadence.tokens.sample(random)))
  const drawnMs = drawDueTimes(random, cadence, echo?.tokens.length ?? length)

  const { stop, maxTokens } = request
  // Cut once, for all choices: it was cut at its stop before its tokens were made.
  const echoed = echo && cutReply(echo, [], maxTokens, tokenizer)
  const choices: Reply[] = []
  let outputTokens = 0
  let steps = 1
  for (let i = 0; i < request.choices; i++) {
    const reply = echoed ?? cutReply(composeProse(random, length), stop, maxTokens, tokenizer)
    choices.push(reply)
    outputTokens += reply.outputTokens
    steps = Math.max(steps, reply.tokens.length)
  }
  const dueMs = steps === drawnMs.length ? drawnMs : fitted(drawnMs, steps, random, cadence)
  return { id, promptTokens, outputTokens, choices, dueMs }
}

/** A constant cadence has one list of due times per length: made once, shared by every request. */
const constantDueMs = new WeakMap<Cadence, Map<number, readonly number[]>>()

function drawDueTimes(random: Random, cadence: Cadence, steps: number): readonly number[] {
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
function fitted(
  drawnMs: readonly number[],
  steps: number,
  random: Random,
  { itl }: Cadence,
): readonly number[] {
  const dueMs = drawnMs.slice(0, steps)
  while (dueMs.length < steps) dueMs.push(dueMs.at(-1)! + itl.sample(random))
  return dueMs
}
