/** A planned response on its way: as one object, as a stream, in the background; and told once more. */
import type { StoredResponse } from '../engine/responses-store.ts'
import { createRunPart, type Reader, readLog, type Sink } from '../engine/run-log.ts'
import { done } from '../engine/script.ts'
import { closeExchange, type Exchange, reportUnexpected, sendError, sendJson } from './exchange.ts'
import { createPacing } from './pacing.ts'
import { openStream, playJson } from './play.ts'
import { keepInConversation, type PlannedResponse } from './responses-plan.ts'
import { responsesStateOf } from './responses-state.ts'
import { eventText } from './script-part.ts'

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
  playJson(exchange, { dueMs: script.dueMs, outputTokens: plan.outputTokens }, body, limitHeaders)
  const stop = exchange.onOver
  exchange.onOver = () => {
    stop?.()
    log.stop()
  }
}

/** It ends with its connection. */
function playStream(exchange: Exchange, { response, limitHeaders }: PlannedResponse): void {
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

/** It goes on without its connection; what it holds of the limits is given back when it is over. */
function playInBackground(
  exchange: Exchange,
  { response, plan, limitHeaders }: PlannedResponse,
): void {
  const { provider, lease } = exchange
  exchange.lease = undefined
  const { script } = response
  const { stream } = script.response.request
  const run = startRun(exchange, response, {
    over() {
      lease?.release()
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

function open(exchange: Exchange, headers: readonly string[] = []): void {
  openStream(exchange, headers, exchange.provider.dialect.answer?.eventStreamType)
}

/** A run of a response, which is stored and can be stopped from now on. */
export function startRun(
  exchange: Exchange,
  response: StoredResponse,
  { over, failed }: { over(): void; failed(error: unknown): void },
): { start(): void; stop(): void } {
  const { conductor } = exchange.provider
  const part = createRunPart(response.log, exchange.startMs, {
    over() {
      keepInConversation(exchange, response)
      over()
    },
    failed,
  })
  let started = false
  const stop = () => {
    if (started) conductor.stop(part)
    else response.log.stop()
  }
  store(exchange, { ...response, stop })
  return {
    start() {
      started = true
      conductor.start(part)
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
  const { response, provider } = exchange
  const pacing = createPacing(exchange)
  return {
    isFull: () => response.writableNeedDrain,
    write(event, step) {
      response.write(eventText(event))
      if (!isPaced || event.tokens === 0) return
      pacing.told(provider.clock.nowMs(), log.dueMs[step]!, event.tokens)
    },
    end() {
      const hasEndMark = provider.dialect.responses?.done || provider.options.lenient
      if (hasEndMark && log.state === 'over') response.write(eventText(done))
      response.end()
      closeExchange(exchange, 'ok')
    },
  }
}
