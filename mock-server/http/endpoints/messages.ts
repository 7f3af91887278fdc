/** /messages and /messages/count_tokens, as Anthropic's API has them. */

import type { Json } from '../../../protocol/checks.ts'
import { unknownModel } from '../../../protocol/errors/model.ts'
import { invalid } from '../../../protocol/messages-checks.ts'
import {
  messagesErrors,
  messagesHeaders,
  messagesOrganization,
} from '../../../protocol/messages-error.ts'
import { messagesSnapshot } from '../../../protocol/messages-models.ts'
import { type MessagesRequest, parseMessagesRequest } from '../../../protocol/messages-request.ts'
import { checkMessageFits } from '../../../protocol/messages-rules.ts'
import { readThread } from '../../../protocol/messages-thread.ts'
import { countAskTokensInSlices } from '../../../protocol/tokens/ask-tokens.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { type CacheUse, createMarkedCache } from '../../engine/marked-cache.ts'
import { messageId, messageObject, messageScript } from '../../engine/messages-reply.ts'
import type { Plan } from '../../engine/plan.ts'
import type { Provider } from '../../provider.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { closeExchange, flatHeaders, sendJson } from '../exchange.ts'
import { planAnswer } from '../generate.ts'
import { holdThread, wholeBody } from '../message-threads.ts'
import { playJson, playScript } from '../play.ts'

export function messageEndpoints(provider: Provider): readonly Endpoint[] {
  const form = {
    name: 'messages',
    keyHeader: 'x-api-key',
    error: messagesErrors(() => provider.clock.wallMs()),
  } as const
  return [
    { ...form, method: 'POST', path: '/messages', generates: true, answer: create },
    { ...form, method: 'POST', path: '/messages/count_tokens', answer: count },
  ]
}

function create(call: Call): void {
  const { exchange, apiKey, provider } = call
  checkVersion(call)
  const thread = readThread(call.body, provider.options.lenient)
  const body = wholeBody(call, thread)
  const request = parseMessagesRequest(body, provider.options)
  const { ask, stream, thinking, filtered } = request
  exchange.entry.stream = stream
  const asking = {
    exchange,
    apiKey,
    ask: filtered ? { ...ask, maxTokens: 0 } : ask,
    newId: messageId,
    maxReasoningTokens: thinking?.maxTokens,
    check: (promptTokens: number) => checkMessageFits(ask.model, promptTokens, ask.maxTokens),
  }
  planAnswer(asking, ({ plan, random, limitHeaders }) => {
    const head = {
      model: messagesSnapshot(ask.model),
      thinking,
      filtered,
      cache: cacheUse(call, request, plan),
    }
    const headers = answerHeaders(call, limitHeaders)
    if (thread) holdThread(call, body as Json, () => messageObject(plan, head, random))
    if (stream)
      playScript(exchange, messageScript(plan, head, random), { headers, wire: plan.wire })
    else playJson(exchange, plan, () => JSON.stringify(messageObject(plan, head, random)), headers)
  })
}

const VERSIONS: readonly unknown[] = ['2023-01-01', '2023-06-01', '2026-10-21']

/** Throws ApiError for a request that does not say which version of the API it speaks. */
function checkVersion({ exchange, provider }: Call): void {
  if (provider.options.lenient) return
  const version = exchange.request.headers['anthropic-version']
  if (version === undefined) throw invalid('anthropic-version', 'header is required')
  if (!VERSIONS.includes(version)) {
    throw invalid('anthropic-version', `"${version}" is not a valid version`)
  }
}

const NOTHING_WRITTEN = { '5m': 0, '1h': 0 }
const NOTHING_CACHED: CacheUse = { readTokens: 0, written: NOTHING_WRITTEN }

/** What is marked is cached; what is not only where the server caches all. */
function cacheUse(
  { provider, apiKey }: Call,
  { ask, prompt }: MessagesRequest,
  { promptTokens, cachedTokens }: Plan,
): CacheUse {
  if (provider.options.promptCache === 'off') return NOTHING_CACHED
  if (prompt.length > 0) {
    const nowMs = provider.clock.nowMs()
    const scope = `${apiKey} ${ask.model}`
    return provider.shared(createCache).look(scope, prompt, { promptTokens, nowMs })
  }
  if (!provider.eagerCache) return NOTHING_CACHED
  return { readTokens: cachedTokens, written: NOTHING_WRITTEN, isUnasked: true }
}

function createCache({ eagerCache, onReset }: Provider) {
  const cache = createMarkedCache(eagerCache ? 1 : undefined)
  onReset(cache.clear)
  return cache
}

function answerHeaders({ exchange, provider }: Call, limitHeaders: readonly string[] = []) {
  const limits: Record<string, string> = {}
  for (let i = 0; i < limitHeaders.length; i += 2) limits[limitHeaders[i]!] = limitHeaders[i + 1]!
  return [
    ...['request-id', exchange.entry.requestId],
    ...['anthropic-organization-id', messagesOrganization],
    ...flatHeaders(messagesHeaders(limits, provider.clock.wallMs())),
  ]
}

async function count(call: Call): Promise<undefined> {
  const { exchange, body, provider } = call
  checkVersion(call)
  const { ask } = parseMessagesRequest(body, { ...provider.options, counting: true })
  exchange.entry.model = ask.model
  if (provider.models.size > 0 && !provider.models.has(ask.model)) throw unknownModel(ask.model)
  const tokenizer = await loadTokenizer(encodingFor(ask.model).encoding)
  const input_tokens = await countAskTokensInSlices(tokenizer, ask)
  if (exchange.entry.done.outcome !== 'open') return // hung up meanwhile
  sendJson(exchange, 200, JSON.stringify({ input_tokens }), answerHeaders(call))
  closeExchange(exchange, 'ok')
}
