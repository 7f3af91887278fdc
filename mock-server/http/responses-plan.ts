/** From a request for a response to its script: what came before, the plan, tools that are run, ids. */
import { ApiError } from '../../protocol/errors/api-error.ts'
import {
  noPreviousResponse,
  noReferencedItem,
  noRequestedModel,
  noSuchConversation,
} from '../../protocol/errors/responses.ts'
import { checkResponsesFits } from '../../protocol/responses-capabilities.ts'
import { responseId } from '../../protocol/responses-ids.ts'
import { type Item, withIds } from '../../protocol/responses-input.ts'
import { askOf, type ResponsesRequest } from '../../protocol/responses-request.ts'
import type { Plan } from '../engine/plan.ts'
import { hostedCalls } from '../engine/responses/hosted.ts'
import { outputItems } from '../engine/responses/output.ts'
import { createRunLog } from '../engine/responses/run-log.ts'
import { type ResponseFailure, responsesScript } from '../engine/responses/script.ts'
import { contextAfter, itemsOf, type StoredResponse } from '../engine/responses/store.ts'
import type { Exchange } from './exchange.ts'
import { planAnswer } from './generate.ts'
import { responsesStateOf } from './responses-state.ts'

export interface ResponseAsking {
  readonly exchange: Exchange
  readonly apiKey: string
  readonly request: ResponsesRequest
  /** Where else a previous response may be found than among those stored. */
  readonly recall?: ((id: string) => StoredResponse | undefined) | undefined
  /** Nothing is generated: the conversation is only taken in. */
  readonly isWarmUp?: boolean
}

export interface PlannedResponse {
  /** Neither played nor stored yet. */
  readonly response: StoredResponse
  readonly plan: Plan
  /** `x-ratelimit-*`, a flat list of names and values. */
  readonly limitHeaders: readonly string[]
}

/** Calls `play` as `planAnswer` does. Throws ApiError for what is refused. */
export function planResponse(
  asking: ResponseAsking,
  play: (planned: PlannedResponse) => void,
): void {
  const { exchange, apiKey } = asking
  const { provider } = exchange
  const context = contextOf(asking)
  const request = { ...asking.request, input: resolvedInput(asking) }
  const ask = askOf(request, context)
  const { model } = ask
  if (!provider.serves(model)) throw noRequestedModel(model)

  let failure: ResponseFailure | undefined
  const check = (promptTokens: number) => {
    failure = failureOf(request, promptTokens)
  }
  planAnswer({ exchange, apiKey, ask, newId: responseId, check }, planned => {
    const { limitHeaders } = planned
    const plan = asking.isWarmUp ? silent(planned.plan) : planned.plan
    const id = responsesStateOf(provider).freeId(plan.id, planned.random)
    const random = planned.random.fork(id)
    const { promptTokens } = plan
    const habits = provider.dialect.responses ?? {}
    const { reasoningText } = habits
    const hosted = asking.isWarmUp
      ? []
      : hostedCalls({ request, ask, context, promptTokens, random })
    const [reply] = plan.choices
    const script = responsesScript({
      request,
      plan,
      id,
      createdAt: provider.created(),
      items: outputItems({
        request,
        reply: reply!,
        hosted,
        random,
        reasoningText: reasoningText !== undefined,
      }),
      failure,
      habits: { reasoningText, callDeltas: habits.callDeltas !== false },
    })
    const log = createRunLog(script.dueMs)
    const input = withIds(request.input, random)
    play({ response: { id, script, log, context, input, stop() {} }, plan, limitHeaders })
  })
}

function silent(plan: Plan): Plan {
  const choices = [{ ...plan.choices[0]!, items: [], outputTokens: 0, reasoningTokens: 0 }]
  return { ...plan, choices, outputTokens: 0, reasoningTokens: 0, dueMs: [0] }
}

/** The items before the request's own. Throws ApiError for an id of nothing. */
export function contextOf({ exchange, request, recall }: ResponseAsking): readonly Item[] {
  const { previousResponseId, conversationId, lenient } = request
  const { responses, conversations } = responsesStateOf(exchange.provider)
  if (previousResponseId !== undefined) {
    const previous = recall?.(previousResponseId) ?? responses.get(previousResponseId)
    if (previous) return contextAfter(previous)
    if (!lenient) throw noPreviousResponse(previousResponseId)
  }
  if (conversationId !== undefined) {
    const conversation = conversations.get(conversationId)
    if (conversation) return [...conversation.items]
    if (!lenient) throw noSuchConversation(conversationId)
  }
  return []
}

/** The input with what it refers to in place of references. */
export function resolvedInput({ exchange, request }: ResponseAsking): readonly Item[] {
  const { responses } = responsesStateOf(exchange.provider)
  const references = request.input.filter(isReference)
  if (references.length === 0) return request.input
  const found = responses.findItems(new Set(references.map(({ id }) => id!)))
  return request.input.flatMap(item => {
    if (!isReference(item)) return [item]
    const meant = found.get(item.id!)
    if (!meant && !request.lenient) throw noReferencedItem(item.id!)
    return meant ? [meant] : []
  })
}

function isReference({ type }: Item): boolean {
  return type === 'item_reference'
}

/** A stream has begun when a prompt turns out too long: it is told by an event, not by a status. */
function failureOf(
  { model, stream, body }: ResponsesRequest,
  promptTokens: number,
): ResponseFailure | undefined {
  if (body.truncation === 'auto') return undefined
  try {
    checkResponsesFits(model, promptTokens)
    return undefined
  } catch (error) {
    if (!stream || !(error instanceof ApiError)) throw error
    const { type, code, message, param } = error
    return { type, code: code ?? type, message, param }
  }
}

/** Keeps what is to be kept of a response that is over. */
export function keepInConversation(exchange: Exchange, response: StoredResponse): void {
  const { conversationId } = response.script.response.request
  if (conversationId === undefined || response.log.state !== 'over') return
  const { conversations } = responsesStateOf(exchange.provider)
  conversations.append(conversationId, itemsOf(response))
}
