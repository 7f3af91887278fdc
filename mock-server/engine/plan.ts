/** A reply decided in full before the first byte leaves: pure, from a seed and a request. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { ChatRequest } from '../../protocol/chat-request.ts'
import { completionId } from '../../protocol/ids.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { composeEcho, composeProse, cutReply, echoAsked, type Reply } from './reply.ts'

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
}

/** Draws in a fixed order (id, pace, text), so that cutting a reply does not change what is before the cut. */
export async function planChat(
  request: ChatRequest,
  { random, cadence, tokenizer, promptTokens }: PlanContext,
): Promise<Plan> {
  const id = completionId(random)
  const length = Math.max(1, Math.round(cadence.tokens.sample(random)))
  const echo = echoAsked(request.messages)
  const echoed = echo === undefined ? undefined : await composeEcho(echo, tokenizer)
  const dueMs = drawDueTimes(random, cadence, echoed?.length ?? length)

  const choices: Reply[] = []
  let outputTokens = 0
  let steps = 1
  for (let i = 0; i < request.choices; i++) {
    const said = echoed ?? composeProse(random, length)
    const reply = cutReply(said, request.stop, request.maxTokens, tokenizer)
    choices.push(reply)
    for (const token of reply.tokens) outputTokens += token.tokens
    steps = Math.max(steps, reply.tokens.length)
  }
  if (dueMs.length > steps) dueMs.length = steps
  // A stop text inside a token leaves a part of it, which may be more tokens than the whole.
  while (dueMs.length < steps) dueMs.push(dueMs.at(-1)! + cadence.itl.sample(random))
  return { id, promptTokens, outputTokens, choices, dueMs }
}

function drawDueTimes(random: Random, { ttft, itl }: Cadence, steps: number): number[] {
  const dueMs = [ttft.sample(random)]
  for (let i = 1; i < steps; i++) dueMs.push(dueMs[i - 1]! + itl.sample(random))
  return dueMs
}
