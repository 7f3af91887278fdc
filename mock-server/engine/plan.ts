/** A reply decided in full before the first byte leaves: pure, from a seed and what is asked. */
import type { Random } from '../../base/random.ts'
import { finish } from '../../base/slices.ts'
import type { Ask } from '../../protocol/ask.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { stepsOf } from './beats.ts'
import { type Cadence, drawDueTimes, fittedTo } from './cadence/cadence.ts'
import { inManner } from './cadence/manner.ts'
import type { WirePlan } from './cadence/wire-plan.ts'
import { type ComposeContext, composeItems, type Wanted } from './compose.ts'
import { beforeStop, cutItems, tokensOf } from './cut.ts'
import { drawLogprobs } from './logprobs.ts'
import type { FinishReason, Reply, ReplyItem } from './reply.ts'

export type { Cadence } from './cadence/cadence.ts'

export interface Plan {
  readonly id: string
  readonly promptTokens: number
  /** Those of the prompt's tokens that were seen before. */
  readonly cachedTokens: number
  /** Output tokens of all choices together, and those of them that are reasoning. */
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly choices: readonly Reply[]
  /**
   * Due times in ms from the request, one per step, ascending; at step i every choice says its
   * i-th token. Never empty: a reply without a token still has its first step.
   */
  readonly dueMs: readonly number[]
  /** How its events are written; undefined: each at once, when it is due. */
  readonly wire?: WirePlan | undefined
}

export interface PlanContext {
  readonly random: Random
  readonly cadence: Cadence
  readonly tokenizer: Tokenizer
  /** The id of the answer, drawn before all else. */
  readonly newId: (random: Random) => string
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Tokens of reasoning, before the rest of each reply. */
  readonly reasoningTokens: number
  /** What must be said; undefined: the reply is composed. */
  readonly wanted: Wanted | undefined
  /** Tokens of a composed reply, at least 1; undefined: as the cadence draws them. */
  readonly length?: number | undefined
}

/** Draws in a fixed order (id, pace, text), so that cutting a reply does not change what is before the cut. */
export function planReply(asked: Ask, context: PlanContext): Plan {
  return finish(planSteps(asked, context))
}

/** The same, choice by choice. */
export function* planSteps(asked: Ask, context: PlanContext): Generator<void, Plan> {
  const { random, cadence, tokenizer, promptTokens, cachedTokens, reasoningTokens } = context
  const ask = bounded(asked)
  const id = context.newId(random)
  const length = context.length ?? Math.max(1, Math.round(cadence.tokens.sample(random)))
  // Cut once, for all choices.
  const wanted = context.wanted && replyOf(context.wanted.items, context.wanted, ask, tokenizer)
  const drawnMs = drawDueTimes(random, cadence, wanted ? stepsOf(wanted) : length)

  const choices: Reply[] = []
  let outputTokens = 0
  let thought = 0
  let steps = 1
  for (let i = 0; i < ask.choices; i++) {
    const reply = wanted ?? composed(ask, { random, choice: i, length, reasoningTokens, tokenizer })
    const told =
      ask.topLogprobs === undefined ? reply : withLogprobs(reply, ask, random.fork(`choice ${i}`))
    choices.push(told)
    outputTokens += reply.outputTokens
    thought += reply.reasoningTokens
    steps = Math.max(steps, stepsOf(reply))
    yield
  }
  const dueMs = fittedTo(steps, drawnMs, random, cadence)
  const plan = {
    id,
    promptTokens,
    cachedTokens,
    outputTokens,
    reasoningTokens: thought,
    choices,
    dueMs,
  }
  return cadence.manner ? { ...plan, ...inManner(plan, cadence.manner, random) } : plan
}

/** Of an answer, the alternatives among them: some 20 MB of JSON. */
const MAX_LOGPROBS = 2 ** 19

/** Replies with more log probabilities than a server could hold are cut. */
export function bounded(ask: Ask): Ask {
  const { topLogprobs, choices, maxTokens = Number.POSITIVE_INFINITY } = ask
  if (topLogprobs === undefined) return ask
  const most = Math.floor(MAX_LOGPROBS / (choices * (1 + topLogprobs)))
  return most < maxTokens ? { ...ask, maxTokens: most } : ask
}

function composed(ask: Ask, context: ComposeContext): Reply {
  return replyOf(composeItems(ask, context), NOTHING_MORE, ask, context.tokenizer)
}

const NOTHING_MORE = { finishReason: undefined, stoppedAt: undefined }

function replyOf(
  all: readonly ReplyItem[],
  { finishReason, stoppedAt }: Pick<Wanted, 'finishReason' | 'stoppedAt'>,
  ask: Ask,
  tokenizer: Tokenizer,
): Reply {
  const stopped =
    ask.stop.length === 0 ? { items: all, stoppedAt } : stopItems(all, ask.stop, tokenizer)
  const items = cutItems(stopped.items, ask.maxTokens)
  const isCut = items !== stopped.items
  const [first] = items
  return {
    items,
    outputTokens: tokensOf(items),
    reasoningTokens: first?.kind === 'reasoning' ? first.outputTokens : 0,
    finishReason: isCut ? 'length' : (finishReason ?? reasonOf(items)),
    stoppedAt: isCut ? undefined : (stopped.stoppedAt ?? stoppedAt),
  }
}

function reasonOf(items: readonly ReplyItem[]): FinishReason {
  return items.at(-1)?.kind === 'call' ? 'tool_calls' : 'stop'
}

/** Stop texts end what is said aloud, and what would come after it; thoughts and arguments run on. */
function stopItems(all: readonly ReplyItem[], stop: readonly string[], tokenizer: Tokenizer) {
  const items: ReplyItem[] = []
  for (const item of all) {
    if (item.kind !== 'text') {
      items.push(item)
      continue
    }
    const { said, stoppedAt } = beforeStop(item, stop, tokenizer)
    items.push({ ...item, ...said })
    if (stoppedAt !== undefined) return { items, stoppedAt }
  }
  return { items, stoppedAt: undefined }
}

function withLogprobs(reply: Reply, { topLogprobs = 0 }: Ask, random: Random): Reply {
  const items = reply.items.map((item, i) =>
    item.kind === 'text' || item.kind === 'refusal'
      ? { ...item, logprobs: drawLogprobs(random.fork(`logprobs ${i}`), item.tokens, topLogprobs) }
      : item,
  )
  return { ...reply, items }
}
