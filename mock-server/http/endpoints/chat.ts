/** /chat/completions: generated, streamed or whole; stored on request, and read, changed and deleted again. */
import { checkChatFits } from '../../../protocol/chat-capabilities.ts'
import { usageObject } from '../../../protocol/chat-completion.ts'
import { chatFields } from '../../../protocol/chat-fields.ts'
import { type ChatRequest, parseChatRequest } from '../../../protocol/chat-request.ts'
import { isObject } from '../../../protocol/checks.ts'
import { snapshotOf } from '../../../protocol/models.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer, type TokenText } from '../../../protocol/tokens/tokenizer.ts'
import { chatBodyIn, completionIdIn } from '../../dialects/in-dialect.ts'
import { speakReply } from '../../engine/chat-audio.ts'
import type { ChatTelling } from '../../engine/chat-telling.ts'
import { plainTexts } from '../../engine/plain-text.ts'
import { judgePrediction } from '../../engine/prediction.ts'
import type { Provider } from '../../provider.ts'
import { type PlannedChat, playObjects, playTexts } from '../chat-play.ts'
import { type ChunkSetOf, createChunkSets } from '../content-frames.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { planAnswer } from '../generate.ts'
import { storeChat, storedChatEndpoints } from './stored-chats.ts'

export function chatEndpoints(provider: Provider): readonly Endpoint[] {
  return [chatCompletion(), ...storedChatEndpoints(provider)]
}

export function chatCompletion(): Endpoint {
  const chunkSetOf = createChunkSets()
  return {
    method: 'POST',
    path: '/chat/completions',
    name: 'chat.completions',
    generates: true,
    answer: call => complete(call, chunkSetOf),
  }
}

function complete(call: Call, chunkSetOf: ChunkSetOf): undefined | Promise<undefined> {
  const { exchange, provider } = call
  const { dialect, options } = provider
  const body = isObject(call.body) ? chatBodyIn(dialect, call.body, isChatField) : call.body
  const chat = parseChatRequest(body, options)
  exchange.entry.stream = chat.stream
  if (chat.prediction !== undefined) return completeWithPrediction(call, chat, chunkSetOf)
  planChat(call, chat, chunkSetOf)
  return undefined
}

const isChatField = (name: string) => Object.hasOwn(chatFields, name)

async function completeWithPrediction(
  call: Call,
  chat: ChatRequest,
  chunkSetOf: ChunkSetOf,
): Promise<undefined> {
  const tokenizer = await loadTokenizer(encodingFor(chat.ask.model).encoding)
  const prediction = await tokenizer.splitInSlices(chat.prediction!)
  if (call.exchange.entry.done.outcome === 'open') planChat(call, chat, chunkSetOf, prediction)
}

/** `prediction`: what the caller expects, in tokens. */
function planChat(
  call: Call,
  chat: ChatRequest,
  chunkSetOf: ChunkSetOf,
  prediction?: readonly TokenText[],
): void {
  const { exchange, apiKey, provider } = call
  const { model, maxTokens } = chat.ask
  const asking = {
    exchange,
    apiKey,
    ask: chat.ask,
    newId: completionIdIn(provider.dialect),
    check: (promptTokens: number) => checkChatFits(model, promptTokens, maxTokens),
  }
  planAnswer(asking, planned => {
    const head = {
      created: provider.created(),
      model: snapshotOf(model),
      serviceTier: chat.serviceTier,
      fingerprint: provider.fingerprint,
    }
    const all = { chat, planned, head }
    const isWatched = exchange.fault !== undefined || exchange.settled !== undefined
    const isPlain =
      !provider.dialect.chat && !chat.audio && !prediction && !planned.plan.wire && !isWatched
    const texts = isPlain ? plainTexts(planned.plan.choices) : undefined
    if (chat.store) storeChat(call, all, tellingOf(all, prediction))
    if (texts) playTexts(exchange, all, { texts, chunkSetOf })
    else {
      const showsReasoning = provider.dialect.chat?.showsReasoning === true
      playObjects(call, all, { ...tellingOf(all, prediction), showsReasoning })
    }
  })
}

/** As OpenAI tells it. */
function tellingOf(
  { chat, planned: { plan, random }, head: { created } }: PlannedChat,
  prediction: readonly TokenText[] | undefined,
): ChatTelling {
  const { audio: voice, callsAreFunctions, ask } = chat
  const audio =
    voice &&
    plan.choices.map(({ items }, i) => {
      const text = items.find(({ kind }) => kind === 'text')
      return text && speakReply(text, voice, { random: random.fork(`audio ${i}`), created })
    })
  const usage = usageObject(plan, {
    audioTokens: audio?.reduce((sum, spoken) => sum + (spoken?.audioTokens ?? 0), 0) ?? 0,
    ...(prediction && judgePrediction(prediction, plan.choices)),
  })
  const { topLogprobs } = ask
  return { topLogprobs, showsReasoning: false, callsAreFunctions, usage, audio }
}
