/** A planned answer on its way out: headers, then its part on the conductor. */
import type { Socket } from 'node:net'
import type { ChatRequest } from '../../protocol/chat-request.ts'
import { snapshotOf } from '../../protocol/models.ts'
import type { Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import type { ChunkSetOf } from './content-frames.ts'
import { addAnswerHeaders, type Exchange } from './exchange.ts'
import { createJsonPart } from './json-part.ts'
import { StreamPart } from './stream-part.ts'

/** Sends the plan's answer: as one object when its last token is due, or as a stream. */
export function playReply(
  exchange: Exchange,
  chat: ChatRequest,
  plan: Plan,
  { limitHeaders, chunkSetOf }: { limitHeaders: readonly string[]; chunkSetOf: ChunkSetOf },
): void {
  const { provider, response } = exchange
  const head = {
    created: provider.created(),
    model: snapshotOf(chat.model),
    serviceTier: chat.serviceTier,
    fingerprint: provider.fingerprint,
  }
  if (!chat.stream) {
    start(exchange, createJsonPart(exchange, plan, head, limitHeaders))
    return
  }
  response.writeHead(200, addAnswerHeaders(exchange, [...STREAM_HEADERS, ...limitHeaders]))
  response.flushHeaders()
  const chunks = chunkSetOf(head, chat)
  const { includeUsage } = chat
  const startOn = (socket: Socket) =>
    start(exchange, new StreamPart(exchange, plan, { chunks, socket, includeUsage }))
  // With HTTP pipelining the socket is another response's until that one is over; when it is handed on,
  // our headers are still to be written to it.
  if (response.socket) startOn(response.socket)
  else response.once('socket', socket => queueMicrotask(() => startOn(socket)))
}

function start(exchange: Exchange, part: Part): void {
  const { conductor } = exchange.provider
  const release = exchange.onOver
  exchange.onOver = () => {
    conductor.stop(part)
    release?.()
  }
  conductor.start(part)
}

/** `X-Accel-Buffering`: nginx would otherwise hold a stream back until it is over. */
const STREAM_HEADERS = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache, no-transform',
  'x-accel-buffering',
  'no',
]
