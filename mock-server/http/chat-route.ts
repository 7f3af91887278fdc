/** POST /chat/completions: authenticate, parse, limit, plan, play. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRandom } from '../../base/random.ts'
import { rateLimited, requestTooLarge, unknownModel } from '../../protocol/api-error.ts'
import { type ChatRequest, parseChatRequest } from '../../protocol/chat-request.ts'
import { rateLimitHeaders, retryAfterHeaders } from '../../protocol/rate-limit-headers.ts'
import {
  countChatTokens,
  countChatTokensInSlices,
  isShortChat,
} from '../../protocol/tokens/chat-tokens.ts'
import { encodingFor } from '../../protocol/tokens/encodings.ts'
import { loadedTokenizer, loadTokenizer } from '../../protocol/tokens/tokenizer.ts'
import { keptBodyBytes, keptSteps } from '../engine/journal.ts'
import { planChat } from '../engine/plan.ts'
import { composeEcho, echoAsked } from '../engine/reply.ts'
import { contentKey } from '../engine/request-key.ts'
import type { Provider } from '../provider.ts'
import { authenticate } from './authenticate.ts'
import { type ChunkSetOf, createChunkSets } from './content-frames.ts'
import { type Exchange, openExchange, sendError } from './exchange.ts'
import { playReply } from './play-reply.ts'
import { readJson } from './read-body.ts'

export function chatRoute(provider: Provider) {
  const chunkSetOf = createChunkSets()
  return (request: IncomingMessage, response: ServerResponse): void => {
    provider.conductor.pump()
    const exchange = openExchange(provider, request, response, 'chat.completions')
    let apiKey: string
    try {
      apiKey = authenticate(request, provider.apiKeys)
    } catch (error) {
      request.resume()
      sendError(exchange, error)
      return
    }
    readJson(request, provider.options.maxBodyBytes, (error, body, length) => {
      if (error) sendError(exchange, error)
      else {
        if (length! <= keptBodyBytes) exchange.entry.body = body
        answer(exchange, apiKey, body, chunkSetOf).catch(failure => sendError(exchange, failure))
      }
    })
  }
}

/** Throws ApiError for what OpenAI would refuse. */
async function answer(
  exchange: Exchange,
  apiKey: string,
  body: unknown,
  chunkSetOf: ChunkSetOf,
): Promise<void> {
  const { provider, entry, startMs } = exchange
  const chat = parseChatRequest(body)
  entry.model = chat.model
  entry.stream = chat.stream
  if (provider.models.size > 0 && !provider.models.has(chat.model)) throw unknownModel(chat.model)

  const { encoding } = encodingFor(chat.model)
  const tokenizer = loadedTokenizer(encoding) ?? (await loadTokenizer(encoding))
  const { messages } = chat
  const promptTokens = isShortChat(messages)
    ? countChatTokens(tokenizer, messages)
    : await countChatTokensInSlices(tokenizer, messages)
  if (entry.done.outcome !== 'open') return // hung up while its prompt was counted

  const { limits, lease } = admit(exchange, apiKey, chat, promptTokens)
  const asked = echoAsked(messages)
  const echo = asked === undefined ? undefined : await composeEcho(asked, chat.stop, tokenizer)
  const plan = planChat(chat, {
    random: createRandom(provider.seed, keyOf(exchange, chat), entry.attempt),
    cadence: provider.cadence,
    tokenizer,
    promptTokens,
    echo,
  })
  lease.endsAtMs = startMs + plan.dueMs.at(-1)!
  const { outputTokens, dueMs } = plan
  entry.intended = {
    promptTokens,
    outputTokens,
    dueMs: dueMs.length > keptSteps ? dueMs.slice(0, keptSteps) : dueMs,
  }
  provider.metrics.inputTokens.value += promptTokens
  if (entry.done.outcome !== 'open') return
  const limitHeaders = Object.entries(rateLimitHeaders(limits)).flat()
  playReply(exchange, chat, plan, { limitHeaders, chunkSetOf })
}

/** Takes the request past the limits, or throws the 429 that says when to come back. */
function admit(exchange: Exchange, apiKey: string, chat: ChatRequest, promptTokens: number) {
  const { provider } = exchange
  const outputTokens = chat.maxTokens ?? Math.ceil(provider.cadence.tokens.mean)
  const tokens = promptTokens + outputTokens * chat.choices
  const decision = provider.limiter.decide(
    { apiKey, model: chat.model, tokens },
    provider.clock.nowMs(),
  )
  if (decision.admitted) {
    exchange.onOver = decision.lease.release
    return decision
  }
  const { refusal, limits, tooLarge } = decision
  provider.metrics.rateLimited.add(1, refusal.kind)
  const headers = rateLimitHeaders(limits)
  if (tooLarge) throw requestTooLarge(refusal, headers)
  throw rateLimited(refusal, { ...headers, ...retryAfterHeaders(refusal.waitMs) })
}

/** What names the request's chance: the caller's own key, else what the request says. */
function keyOf({ request, entry }: Exchange, chat: ChatRequest): string {
  const named = request.headers['x-tokadence-key']
  entry.key = typeof named === 'string' && named !== '' ? named : contentKey(chat)
  return entry.key
}
