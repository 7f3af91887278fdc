/** A recording played again: its head, each chunk and its end at the recorded times, a chunk in one write. */
import type { Socket } from 'node:net'
import { OVER, type Part } from '../engine/conductor.ts'
import { keptSteps } from '../engine/journal.ts'
import { contentOf } from '../record/content.ts'
import type { Recording } from '../record/recording.ts'
import { REDACTED } from '../record/redact.ts'
import { closeExchange, type Exchange, sendError } from './exchange.ts'
import { createPacing } from './pacing.ts'
import { startAlone, withSocket } from './play.ts'
import { punctual } from './punctual.ts'
import { sendHead } from './send-head.ts'

/** How long a reader that does not keep up is left alone before it is looked at again. */
const SLOW_READER_MS = 10

export interface Playing {
  /** The recording's file. */
  readonly name: string
  /** When the request was whole, which the recorded times count from. */
  readonly askedAtMs: number
  /** 2: twice as fast; Infinity: without waiting. */
  readonly speed: number
}

export function playRecording(exchange: Exchange, recording: Recording, playing: Playing): void {
  withSocket(exchange, socket => {
    if (exchange.entry.done.outcome !== 'open') return
    const { clock, conductor } = exchange.provider
    const part = createReplayPart(exchange, { recording, playing, socket })
    startAlone(exchange, punctual(part, clock, conductor))
  })
}

function createReplayPart(
  exchange: Exchange,
  { recording, playing, socket }: { recording: Recording; playing: Playing; socket: Socket },
): Part {
  const { response, startMs, entry } = exchange
  const { askedAtMs, speed } = playing
  const { chunks } = recording
  const pacing = createPacing(exchange)
  const { tokens, promptTokens, outputTokens } = contentOf(recording)
  const offsetMs = askedAtMs - startMs
  /** Ms from the request to the head, each chunk and the end. */
  const dueMs = [recording.response, ...chunks, { atMs: recording.endMs }].map(
    ({ atMs }) => offsetMs + atMs / speed,
  )
  entry.intended = { promptTokens, outputTokens, dueMs: dueMs.slice(1, keptSteps) }
  let frames: readonly Buffer[] = []
  let step = 0

  function sayHead(): void {
    sendHead(response, recording.response.status, headersOf(exchange, recording, playing.name))
    if (hasBody(exchange)) frames = framesOf(recording, response.chunkedEncoding)
  }

  /** Straight to the socket, which the response owns: `response.write` would take three writes. */
  function sayChunk(index: number, nowMs: number): void {
    const frame = frames[index]
    if (frame) {
      socket.write(frame)
      entry.done.bytes += chunks[index]!.bytes.length
    }
    if (tokens[index]! > 0) pacing.told(nowMs, dueMs[step]!, tokens[index]!, index)
  }

  return {
    dueMs: startMs + dueMs[0]!,
    play(nowMs) {
      // A reader that does not keep up holds its own answer back, and nothing else.
      if (socket.writableNeedDrain || socket.destroyed) return nowMs + SLOW_READER_MS
      if (step === 0) sayHead()
      else if (step <= chunks.length) sayChunk(step - 1, nowMs)
      else {
        response.end()
        closeExchange(exchange, recording.response.status < 400 ? 'ok' : 'refused')
        return OVER
      }
      step++
      return startMs + dueMs[step]!
    },
    failed: error => sendError(exchange, error),
  }
}

/** Names and values: as recorded, but for what was secret and what follows from the body. */
function headersOf({ entry, request }: Exchange, recording: Recording, name: string): string[] {
  const { headers } = recording.response
  const list: string[] = []
  for (const [header, value] of Object.entries(headers)) {
    for (const one of [value].flat()) {
      if (one !== REDACTED && header !== 'content-length') list.push(header, one)
    }
  }
  const length = headers['content-length']
  if (length !== undefined) {
    const bytes = recording.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)
    list.push('content-length', request.method === 'HEAD' ? String(length) : String(bytes))
  }
  list.push('x-tokadence-recording', name, 'x-tokadence-request-id', entry.requestId)
  return list
}

function hasBody({ request, response }: Exchange): boolean {
  return request.method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304
}

/** A recording's chunks as they go over the wire, made once however often it is played. */
const framed = new WeakMap<Recording, readonly Buffer[]>()

function framesOf(recording: Recording, isChunked: boolean): readonly Buffer[] {
  if (!isChunked) return recording.chunks.map(({ bytes }) => bytes)
  const known = framed.get(recording)
  if (known) return known
  const frames = recording.chunks.map(({ bytes }) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
  )
  framed.set(recording, frames)
  return frames
}
