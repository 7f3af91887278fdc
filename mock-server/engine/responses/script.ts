/** A planned response as the events of its stream, in their exact order, and as the object that it becomes. */
import type { Json } from '../../../protocol/checks.ts'
import type { Item } from '../../../protocol/responses-input.ts'
import {
  type ResponseState,
  type ResponseStatus,
  responseObject,
} from '../../../protocol/responses-object.ts'
import type { ResponsesRequest } from '../../../protocol/responses-request.ts'
import { beatsOf, stepsOf } from '../beats.ts'
import type { Plan } from '../plan.ts'
import type { ScriptEvent } from '../script.ts'
import { type ItemTeller, type ScriptHabits, tellerOf, type Utter } from './events.ts'
import type { OutputItem } from './output.ts'

export interface ScriptedResponse {
  readonly request: ResponsesRequest
  readonly plan: Plan
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly items: readonly OutputItem[]
  /** Why it breaks off before it says anything; undefined: it does not. */
  readonly failure: ResponseFailure | undefined
  readonly habits: ScriptHabits
}

export interface ResponseFailure {
  readonly type: string
  readonly code: string
  readonly message: string
  readonly param: string | null
}

export interface ResponsesScript {
  readonly response: ScriptedResponse
  /** Due times in ms from the request, ascending; of them, those before the reply's own. */
  readonly dueMs: readonly number[]
  readonly leads: number
  /** The events step by step, from the first. */
  read(options: { includeObfuscation: boolean }): Generator<readonly ScriptEvent[], undefined>
  /** The object when so many steps are over. `isStopped`: it was cancelled then. */
  objectAfter(steps: number, isStopped?: boolean): Json
}

export function responsesScript(response: ScriptedResponse): ResponsesScript {
  const { items, plan, request, failure } = response
  const hosted = items.flatMap(item => (item.hosted ? [item.hosted] : []))
  const toldMs = failure ? plan.dueMs.slice(0, 1) : plan.dueMs
  /** Before anything is said: the response is created, taken up, and tools are run. */
  const early: number[] = failure
    ? []
    : hosted.flatMap(({ events }) => [0, ...events.map(() => 0), 0])
  if (request.background) early.push(0)
  const dueMs = [0, ...early.map((_, i) => (toldMs[0]! * (i + 1)) / (early.length + 1)), ...toldMs]
  const completeAfter = completions(response, 1 + (request.background ? 1 : 0))

  function objectAfter(steps: number, isStopped = false): Json {
    if (steps >= dueMs.length) return objectOf(response, finalStatus(response), dueMs.at(-1)!)
    const output = items.filter((_, i) => completeAfter[i]! <= steps).map(({ item }) => item)
    return objectOf(
      response,
      isStopped ? 'cancelled' : openStatus(request, steps),
      undefined,
      output,
    )
  }

  return {
    response,
    dueMs,
    leads: dueMs.length - toldMs.length,
    objectAfter,
    read: options => tell(response, { ...options, dueMs, objectAfter }),
  }
}

/** After how many steps each item is complete. */
function completions({ items, failure }: ScriptedResponse, first: number): number[] {
  let steps = first
  return items.map(({ hosted, said }) => {
    steps += hosted ? hosted.events.length + 2 : stepsOf({ items: [said!] })
    return failure ? Number.POSITIVE_INFINITY : steps
  })
}

function openStatus({ background }: ResponsesRequest, steps: number): ResponseStatus {
  return background && steps < 2 ? 'queued' : 'in_progress'
}

function finalStatus({ failure, plan }: ScriptedResponse): ResponseStatus {
  if (failure) return 'failed'
  const { finishReason } = plan.choices[0]!
  const isCut = finishReason === 'length' || finishReason === 'content_filter'
  return isCut ? 'incomplete' : 'completed'
}

const INCOMPLETE: Readonly<Record<string, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
}

/** `overMs`: when it is over, ms from the request; undefined: it is not. */
function objectOf(
  response: ScriptedResponse,
  status: ResponseStatus,
  overMs: number | undefined,
  output?: readonly Item[],
): Json {
  const { request, plan, id, createdAt, failure, items } = response
  const isOver = overMs !== undefined
  const state: ResponseState = {
    id,
    createdAt,
    completedAt: status === 'completed' ? createdAt + Math.floor(overMs! / 1000) : null,
    status,
    output: output ?? (failure ? [] : items.map(({ item }) => item)),
    usage: isOver && !failure ? plan : null,
    error: status === 'failed' ? { code: failure!.code, message: failure!.message } : null,
    incompleteReason: status === 'incomplete' ? INCOMPLETE[plan.choices[0]!.finishReason]! : null,
  }
  return responseObject(request, state)
}

interface Telling {
  readonly includeObfuscation: boolean
  readonly dueMs: readonly number[]
  objectAfter(steps: number): Json
}

function* tell(
  response: ScriptedResponse,
  { includeObfuscation, dueMs, objectAfter }: Telling,
): Generator<readonly ScriptEvent[], undefined> {
  const { request, plan, items, failure, habits } = response
  let number = 0
  const utter: Utter = (type, fields, tokens = 0) => {
    const data = JSON.stringify({ type, sequence_number: number++, ...fields })
    return { name: type, data, tokens }
  }
  const options = { includeObfuscation, habits, request }

  const created = utter('response.created', { response: objectAfter(0) })
  if (request.background) {
    yield [created, utter('response.queued', { response: objectAfter(1) })]
    yield [utter('response.in_progress', { response: objectAfter(2) })]
  } else yield [created, utter('response.in_progress', { response: objectAfter(1) })]
  if (failure) {
    const object = objectAfter(dueMs.length)
    yield [utter('error', { error: failure }), utter('response.failed', { response: object })]
    return
  }

  for (const [index, output] of items.entries()) {
    if (output.hosted) yield* tellHosted(output, index, utter)
  }
  const reply = plan.choices[0]!
  const first = items.length - reply.items.length
  const last = dueMs.length - 1
  const terminal = () =>
    utter(`response.${finalStatus(response)}`, { response: objectAfter(dueMs.length) })
  if (reply.items.length === 0) yield [terminal()]
  let step = dueMs.length - plan.dueMs.length
  let teller: ItemTeller | undefined
  for (const { index, token, place, opens, closes } of beatsOf(reply)) {
    const events: ScriptEvent[] = []
    if (opens) {
      teller = tellerOf(items[first + index]!, first + index, utter, options)
      events.push(...teller.open())
    }
    if (token) events.push(...teller!.say(token, place))
    if (closes) events.push(...teller!.close())
    if (step === last) events.push(terminal())
    yield events
    step++
  }
}

function* tellHosted(
  { hosted, id }: OutputItem,
  output_index: number,
  utter: Utter,
): Generator<readonly ScriptEvent[]> {
  yield [utter('response.output_item.added', { output_index, item: hosted!.added })]
  for (const { type, fields } of hosted!.events) {
    yield [utter(`response.${type}`, { item_id: id, output_index, ...fields })]
  }
  yield [utter('response.output_item.done', { output_index, item: hosted!.done })]
}
