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
import { type PlanContext, planChat } from '../engine/plan.ts'
import type { Decision } from '../engine/rate-limiter.ts'
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
    provider.conductor.keepUp()
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
        try {
          answer(exchange, apiKey, body, chunkSetOf)
        } catch (failure) {
          sendError(exchange, failure)
        }
      }
    })
  }
}

/** Throws ApiError for what OpenAI would refuse, or hands it to `sendError` where it had to wait. */
function answer(exchange: Exchange, apiKey: string, body: unknown, chunkSetOf: ChunkSetOf): void {
  const { provider, entry } = exchange
  const chat = parseChatRequest(body)
  entry.model = chat.model
  entry.stream = chat.stream
  if (provider.models.size > 0 && !provider.models.has(chat.model)) throw unknownModel(chat.model)

  const asking: Asking = { exchange, apiKey, chat, chunkSetOf }
  const { messages } = chat
  const echo = echoAsked(messages)
  const tokenizer = loadedTokenizer(encodingFor(chat.model).encoding)
  if (!tokenizer || echo !== undefined || !isShortChat(messages)) {
    answerInSlices(asking, echo).catch(error => sendError(exchange, error))
    return
  }
  // Nothing to wait for, as nearly always: no promise, and no turn of the microtask queue.
  const promptTokens = countChatTokens(tokenizer, messages)
  const admitted = admit(asking, promptTokens)
  planAndPlay(asking, admitted, { tokenizer, promptTokens, echo: undefined })
}

interface Asking {
  readonly exchange: Exchange
  readonly apiKey: string
  readonly chat: ChatRequest
  readonly chunkSetOf: ChunkSetOf
}

/** The same where a tokenizer is to be loaded or a text is long: other streams are let in between. */
async function answerInSlices(asking: Asking, echoed: string | undefined): Promise<void> {
  const { exchange, chat } = asking
  const { done } = exchange.entry
  const tokenizer = await loadTokenizer(encodingFor(chat.model).encoding)
  const promptTokens = await countChatTokensInSlices(tokenizer, chat.messages)
  if (done.outcome !== 'open') return // hung up while its prompt was counted

  const admitted = admit(asking, promptTokens)
  const echo = echoed === undefined ? undefined : await composeEcho(echoed, chat.stop, tokenizer)
  if (done.outcome === 'open') planAndPlay(asking, admitted, { tokenizer, promptTokens, echo })
}

function planAndPlay(
  { exchange, chat, chunkSetOf }: Asking,
  { limits, lease }: Admitted,
  context: Pick<PlanContext, 'tokenizer' | 'promptTokens' | 'echo'>,
): void {
  const { provider, entry, startMs } = exchange
  const plan = planChat(chat, {
    random: createRandom(provider.seed, keyOf(exchange, chat), entry.attempt),
    cadence: provider.cadence,
    ...context,
  })
  const { promptTokens, outputTokens, dueMs } = plan
  lease.endsAtMs = startMs + dueMs.at(-1)!
  entry.intended = {
    promptTokens,
    outputTokens,
    dueMs: dueMs.length > keptSteps ? dueMs.slice(0, keptSteps) : dueMs,
  }
  provider.metrics.inputTokens.value += promptTokens
  const { requests, tokens } = limits
  const limitHeaders = requests || tokens ? Object.entries(rateLimitHeaders(limits)).flat() : NONE
  playReply(exchange, chat, plan, { limitHeaders, chunkSetOf })
}

const NONE: readonly string[] = []

type Admitted = Extract<Decision, { admitted: true }>

/** Takes the request past the limits, or throws the 429 that says when to come back. */
function admit({ exchange, apiKey, chat }: Asking, promptTokens: number): Admitted {
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
