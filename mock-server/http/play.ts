/** A planned answer on its way out: its headers, then its part on the conductor. */
import type { Socket } from 'node:net'
import type { WirePlan } from '../engine/cadence/wire-plan.ts'
import type { Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import type { Script } from '../engine/script.ts'
import { addAnswerHeaders, type Exchange } from './exchange.ts'
import { createJsonPart } from './json-part.ts'
import { createKeepAlive, type Progress } from './keep-alive.ts'
import { createScriptPart } from './script-part.ts'
import { seatedPart } from './seat.ts'
import { createWirePart } from './wire-part.ts'

/** Sends `body()` as one JSON object when the plan's last token is due. `headers`: names and values. */
export function playJson(
  exchange: Exchange,
  plan: Pick<Plan, 'outputTokens'> & Steps,
  body: () => string,
  headers: readonly string[] = [],
): void {
  startPart(exchange, createJsonPart(exchange, plan, body, headers), plan)
}

export interface StreamForm {
  /** Names and values, beside the stream's own. */
  readonly headers?: readonly string[]
  /** Undefined: the usual content type. */
  readonly type?: string | undefined
  /** A comment line that is sent at once, with the headers. */
  readonly comment?: string | undefined
  readonly lineEnd?: '\n' | '\r\n'
  /** How its events are written; undefined: each when it is due. */
  readonly wire?: WirePlan | undefined
  /** Called when such a stream is over, however it ends. */
  readonly over?: () => void
}

/** Sends a script as a stream of events. */
export function playScript(exchange: Exchange, script: Script, form: StreamForm = {}): void {
  const { headers = [], type, comment, lineEnd = '\n' } = form
  if (form.wire) {
    playOnWire(exchange, script, form, form.wire)
    return
  }
  openStream(exchange, headers, type)
  if (comment !== undefined) exchange.response.write(`: ${comment}${lineEnd}${lineEnd}`)
  startPart(exchange, createScriptPart(exchange, script, lineEnd), script)
}

/** The same in a planned manner. */
function playOnWire(
  exchange: Exchange,
  script: Script,
  { headers = [], type, comment, lineEnd = '\n', over }: StreamForm,
  wire: WirePlan,
): void {
  const { response } = exchange
  function open(): void {
    if (response.headersSent) return
    openStream(exchange, headers, type)
    if (comment !== undefined) response.write(`: ${comment}${lineEnd}${lineEnd}`)
  }
  if (wire.headersMs === undefined) open()
  const part = createWirePart(exchange, script, wire, { lineEnd, open })
  if (over) part.over = over
  // First, so that a late start makes up for what was due in the order in which it was.
  const stopKeepAlive = startKeepAlive(exchange, wire, script.dueMs, part)
  startPart(exchange, part, script)
  if (stopKeepAlive) alsoOnOver(exchange, stopKeepAlive)
}

/** Watches a stream for silence, where that is asked for. Returns what ends it. */
function startKeepAlive(
  exchange: Exchange,
  { keepAliveMs, headersMs = 0 }: WirePlan,
  dueMs: readonly number[],
  progress: Progress,
): (() => void) | undefined {
  if (keepAliveMs === undefined) return undefined
  const { conductor } = exchange.provider
  const part = createKeepAlive(exchange, keepAliveMs, { dueMs, fromMs: headersMs, progress })
  conductor.start(part)
  return () => conductor.stop(part)
}

/** At once, where it is over already. */
function alsoOnOver(exchange: Exchange, stop: () => void): void {
  if (exchange.entry.done.outcome !== 'open') {
    stop()
    return
  }
  const { onOver } = exchange
  exchange.onOver = () => {
    onOver?.()
    stop()
  }
}

/** Sends a stream's headers at once, before its first token is due. */
export function openStream(
  exchange: Exchange,
  headers: readonly string[],
  type = 'text/event-stream; charset=utf-8',
): void {
  const { response } = exchange
  const all = ['content-type', type, ...STREAM_HEADERS, ...headers]
  response.writeHead(200, addAnswerHeaders(exchange, all))
  response.flushHeaders()
}

/** Calls back when the socket is the response's to write to. */
export function withSocket({ response }: Exchange, write: (socket: Socket) => void): void {
  // With HTTP pipelining the socket is another response's until that one is over; when it is handed on,
  // our headers are still to be written to it.
  if (response.socket) write(response.socket)
  else response.once('socket', socket => queueMicrotask(() => write(socket)))
}

/** When the steps of a part are due: it reads them here, as they may change while it waits for its turn. */
export interface Steps {
  readonly dueMs: readonly number[]
  /** Steps before the first token. */
  readonly leads?: number
}

/** Starts a part that is stopped when the request is over, however it ends; where there are seats, in its own. */
export function startPart(exchange: Exchange, part: Part, steps: Steps): void {
  const { seat } = exchange
  if (!seat) {
    startAlone(exchange, part)
    return
  }
  const seated = seatedPart(exchange, part, { seat, ...steps })
  exchange.onOver = seated.stop
  seated.start()
}

/** The same for what takes nobody's place. */
export function startAlone(exchange: Exchange, part: Part): void {
  const { conductor } = exchange.provider
  exchange.onOver = () => conductor.stop(part)
  conductor.start(part, exchange.response)
}

/** `X-Accel-Buffering`: nginx would otherwise hold a stream back until it is over. */
const STREAM_HEADERS = ['cache-control', 'no-cache, no-transform', 'x-accel-buffering', 'no']
