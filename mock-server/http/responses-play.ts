/** A planned response on its way: as one object, as a stream, in the background; and told once more. */

import type { WirePlan } from '../engine/cadence/wire-plan.ts'
import type { Seat } from '../engine/capacity/capacity.ts'
import type { Plan } from '../engine/plan.ts'
import {
  createRunPart,
  type Reader,
  type RunEnds,
  readLog,
  type Sink,
} from '../engine/responses/run-log.ts'
import type { StoredResponse } from '../engine/responses/store.ts'
import { done } from '../engine/script.ts'
import { closeExchange, type Exchange, reportUnexpected, sendError, sendJson } from './exchange.ts'
import { createPacing } from './pacing.ts'
import { openStream, playJson, playScript } from './play.ts'
import { keepInConversation, type PlannedResponse } from './responses-plan.ts'
import { responsesStateOf } from './responses-state.ts'
import { scriptOnWire } from './responses-wire.ts'
import { eventText } from './script-part.ts'
import { seatedPart } from './seat.ts'

/** Answers in the way that the request asks for. */
export function playResponse(exchange: Exchange, planned: PlannedResponse): void {
  const { background, stream } = planned.response.script.response.request
  if (background) playInBackground(exchange, planned)
  else if (stream) playStream(exchange, planned)
  else playWhole(exchange, planned)
}

function playWhole(exchange: Exchange, { response, plan, limitHeaders }: PlannedResponse): void {
  const { script, log } = response
  store(exchange, response)
  const body = () => {
    log.finish()
    keepInConversation(exchange, response)
    return JSON.stringify(script.objectAfter(log.played))
  }
  const { dueMs, leads } = script
  playJson(exchange, { dueMs, leads, outputTokens: plan.outputTokens }, body, limitHeaders)
  const stop = exchange.onOver
  exchange.onOver = () => {
    stop?.()
    log.stop()
  }
}

/** It ends with its connection. */
function playStream(exchange: Exchange, planned: PlannedResponse): void {
  const { response, plan, limitHeaders } = planned
  const { wire } = plan
  if (wire) {
    playOnWire(exchange, planned, { ...plan, wire })
    return
  }
  open(exchange, limitHeaders)
  const sink = streamSink(exchange, response, { isPaced: true })
  const reader = readStream(exchange, response, sink)
  const run = startRun(exchange, response, {
    over: () => {},
    failed: error => sendError(exchange, error),
  })
  exchange.onOver = () => {
    reader.stop()
    run.stop()
  }
  run.start()
}

/** The same in a planned manner. */
function playOnWire(
  exchange: Exchange,
  { response, limitHeaders }: PlannedResponse,
  plan: Plan & { readonly wire: WirePlan },
): void {
  const { dialect } = exchange.provider
  const stop = () => {
    exchange.response.end()
    closeExchange(exchange, 'ok')
  }
  store(exchange, { ...response, stop })
  const { script, wire } = scriptOnWire(response, plan, hasEndMark(exchange) ? [done] : [])
  playScript(exchange, script, {
    headers: limitHeaders,
    type: dialect.answer?.eventStreamType,
    wire,
    over() {
      response.log.stop()
      keepInConversation(exchange, response)
    },
  })
}

/** It goes on without its connection; what it holds of the limits is given back when it is over. */
function playInBackground(
  exchange: Exchange,
  { response, plan, limitHeaders }: PlannedResponse,
): void {
  const { provider, lease, seat } = exchange
  exchange.lease = undefined
  exchange.seat = undefined
  const { script } = response
  const { stream } = script.response.request
  const run = startRun(exchange, response, {
    seat,
    over() {
      seat?.leave(provider.clock.nowMs())
      lease?.release(Math.round(share(response.log) * plan.outputTokens), provider.clock.nowMs())
      if (!stream && response.log.state === 'over') {
        provider.metrics.outputTokens.value += plan.outputTokens
      }
    },
    failed: error => reportUnexpected(provider, error),
  })
  if (stream) {
    open(exchange, limitHeaders)
    const sink = streamSink(exchange, response, { isPaced: true })
    const reader = readStream(exchange, response, sink)
    exchange.onOver = () => reader.stop()
  } else {
    sendJson(exchange, 200, JSON.stringify(script.objectAfter(0)), limitHeaders)
    closeExchange(exchange, 'ok')
  }
  run.start()
}

/** How much of a run was played, 0 to 1. */
function share({ played, dueMs }: StoredResponse['log']): number {
  return played / dueMs.length
}

function open(exchange: Exchange, headers: readonly string[] = []): void {
  openStream(exchange, headers, exchange.provider.dialect.answer?.eventStreamType)
}

/** A run of a response, which is stored and can be stopped from now on. `seat`: where it is not the request's. */
export function startRun(
  exchange: Exchange,
  response: StoredResponse,
  { over, failed, seat = exchange.seat }: RunEnds & { seat?: Seat | undefined },
): { start(): void; stop(): void } {
  const { conductor } = exchange.provider
  const part = createRunPart(response.log, exchange.startMs, {
    over() {
      keepInConversation(exchange, response)
      over()
    },
    failed,
  })
  const alone = { start: () => conductor.start(part), stop: () => conductor.stop(part) }
  const played = seat ? seatedPart(exchange, part, { seat, ...response.script }) : alone
  let started = false
  const stop = () => {
    if (started) played.stop()
    else response.log.stop()
  }
  store(exchange, { ...response, stop })
  return {
    start() {
      started = true
      played.start()
    },
    stop,
  }
}

function store(exchange: Exchange, response: StoredResponse): void {
  if (!response.script.response.request.store) return
  responsesStateOf(exchange.provider).responses.put(response)
}

/** Tells a stored response once more, from behind event number `startingAfter`. */
export function replayResponse(
  exchange: Exchange,
  response: StoredResponse,
  { startingAfter, includeObfuscation }: { startingAfter: number; includeObfuscation: boolean },
): void {
  open(exchange)
  const sink = streamSink(exchange, response, { isPaced: false })
  const reader = readStream(exchange, response, sink, {
    skip: startingAfter + 1,
    includeObfuscation,
  })
  exchange.onOver = () => reader.stop()
  reader.pump()
}

function readStream(
  { response: stream }: Exchange,
  { script, log }: StoredResponse,
  sink: Sink,
  { skip = 0, includeObfuscation = script.response.request.includeObfuscation } = {},
): Reader {
  const reader = readLog(log, script.read({ includeObfuscation }), sink, skip)
  stream.on('drain', reader.pump)
  return reader
}

/** `isPaced`: what is written counts for the pace of the server. */
function streamSink(
  exchange: Exchange,
  { log }: StoredResponse,
  { isPaced }: { isPaced: boolean },
): Sink {
  const { response, provider, entry } = exchange
  const pacing = createPacing(exchange)
  return {
    isFull: () => response.writableNeedDrain,
    write(event, step) {
      const text = eventText(event)
      entry.done.bytes += Buffer.byteLength(text)
      response.write(text)
      if (!isPaced || event.tokens === 0) return
      pacing.told(provider.clock.nowMs(), log.dueMs[step]!, event.tokens, step)
    },
    end() {
      if (hasEndMark(exchange) && log.state === 'over') response.write(eventText(done))
      response.end()
      closeExchange(exchange, 'ok')
    },
  }
}

function hasEndMark({ provider }: Exchange): boolean {
  return provider.dialect.responses?.done === true || provider.options.lenient
}
