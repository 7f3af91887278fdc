/** A request that something may go wrong with: what does is drawn, told in journal and metrics, and done. */
import { createHash } from 'node:crypto'
import { isObject } from '../../protocol/checks.ts'
import { wrongFault } from '../../protocol/errors/own.ts'
import { readRetryAfter } from '../../protocol/rate-limit-headers.ts'
import { faultActOf } from '../engine/faults/acts.ts'
import type { FaultContext, Page, Surface } from '../engine/faults/fault.ts'
import { type FaultRule, readFaultRule } from '../engine/faults/rule.ts'
import {
  createFaultSchedule,
  type FaultSchedule,
  type FaultSubject,
} from '../engine/faults/schedule.ts'
import { USUAL_TOKEN } from '../engine/faults/streams.ts'
import type { Provider } from '../provider.ts'
import { isDispatched } from './dispatch.ts'
import type { Call, Endpoint } from './endpoint.ts'
import {
  addAnswerHeaders,
  closeExchange,
  type Exchange,
  flatHeaders,
  sendError,
} from './exchange.ts'
import { cutSocket } from './fault-outlet.ts'
import { spoilAnswer } from './fault-response.ts'
import { withSocket } from './play.ts'
import { refuseConnections } from './refuse-connections.ts'
import { callerKey } from './request-chance.ts'

const faultHeader = 'x-tokadence-fault'

/** What else than replies is metered: past its limits it calls `exchange.strike`, as those do. */
const METERED: readonly string[] = ['embeddings', 'moderations', 'images', 'audio']

/**
 * Answers a request with which something may go wrong. One that limits hold for is struck once it is past them, any
 * other before anything of it is done. Throws ApiError for a header that is no rule.
 */
export function withFaults(endpoint: Endpoint, call: Call, answer: () => void): void {
  const { exchange, provider, body } = call
  const { entry, request } = exchange
  const schedule = scheduleFor(provider, request.headers[faultHeader])
  if (!schedule || isDispatched(request)) {
    answer()
    return
  }
  if (endpoint.generates) {
    exchange.strike = go => strikeBy(exchange, schedule, go)
    answer()
    return
  }
  const asked = isObject(body) ? body : {}
  const key = callerKey(request) || hashOf(entry.method, entry.path, body)
  const rule = draw(exchange, schedule, {
    key,
    model: typeof asked.model === 'string' ? asked.model : '',
    stream: String(asked.stream ?? call.query.get('stream')) === 'true',
  })
  const how = rule && faultActOf(rule.name).how
  // What goes on with the request names its chance itself.
  if (how !== undefined && how !== 'hold' && how !== 'spoil') entry.key = key
  const waits = METERED.includes(endpoint.name) && provider.fixtures.idle && how !== 'hold'
  if (!rule) answer()
  else if (waits) {
    exchange.strike = go => strike(exchange, rule, go)
    answer()
  } else strike(exchange, rule, answer)
}

/** 16 hexadecimal digits. */
function hashOf(...says: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(says)).digest('hex').slice(0, 16)
}

/** What the request's own header says goes before what the server was told; `none`: nothing goes wrong. */
function scheduleFor(
  provider: Provider,
  asked: string | readonly string[] | undefined,
): FaultSchedule | undefined {
  if (asked === undefined) return provider.faults
  const text = String(asked).trim()
  if (text === 'none') return undefined
  return createFaultSchedule(text.split(',').map(readAsked))
}

function readAsked(text: string): FaultRule {
  const { rule, why } = readFaultRule(text.trim())
  if (!rule) throw wrongFault(faultHeader, why)
  return rule
}

type Said = Pick<FaultSubject, 'key' | 'model' | 'stream'>

