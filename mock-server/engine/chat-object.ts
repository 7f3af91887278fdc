/** A planned chat completion as one object, key order as on the wire. */
import type { Random } from '../../base/random.ts'
import type { CompletionHead } from '../../protocol/chat-completion.ts'
import type { ChatAudio } from './chat-audio.ts'
import { type ChatTelling, callIds, finishOf, logprobsObject } from './chat-telling.ts'
import type { Plan } from './plan.ts'
import type { Call, Reply, ReplyItem, Spoken } from './reply.ts'
import { textOf } from './said.ts'

export function completionObject(
  plan: Plan,
  { created, model, serviceTier, fingerprint }: CompletionHead,
  random: Random,
  telling: ChatTelling,
) {
  return {
    id: plan.id,
    object: 'chat.completion',
    created,
    model,
    choices: plan.choices.map((reply, index) => ({
      index,
      message: messageObject(reply, callIds(reply, random, index), telling.audio?.[index], telling),
      logprobs: wholeLogprobs(reply, telling),
      finish_reason: finishOf(reply, telling),
    })),
    usage: telling.usage,
    service_tier: serviceTier,
    system_fingerprint: fingerprint,
  }
}

function messageObject(
  { items }: Reply,
  ids: readonly { item: number; id: string }[],
  audio: ChatAudio | undefined,
  { showsReasoning, callsAreFunctions }: ChatTelling,
) {
  const reasoning = showsReasoning ? spokenText(items, 'reasoning') : null
  const calls = ids.map(({ item, id }) => callObject(items[item] as Call, id))
  const refusal = spokenText(items, 'refusal')
  const content = audio ? null : spokenText(items, 'text')
  const isNothing = calls.length === 0 && refusal === null && !audio
  return {
    role: 'assistant',
    content: content ?? (isNothing ? '' : null),
    ...(reasoning !== null && { reasoning_content: reasoning }),
    ...(calls.length > 0 &&
      (callsAreFunctions ? { function_call: calls[0]!.function } : { tool_calls: calls })),
    refusal,
    annotations: [],
    ...(audio && { audio: audioObject(audio) }),
  }
}

function audioObject({ id, expiresAt, transcript, data }: ChatAudio) {
  return { id, data: data(), expires_at: expiresAt, transcript }
}

/** Null: nothing of this kind is said. */
function spokenText(items: readonly ReplyItem[], kind: Spoken['kind']): string | null {
  const found = items.filter(item => item.kind === kind)
  return found.length === 0 ? null : found.map(textOf).join('')
}

function callObject(call: Call, id: string) {
  const said = textOf(call)
  return call.tool === 'custom'
    ? { id, type: 'custom', custom: { name: call.name, input: said } }
    : { id, type: 'function', function: { name: call.name, arguments: said } }
}

function wholeLogprobs({ items }: Reply, { topLogprobs }: ChatTelling) {
  if (topLogprobs === undefined) return null
  const of = (kind: Spoken['kind']) => {
    const item = items.find((item): item is Spoken => item.kind === kind)
    return item?.logprobs ? logprobsObject(item.logprobs, 'content').content : null
  }
  const refusal = of('refusal')
  return { content: of('text') ?? (refusal ? null : []), refusal }
}
