/** A planned reply, played as server-sent events. */
import type { Socket } from 'node:net'
import { doneEvent } from '../../protocol/sse.ts'
import { OVER, type Part } from '../engine/conductor.ts'
import type { Plan } from '../engine/plan.ts'
import type { ReplyToken } from '../engine/reply-token.ts'
import type { ChunkSet } from './content-frames.ts'
import { createEventWriter } from './event-writer.ts'
import { closeExchange, type Exchange } from './exchange.ts'

/** How long a reader that does not keep up is left alone before it is looked at again. */
const SLOW_READER_MS = 10

export function createStreamPart(
  exchange: Exchange,
  plan: Plan,
  chunks: ChunkSet,
  { socket, includeUsage }: { socket: Socket; includeUsage: boolean },
): Part {
  const { response, startMs, entry, provider } = exchange
  const { metrics } = provider
  const { id, choices, dueMs } = plan
  const { template } = chunks
  const { done } = entry
  const writer = createEventWriter(socket)
  let step = 0
  let lastTokenAtMs = 0

  /** Says step `step`: the role chunks before the first token, a choice's finish after its last. */
  function playStep(nowMs: number): void {
    if (step === 0) for (let i = 0; i < choices.length; i++) writer.write(template.role(id, i))
    for (let i = 0; i < choices.length; i++) {
      const { tokens, finishReason } = choices[i]!
      const token = tokens[step]
      if (token) {
        sendToken(i, token)
        recordToken(nowMs, token.tokens)
      }
      if (step === Math.max(0, tokens.length - 1))
        writer.write(template.finish(id, i, finishReason))
    }
  }

  function sendToken(choice: number, { json, jsonBytes }: ReplyToken): void {
    const length = id.length + json.length
    if (jsonBytes === json.length) {
      const { before, middle, after } = chunks.frame(choice, length)
      writer.writeFramed(before + id + middle + json + after)
    } else {
      const { before, middle, after } = template.content(choice)
      writer.write(before + id + middle + json + after(length))
    }
  }

  function recordToken(nowMs: number, tokens: number): void {
    const sinceStart = nowMs - startMs
    const lateMs = sinceStart - dueMs[step]!
    if (lateMs > done.maxPacingErrorMs) done.maxPacingErrorMs = lateMs
    metrics.pacingError.observe(lateMs / 1000)
    if (done.chunks++ === 0) {
      done.firstTokenMs = sinceStart
      metrics.timeToFirstToken.observe(sinceStart / 1000)
    } else metrics.interTokenLatency.observe((nowMs - lastTokenAtMs) / 1000)
    lastTokenAtMs = nowMs
    metrics.outputTokens.value += tokens
  }

  function end(): void {
    if (includeUsage) writer.write(template.usage(id, plan))
    writer.writeEvent(doneEvent)
    response.end()
    closeExchange(exchange, 'ok')
  }

  return {
    dueMs: startMs + dueMs[0]!,
    play(nowMs) {
      // A reader that does not keep up holds its own reply back, and nothing else; what is buffered
      // for it stays under a socket's high-water mark and one step.
      if (writer.full) return nowMs + SLOW_READER_MS
      playStep(nowMs)
      step++
      if (step < dueMs.length) return startMs + dueMs[step]!
      end()
      return OVER
    },
    over() {
      if (done.chunks > 0) done.lastTokenMs = lastTokenAtMs - startMs
    },
  }
}
