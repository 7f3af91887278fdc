/** /responses: generated, whole, streamed or in the background; read, resumed, cancelled, deleted, compacted. */

import { isObject, type Json } from '../../../protocol/checks.ts'
import { wrongType } from '../../../protocol/errors/field.ts'
import { noSuchResponse, notCancellable } from '../../../protocol/errors/responses.ts'
import { responseId } from '../../../protocol/responses-ids.ts'
import { withIds } from '../../../protocol/responses-input.ts'
import {
  compactionObject,
  deletedResponse,
  inputTokensObject,
} from '../../../protocol/responses-object.ts'
import {
  parseResponsesRequest,
  type ResponsesRequest,
} from '../../../protocol/responses-request.ts'
import { compactionItem } from '../../engine/responses/hosted-calls.ts'
import type { StoredResponse } from '../../engine/responses/store.ts'
import { pageOf } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { readPageQuery } from '../page-query.ts'
import { type CountedPrompt, countPrompt } from '../responses-count.ts'
import { placeholderResponse } from '../responses-placeholder.ts'
import { planResponse } from '../responses-plan.ts'
import { playResponse, replayResponse } from '../responses-play.ts'
import { responsesStateOf } from '../responses-state.ts'
import { chanceOf } from '../work.ts'

export function responseEndpoints(provider: Provider): readonly Endpoint[] {
  const { responses } = responsesStateOf(provider)
  const { lenient, dialect } = provider.options
  const parse = (body: unknown) =>
    parseResponsesRequest(body, { lenient, foreign: dialect !== 'openai' })

  function find(id: string): StoredResponse {
    const stored = responses.get(id)
    if (stored) return stored
    if (lenient) return placeholderResponse(provider, id)
    throw noSuchResponse(id)
  }

  function create({ exchange, apiKey, body }: Call): void {
    const request = parse(body)
    exchange.entry.stream = request.stream
    planResponse({ exchange, apiKey, request }, planned => playResponse(exchange, planned))
  }

  function retrieve({ exchange, params, query }: Call): Json | undefined {
    const stored = find(params.id!)
    if (query.get('stream') !== 'true') return shown(stored)
    exchange.entry.stream = true
    const startingAfter = startingAfterOf(query)
    const includeObfuscation = query.get('include_obfuscation') !== 'false'
    replayResponse(exchange, stored, { startingAfter, includeObfuscation })
    return undefined
  }

  function cancel({ params }: Call): Json {
    const stored = find(params.id!)
    if (!stored.script.response.request.background && !lenient) throw notCancellable()
    stored.stop()
    return shown(stored)
  }

  function remove({ params }: Call): Json {
    const id = params.id!
    if (!responses.delete(id) && !lenient) throw noSuchResponse(id)
    return deletedResponse(id)
  }

  function inputItems({ params, query }: Call) {
    const { input } = find(params.id!)
    return pageOf(input, readPageQuery(query, { fallback: 20, max: 100, lenient }))
  }

  async function inputTokens(call: Call) {
    const { personality: _, ...body } = isObject(call.body) ? call.body : {}
    const { promptTokens } = await count(call, parse(body))
    return inputTokensObject(promptTokens)
  }

  function count({ exchange, apiKey }: Call, request: ResponsesRequest): Promise<CountedPrompt> {
    return countPrompt({ exchange, apiKey, request })
  }

  async function compact(call: Call) {
    const request = parse(compactBody(call.body))
    const { ask, items, promptTokens } = await count(call, request)
    const random = chanceOf(call, [ask.model, JSON.stringify(call.body)])
    const item = compactionItem(ask, random)
    const spoken = items.filter(({ type, role }) => type === 'message' && role === 'user')
    // The published schema knows no user's message in an output.
    const output = lenient ? [item] : [...withIds(spoken, random), item]
    const outputTokens = Math.ceil(String(item.encrypted_content).length / 4)
    const usage = { promptTokens, cachedTokens: 0, outputTokens, reasoningTokens: 0 }
    return compactionObject(responseId(random), provider.created(), output, usage)
  }

  const name = 'responses'
  return [
    { method: 'POST', path: '/responses', name, generates: true, answer: create },
    { method: 'POST', path: '/responses/input_tokens', name, body: 'any', answer: inputTokens },
    { method: 'POST', path: '/responses/compact', name, answer: compact },
    { method: 'GET', path: '/responses/:id', name, answer: retrieve },
    { method: 'DELETE', path: '/responses/:id', name, answer: remove },
    { method: 'POST', path: '/responses/:id/cancel', name, body: 'any', answer: cancel },
    { method: 'GET', path: '/responses/:id/input_items', name, answer: inputItems },
  ]
}

/** As it is now. */
function shown({ script, log }: StoredResponse): Json {
  return script.objectAfter(log.played, log.state === 'stopped')
}

/** The number of the last event that the caller has; −1: none. */
function startingAfterOf(query: URLSearchParams): number {
  const text = query.get('starting_after')
  if (text === null || text === '') return -1
  const number = Number(text)
  if (!Number.isInteger(number)) throw wrongType('starting_after', 'an integer', text)
  return number
}

/** A compaction's body as that of a response, which must have an input. */
function compactBody(body: unknown): unknown {
  return isObject(body) ? { ...body, input: body.input ?? [] } : body
}
