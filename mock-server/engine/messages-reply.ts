/** A planned reply as Anthropic's API says it: one message, or the events of its stream. */
import type { Random } from '../../base/random.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { MessagesRequest } from '../../protocol/messages-request.ts'
import { beatsOf } from './beats.ts'
import type { CacheUse } from './marked-cache.ts'
import { blocksOf } from './messages-content.ts'
import type { Plan } from './plan.ts'
import type { Reply } from './reply.ts'
import { textOf } from './said.ts'
import { framing, type Script, type ScriptEvent } from './script.ts'

export interface MessageHead {
  readonly model: string
  /** Undefined: no thinking was asked for. */
  readonly thinking: MessagesRequest['thinking']
  /** The filter stepped in: nothing is said. */
  readonly filtered: boolean
  readonly cache: CacheUse
}

export function messageId(random: Random): string {
  return `msg_01${alphanumeric(random, 22)}`
}

/** The whole message. */
export function messageObject(plan: Plan, head: MessageHead, random: Random) {
  return {
    ...startOf(plan, head),
    content: blocksOf(plan, head.thinking?.display, random).map(({ whole }) => whole()),
    ...endOf(plan, head),
    usage: usageOf(plan, head, plan.outputTokens),
  }
}

function startOf({ id }: Plan, { model }: MessageHead) {
  return { model, id, type: 'message', role: 'assistant' } as const
}

/** Why it ended. What refuses says so there, and is no part of the content. */
function endOf({ choices: [reply] }: Plan, { filtered }: Pick<MessageHead, 'filtered'>) {
  const { items, finishReason, stoppedAt } = reply as Reply
  const refusal = items.find(({ kind }) => kind === 'refusal')
  if (filtered || refusal || finishReason === 'content_filter') {
    const explanation = refusal ? textOf(refusal) : null
    return {
      stop_reason: 'refusal',
      stop_sequence: null,
      stop_details: { type: 'refusal', category: null, explanation },
    }
  }
  return {
    stop_reason:
      STOP_REASONS[finishReason] ?? (stoppedAt === undefined ? 'end_turn' : 'stop_sequence'),
    stop_sequence: stoppedAt ?? null,
    stop_details: null,
  }
}

const STOP_REASONS: Readonly<Partial<Record<Reply['finishReason'], string>>> = {
  length: 'max_tokens',
  tool_calls: 'tool_use',
}

/** Tokens that were read from the cache or put into it are told apart from the others. */
function inputOf({ promptTokens }: Plan, { cache }: MessageHead) {
  const { readTokens, written, isUnasked } = cache
  const writtenTokens = written['5m'] + written['1h']
  return {
    input_tokens: isUnasked ? promptTokens : Math.max(0, promptTokens - readTokens - writtenTokens),
    cache_creation_input_tokens: writtenTokens,
    cache_read_input_tokens: readTokens,
  }
}

function usageOf(plan: Plan, head: MessageHead, outputTokens: number) {
  const { written } = head.cache
  return {
    ...inputOf(plan, head),
    cache_creation: {
      ephemeral_5m_input_tokens: written['5m'],
      ephemeral_1h_input_tokens: written['1h'],
    },
    ...outputOf(plan, head, outputTokens),
    service_tier: 'standard',
    inference_geo: 'not_available',
  }
}

function outputOf({ reasoningTokens }: Plan, { thinking }: MessageHead, outputTokens: number) {
  const thought = Math.min(reasoningTokens, outputTokens)
  return {
    output_tokens: outputTokens,
    ...(thinking && { output_tokens_details: { thinking_tokens: thought } }),
  }
}

type EventData = { readonly type: string } & Record<string, unknown>

/** `event:` lines name the type of each event. */
function event(data: EventData, tokens = 0): ScriptEvent {
  return { ...framing(JSON.stringify(data), data.type), tokens }
}

/** Tokens of a stream whose first event is out. */
const STARTED_TOKENS = 1

export function messageScript(plan: Plan, head: MessageHead, random: Random): Script {
  const { dueMs, choices, outputTokens } = plan
  const beats = beatsOf(choices[0] as Reply)
  const blocks = blocksOf(plan, head.thinking?.display, random)

  function opening(): ScriptEvent {
    const message = {
      ...startOf(plan, head),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: usageOf(plan, head, Math.min(STARTED_TOKENS, outputTokens)),
    }
    return event({ type: 'message_start', message })
  }

  function ending(): ScriptEvent[] {
    const usage = { ...inputOf(plan, head), ...outputOf(plan, head, outputTokens) }
    return [
      event({ type: 'message_delta', delta: endOf(plan, head), usage }),
      event({ type: 'message_stop' }),
    ]
  }

  function* saying(): Generator<ScriptEvent> {
    const beat = beats.next().value
    const index = blocks.findIndex(({ item }) => item === beat?.index)
    const block = blocks[index]
    if (!beat || !block) return
    const { token, opens, closes, item } = beat
    const delta = (delta: object, tokens = 0) =>
      event({ type: 'content_block_delta', index, delta }, tokens)
    if (opens) {
      yield event({ type: 'content_block_start', index, content_block: block.start })
      if (index === 0) yield event({ type: 'ping' })
      if (item.kind === 'call') yield delta(block.piece('')!)
    }
    const piece = token && block.piece(token.text)
    if (piece) yield delta(piece, token.tokens)
    if (!closes) return
    if (block.closing) yield delta(block.closing)
    yield event({ type: 'content_block_stop', index })
  }

  return {
    dueMs,
    at(step) {
      const start = step === 0 ? [opening()] : []
      const end = step === dueMs.length - 1 ? ending() : []
      return [...start, ...saying(), ...end]
    },
  }
}
