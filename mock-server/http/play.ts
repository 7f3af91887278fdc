/** A planned answer on its way out: its headers, then its part on the conductor. */
import type { Socket } from 'node:net'
import type { Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import type { Script } from '../engine/script.ts'
import { addAnswerHeaders, type Exchange } from './exchange.ts'
import { createJsonPart } from './json-part.ts'
import { createScriptPart } from './script-part.ts'

/** Sends `body()` as one JSON object when the plan's last token is due. `headers`: names and values. */
export function playJson(
  exchange: Exchange,
  plan: Pick<Plan, 'dueMs' | 'outputTokens'>,
  body: () => string,
  headers: readonly string[] = [],
): void {
  startPart(exchange, createJsonPart(exchange, plan, body, headers))
}

export interface StreamForm {
  /** Names and values, beside the stream's own. */
  readonly headers?: readonly string[]
  /** Undefined: the usual content type. */
  readonly type?: string | undefined
  /** A comment line that is sent at once, with the headers. */
  readonly comment?: string | undefined
  readonly lineEnd?: '\n' | '\r\n'
}

/** Sends a script as a stream of events. */
export function playScript(exchange: Exchange, script: Script, form: StreamForm = {}): void {
  const { headers = [], type, comment, lineEnd = '\n' } = form
  openStream(exchange, headers, type)
  if (comment !== undefined) exchange.response.write(`: ${comment}${lineEnd}${lineEnd}`)
  startPart(exchange, createScriptPart(exchange, script, lineEnd))
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

/** Starts a part that is stopped when the request is over, however it ends. */
export function startPart(exchange: Exchange, part: Part): void {
  const { conductor } = exchange.provider
  exchange.onOver = () => conductor.stop(part)
  conductor.start(part)
}

/** `X-Accel-Buffering`: nginx would otherwise hold a stream back until it is over. */
const STREAM_HEADERS = ['cache-control', 'no-cache, no-transform', 'x-accel-buffering', 'no']