function draw(
  { provider, request, entry, endpoint }: Exchange,
  schedule: FaultSchedule,
  said: Said,
): FaultRule | undefined {
  const isToldAttempt = request.headers['x-stainless-retry-count'] !== undefined
  return schedule.draw({
    ...said,
    seed: provider.seed,
    attempt: isToldAttempt ? entry.attempt : provider.attempts.next(said.key),
    endpoint,
    sinceStartMs: provider.clock.nowMs() - provider.startedMs,
  })
}

/** Draws what goes wrong with a request that generates, if anything does, and does it. */
export function strikeBy(exchange: Exchange, schedule: FaultSchedule, answer: () => void): void {
  const { key = '', model = '', stream = false } = exchange.entry
  const rule = draw(exchange, schedule, { key, model, stream })
  if (rule) strike(exchange, rule, answer)
  else answer()
}

/** Does it; `answer` is called when it is to be answered, now or later. Throws ApiError where that is the fault. */
function strike(exchange: Exchange, rule: FaultRule, answer: () => void): void {
  const act = faultActOf(rule.name)
  const context = contextOf(exchange, rule)
  if (act.how === 'spoil') {
    exchange.fault = spoilAnswer(exchange, act.spoil(context), () => note(exchange, rule))
    answer()
    return
  }
  note(exchange, rule)
  if (act.how === 'refuse') throw act.error(context)
  if (act.how === 'page') sendPage(exchange, act.page(context))
  else if (act.how === 'cut') {
    if (act.thenRefuses) refuseConnections(exchange, rule.parameters.forMs ?? USUAL_REFUSAL_MS)
    withSocket(exchange, socket => {
      closeExchange(exchange, 'cut')
      cutSocket(socket, act.by as 'reset' | 'close')
    })
  } else hold(exchange, rule.parameters.forMs, answer)
}

const USUAL_REFUSAL_MS = 1000

function note({ entry, provider }: Exchange, { name }: FaultRule): void {
  entry.fault = name
  provider.metrics.faults.add(1, name)
}

function sendPage(exchange: Exchange, { status, type, body, headers }: Page): void {
  const { response, entry, provider } = exchange
  const bytes = Buffer.from(body)
  entry.retryAfterMs = readRetryAfter(name => headers?.[name], provider.clock.wallMs())
  const all = ['content-length', String(bytes.length), ...flatHeaders(headers)]
  if (type !== undefined) all.push('content-type', type)
  response.writeHead(status, addAnswerHeaders(exchange, all))
  response.end(bytes)
  entry.done.bytes += bytes.length
  closeExchange(exchange, 'refused')
}

/** Nothing happens for so long; undefined: until the client goes. */
function hold(exchange: Exchange, forMs: number | undefined, answer: () => void): void {
  exchange.provider.time.unsettled?.held(exchange.response)
  if (forMs === undefined) return
  const cancel = exchange.provider.clock.after(forMs, () => {
    exchange.fault = undefined
    try {
      answer()
    } catch (error) {
      sendError(exchange, error)
    }
  })
  exchange.fault = {
    isMute: false,
    ends() {
      cancel()
      return true
    },
  }
}

const SURFACES: readonly string[] = ['chat.completions', 'completions', 'responses', 'messages']

function contextOf(exchange: Exchange, { parameters }: FaultRule): FaultContext {
  const { provider, entry, endpoint, request } = exchange
  const { done } = entry
  return {
    parameters,
    surface: SURFACES.includes(endpoint) ? (endpoint as Surface) : 'other',
    dialect: provider.dialect,
    model: entry.model ?? '',
    apiKey: String(request.headers.authorization ?? '').replace(/^bearer /i, ''),
    wallMs: provider.clock.wallMs(),
    /** Planned when the first event comes: a reply that is shorter is struck in its last step. */
    get token() {
      const steps = entry.intended?.dueMs.length ?? 1
      return Math.min(parameters.token ?? USUAL_TOKEN, steps - 1)
    },
    written: () => done.chunks,
    get usage() {
      const { promptTokens = 0, outputTokens = 0 } = entry.intended ?? {}
      return { promptTokens, outputTokens }
    },
  }
}
