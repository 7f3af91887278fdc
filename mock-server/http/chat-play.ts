/** A planned chat completion on its way out: from templates where it is plain text, else from objects. */
import { type CompletionHead, completionJson } from '../../protocol/chat-completion.ts'
import type { ChatRequest } from '../../protocol/chat-request.ts'
import { chatStreamIn } from '../dialects/chat-stream.ts'
import type { Json, ReplyFacts } from '../dialects/dialect.ts'
import { completionIn } from '../dialects/in-dialect.ts'
import { chatChunks } from '../engine/chat-chunks.ts'
import { completionObject } from '../engine/chat-object.ts'
import { chatScript } from '../engine/chat-script.ts'
import type { ChatTelling } from '../engine/chat-telling.ts'
import type { PlainText } from '../engine/plain-text.ts'
import type { ChunkSetOf } from './content-frames.ts'
import type { Call } from './endpoint.ts'
import { type Exchange, flatHeaders } from './exchange.ts'
import type { Planned } from './generate.ts'
import { openStream, playJson, playScript, startPart, withSocket } from './play.ts'
import { StreamPart } from './stream-part.ts'

export interface PlannedChat {
  readonly chat: ChatRequest
  readonly planned: Planned
  readonly head: CompletionHead
}

/** The way of nearly all load: JSON from templates, straight to the socket. */
export function playTexts(
  exchange: Exchange,
  { chat, planned: { plan, limitHeaders }, head }: PlannedChat,
  { texts, chunkSetOf }: { texts: readonly PlainText[]; chunkSetOf: ChunkSetOf },
): void {
  if (!chat.stream) {
    playJson(exchange, plan, () => completionJson(head, plan.id, texts, plan), limitHeaders)
    return
  }
  openStream(exchange, limitHeaders)
  const { includeUsage } = chat
  const chunks = chunkSetOf(head, chat)
  withSocket(exchange, socket =>
    startPart(
      exchange,
      new StreamPart(exchange, plan, texts, { chunks, socket, includeUsage }),
      plan,
    ),
  )
}

/** Calls, reasoning, log probabilities, sound, other dialects: objects, serialised one by one. */
export function playObjects(call: Call, planned: PlannedChat, telling: ChatTelling): void {
  const { exchange, provider } = call
  const { chat, head } = planned
  const { plan, random, limitHeaders } = planned.planned
  const { dialect } = provider
  const habits = dialect.chat ?? {}
  const facts = factsOf(call, planned, telling)
  const headers = [...limitHeaders, ...flatHeaders(dialect.answer?.completionHeaders?.(plan.id))]
  if (!chat.stream) {
    const whole = () => completionIn(habits, completionObject(plan, head, random, telling), facts)
    const preamble = dialect.answer?.jsonPreamble ?? ''
    playJson(exchange, plan, () => preamble + JSON.stringify(whole()), headers)
    return
  }
  const { includeUsage } = chat
  const say = chatStreamIn(habits, facts)
  const chunksAt = chatChunks(plan, head, random, { ...telling, includeUsage })
  const includeObfuscation = chat.includeObfuscation && habits.obfuscation !== false
  playScript(exchange, chatScript(plan.dueMs, { chunksAt, say, includeObfuscation }), {
    headers,
    type: dialect.answer?.eventStreamType,
    comment: dialect.answer?.comment,
    wire: plan.wire,
  })
}

function factsOf(
  { exchange, body }: Call,
  { chat, planned: { plan, random } }: PlannedChat,
  { usage }: ChatTelling,
): ReplyFacts {
  return {
    usage,
    includeUsage: chat.includeUsage,
    choices: plan.choices.length,
    requestId: exchange.entry.requestId,
    seed: chat.ask.seed,
    firstTokenMs: plan.dueMs[0]!,
    lastTokenMs: plan.dueMs.at(-1)!,
    get queueMs() {
      return exchange.entry.intended?.queueMs
    },
    body: body as Json,
    random,
  }
}
